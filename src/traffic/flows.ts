// The flows of a capture as requests: the first packet of a client is the arrival, the payload of
// both directions are the sizes. A flow of TCP ends with its FINs or a reset: a SYN behind that is
// a new one. Segments that were sent twice count twice.
import { readIp, type IpHeader } from '../wire/ip.ts'
import { read16 } from '../wire/bytes.ts'
import { TCP, UDP } from '../wire/protocols.ts'
import { ACK, FIN, RST, SYN, TCP_HEADER_BYTES, tcpFlags, tcpHeaderLength } from '../wire/tcp.ts'
import { UDP_HEADER_BYTES } from '../wire/udp.ts'
import { formatAddress } from '../wire/address-text.ts'
import { packetsOf, type Captured } from './pcap.ts'
import {
  inOrder,
  recordingOf,
  type Arrival,
  type Recording,
  type TrafficProblem,
} from './recording.ts'

interface Flow extends Arrival {
  protocol: number
  /** The client's end, as text. */
  from: string
  isClosing: boolean
}

/** One packet as flows see it. */
interface Segment {
  protocol: number
  src: string
  from: string
  to: string
  payloadBytes: number
  flags: number
}

/** The flows of that protocol; null takes the one that has more. */
export function readFlows(
  bytes: Uint8Array,
  wanted: 'tcp' | 'udp' | null,
): Recording | TrafficProblem {
  const packets = packetsOf(bytes)
  if ('problem' in packets) return { ...packets, line: null }
  const flows = flowsOf(packets)
  const tcp = flows.filter(({ protocol }) => protocol === TCP)
  const udp = flows.filter(({ protocol }) => protocol === UDP)
  const protocol = wanted ?? (udp.length > tcp.length ? 'udp' : 'tcp')
  const [own, others] = protocol === 'tcp' ? [tcp, udp] : [udp, tcp]
  const other = protocol === 'tcp' ? 'UDP' : 'TCP'
  if (own.length === 0) {
    const instead = others.length === 0 ? '' : `, but ${others.length} of ${other}`
    const name = protocol.toUpperCase()
    return { problem: `the capture has no flow of ${name}${instead}`, line: null }
  }
  const left = `${others.length} ${others.length === 1 ? 'flow' : 'flows'} of ${other} left out`
  const notes = others.length === 0 ? [] : [left]
  return recordingOf(inOrder(own), { wholeSeconds: false, protocol, notes })
}

function flowsOf(packets: readonly Captured[]): Flow[] {
  const flows: Flow[] = []
  const open = new Map<string, Flow>()
  for (const packet of packets) {
    const segment = segmentOf(packet)
    if (segment === null) continue
    const { protocol, from, to, flags, payloadBytes } = segment
    const key = `${protocol} ${from < to ? `${from} ${to}` : `${to} ${from}`}`
    let flow = open.get(key)
    const isNew = protocol === TCP && (flags & (SYN | ACK)) === SYN && flow?.isClosing === true
    if (flow === undefined || isNew) {
      flow = newFlow(packet, segment)
      flows.push(flow)
      open.set(key, flow)
    }
    if (from === flow.from) flow.requestBytes += payloadBytes
    else flow.responseBytes += payloadBytes
    if (protocol === TCP && (flags & (FIN | RST)) !== 0) flow.isClosing = true
  }
  return flows
}

/** A capture that began in the middle of a handshake first sees the server's answer. */
function newFlow({ seconds, fractionPs }: Captured, segment: Segment): Flow {
  const isAnswer = segment.protocol === TCP && (segment.flags & (SYN | ACK)) === (SYN | ACK)
  const from = isAnswer ? segment.to : segment.from
  return {
    seconds,
    fractionPs,
    protocol: segment.protocol,
    from,
    client: from.slice(0, from.lastIndexOf(' ')),
    requestBytes: 0,
    responseBytes: 0,
    isClosing: false,
  }
}

/** Null for what is no first fragment of TCP or UDP, or too short to tell. */
function segmentOf({ ip, ipBytes }: Captured): Segment | null {
  const header = readIp(ip)
  if (header === null || header.fragmentOffset > 0) return null
  const { protocol, transportAt } = header
  const least = protocol === TCP ? TCP_HEADER_BYTES : UDP_HEADER_BYTES
  if ((protocol !== TCP && protocol !== UDP) || transportAt + least > ip.length) return null
  const headerBytes = protocol === TCP ? tcpHeaderLength(ip, transportAt) : UDP_HEADER_BYTES
  const src = formatAddress(header.src)
  return {
    protocol,
    src,
    from: `${src} ${read16(ip, transportAt)}`,
    to: `${formatAddress(header.dst)} ${read16(ip, transportAt + 2)}`,
    payloadBytes: Math.max(0, endOf(header, ipBytes) - transportAt - headerBytes),
    flags: protocol === TCP ? tcpFlags(ip, transportAt) : 0,
  }
}

/** A card that cuts segments itself is handed packets whose header has no length. */
function endOf({ version, end, transportAt }: IpHeader, ipBytes: number): number {
  const isUntold = version === 4 ? end === 0 : end <= transportAt
  return isUntold ? ipBytes : end
}
