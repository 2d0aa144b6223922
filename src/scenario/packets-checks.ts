// Whether packets without connections go with the rest: clients of their own, frames that fit, a
// service that speaks their protocol.
import { ETHERNET_BYTES, SMALLEST_FRAME_BYTES } from '../net/packet.ts'
import { rangeOf } from './distribution.ts'
import type { Findings } from './findings.ts'
import { loadsOf } from './loads.ts'
import type { PacketsSpec } from './packets-spec.ts'
import { populationsOf } from './populations.ts'
import { highestRate } from './rates.ts'
import type { Scenario } from './scenario.ts'

export function checkPackets(scenario: Scenario, findings: Findings): void {
  const { packets = [] } = scenario.workload
  const taken = new Map(requesters(scenario).map((name) => [name, 'requests']))
  for (const spec of packets) {
    const owner = taken.get(spec.clients)
    if (owner !== undefined) {
      const message = `clients "${spec.clients}" send ${owner} already: packets need their own`
      findings.error(['workload', 'packets', spec.name, 'from'], message)
    }
    taken.set(spec.clients, `the packets of "${spec.name}"`)
    checkSize(scenario, spec, findings)
    checkUse(scenario, spec, findings)
  }
}

/** Clients that send requests to any service. */
function requesters(scenario: Scenario): string[] {
  return loadsOf(scenario)
    .flatMap(populationsOf)
    .map(({ clients }) => clients.name)
}

function checkSize(scenario: Scenario, { name, clients, size }: PacketsSpec, findings: Findings) {
  const { mtuBytes } = scenario.links[scenario.clients[clients]!.link]!
  const [low, high] = rangeOf(size)
  const most = mtuBytes + ETHERNET_BYTES
  if (low >= SMALLEST_FRAME_BYTES && high <= most) return
  const given = high === Infinity ? 'this distribution has no bounds' : `got ${low}B to ${high}B`
  findings.error(
    ['workload', 'packets', name, 'size'],
    `an Ethernet frame has ${SMALLEST_FRAME_BYTES}B to ${most}B here, ` +
      (low === high ? `got ${low}B` : given),
  )
}

function checkUse(scenario: Scenario, { name, protocol, rates }: PacketsSpec, findings: Findings) {
  const { workload, services } = scenario
  const service = services[workload.to]!
  if (protocol !== service.protocol) {
    findings.warn(
      ['workload', 'packets', name, 'protocol'],
      `service "${service.name}" is of ${service.protocol}: directors drop packets of ${protocol}`,
    )
  }
  if (rates.every((rate) => highestRate({ durationPs: 0, ...rate }) === 0)) {
    findings.warn(['workload', 'packets', name], 'their rate is 0 in all phases: none is sent')
  }
}
