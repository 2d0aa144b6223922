// How many connections a second the clients' ports allow: the side that closes first keeps its port
// for a minute (cluster/ports.ts), so each address has Linux's 28,232 (or as many as are said) for
// every minute, or for the whole of a shorter run.
import { PS_PER_SECOND } from '../kernel/time.ts'
import { rateText } from '../measure/rate-text.ts'
import { counted } from '../scenario/counted.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { requestsPerConnection } from './frames.ts'
import { busiestAddressShare } from './shares.ts'
import type { ResourceUse } from './limits.ts'
import { byPopulation } from './populations.ts'

const TIME_WAIT_SECONDS = 60

/** The address with the most requests runs out of ports first; UDP flows keep their ports. */
export function portLimits(scenario: Scenario): ResourceUse[] {
  if (scenario.services[scenario.workload.to]!.protocol === 'udp') return []
  return byPopulation(scenario).map((each) => portsOfClients(each.scenario, each.share))
}

function portsOfClients(scenario: Scenario, share: number): ResourceUse {
  const { name, count, addresses, ports: each } = scenario.clients[scenario.workload.from]!
  const ports = each.count / (busiestAddressShare(scenario) * share)
  const seconds = Math.min(TIME_WAIT_SECONDS, scenario.time.durationPs / PS_PER_SECOND)
  const all = counted(addresses, 'address', 'addresses')
  const words = `${all}, ${counted(each.count, 'port')} each`
  const requests = ports * requestsPerConnection(scenario)
  const longRun = rateText(requests / TIME_WAIT_SECONDS)
  const run = seconds < TIME_WAIT_SECONDS ? `, enough for ${longRun} in the long run` : ''
  return {
    at: count === 1 ? name : `${name}*`,
    resource: 'ports',
    mostPps: requests / seconds,
    note: `${words}, free again after ${TIME_WAIT_SECONDS}s${run}`,
    // A port may be in use towards two services at a time.
    secondsOf: new Map(),
  }
}
