// A population that sends packets without connections: its hosts, and what its packets leave at
// the real servers.
import { Arrivals } from '../cluster/arrivals.ts'
import { HalfOpen } from '../cluster/half-open.ts'
import { RawPackets } from '../cluster/raw-packets.ts'
import { ClientPort } from '../cluster/transport.ts'
import { sampler } from '../kernel/distributions.ts'
import { TCP, UDP, ipHeaderBytes } from '../net/packet.ts'
import { attachHosts, type ClientParts } from './build-hosts.ts'
import type { PacketsSpec } from './packets-spec.ts'
import { ratePhases } from './rate-phases.ts'

export function buildPackets(parts: ClientParts, spec: PacketsSpec, number: number): RawPackets {
  const { kernel, scenario, streams, recorder, pool, sockets } = parts
  const { name, protocol, tcpFlags, size, arrivals, onAnswer } = spec
  const clients = scenario.clients[spec.clients]!
  const attached = attachHosts(parts, clients, number)
  const stream = (purpose: string) => streams.stream(`packets/${name}/${purpose}`)
  const common = { kernel, pool, population: number, slot: recorder.nowhere }
  const headerBytes = ipHeaderBytes(attached.hosts.addressOf(0))
  const packets = new RawPackets({
    ...common,
    name,
    hosts: attached.hosts,
    arrivals: new Arrivals(ratesOf(parts, spec), arrivals, stream('arrivals')),
    senders: stream('senders'),
    protocol: protocol === 'tcp' ? TCP : UDP,
    tcpFlags,
    frameBytes: sampler(size, stream('size')),
    resets: onAnswer === 'reset',
    halfOpen: new HalfOpen({ ...common, recorder, sockets, headerBytes }),
  })
  attached.connect(new ClientPort(packets), null)
  return packets
}

function ratesOf({ scenario }: ClientParts, { rates }: PacketsSpec): ReturnType<typeof ratePhases> {
  const { workload, time } = scenario
  const rated = workload.phases.map(({ startPs, durationPs }, phase) => {
    return { startPs, durationPs, ...rates[phase]! }
  })
  return ratePhases(rated, time.durationPs, 1)
}
