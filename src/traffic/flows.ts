// The flows of a capture as requests: the connections of TCP, or what was asked over UDP.
import { TCP, UDP } from '../wire/protocols.ts'
import { counted } from './counted.ts'
import { packetsOf } from './pcap.ts'
import { inOrder, recordingOf, type Recording, type TrafficProblem } from './recording.ts'
import { segmentOf } from './segments.ts'
import { tcpRequests, type Requests } from './tcp-connections.ts'
import { udpRequests } from './udp-requests.ts'

type Protocol = 'tcp' | 'udp'

/** The flows of that protocol; null takes the one that has more. */
export function readFlows(bytes: Uint8Array, wanted: Protocol | null): Recording | TrafficProblem {
  const packets = packetsOf(bytes)
  if ('problem' in packets) return { ...packets, line: null }
  const segments = packets.map(segmentOf).filter((segment) => segment !== null)
  const requests: Record<Protocol, Requests> = {
    tcp: tcpRequests(segments.filter(({ protocol }) => protocol === TCP)),
    udp: udpRequests(segments.filter(({ protocol }) => protocol === UDP)),
  }
  const protocol = wanted ?? (requests.udp.flows > requests.tcp.flows ? 'udp' : 'tcp')
  const other: Protocol = protocol === 'tcp' ? 'udp' : 'tcp'
  const { arrivals, notes } = requests[protocol]
  const others = requests[other].flows
  if (arrivals.length === 0) return { problem: whyNone(requests, wanted, other), line: null }
  const left = `${counted(others, 'flow')} of ${other.toUpperCase()} left out`
  return recordingOf(inOrder(arrivals), {
    wholeSeconds: false,
    protocol,
    notes: others === 0 ? notes : [left, ...notes],
  })
}

/** There is nothing of what was wanted, or nothing at all. */
function whyNone(
  requests: Record<Protocol, Requests>,
  wanted: Protocol | null,
  other: Protocol,
): string {
  const read: Protocol[] = wanted === null ? ['tcp', 'udp'] : [wanted]
  const names = read.map((protocol) => protocol.toUpperCase()).join(' or ')
  const others = wanted === null ? 0 : requests[other].flows
  const instead = others === 0 ? '' : `, but ${others} of ${other.toUpperCase()}`
  const left = read.flatMap((protocol) => requests[protocol].leftOut)
  const why = left.length === 0 ? '' : ` with a request: ${left.join('; ')}`
  return `the capture has no flow of ${names}${instead}${why}`
}
