// A packet of a capture as its flow sees it: who speaks to whom, with which flags, how many bytes.
import { formatAddress } from '../wire/address-text.ts'
import { read16 } from '../wire/bytes.ts'
import { readIp, type IpHeader } from '../wire/ip.ts'
import { TCP, UDP } from '../wire/protocols.ts'
import { TCP_HEADER_BYTES, tcpFlags, tcpHeaderLength } from '../wire/tcp.ts'
import { UDP_HEADER_BYTES } from '../wire/udp.ts'
import type { Captured } from './pcap.ts'
import type { Instant } from './recording.ts'

/** One end of a flow. */
export interface End {
  address: string
  port: number
  /** Both as one text. */
  name: string
}

export interface Segment extends Instant {
  protocol: number
  from: End
  to: End
  payloadBytes: number
  /** Of TCP; 0 for UDP. */
  flags: number
}

/** Null for what is no first fragment of TCP or UDP, or too short to tell. */
export function segmentOf({ seconds, fractionPs, ip, ipBytes }: Captured): Segment | null {
  const header = readIp(ip)
  if (header === null || header.fragmentOffset > 0) return null
  const { protocol, transportAt } = header
  const least = protocol === TCP ? TCP_HEADER_BYTES : UDP_HEADER_BYTES
  if ((protocol !== TCP && protocol !== UDP) || transportAt + least > ip.length) return null
  const headerBytes = protocol === TCP ? tcpHeaderLength(ip, transportAt) : UDP_HEADER_BYTES
  return {
    seconds,
    fractionPs,
    protocol,
    from: endAt(formatAddress(header.src), read16(ip, transportAt)),
    to: endAt(formatAddress(header.dst), read16(ip, transportAt + 2)),
    payloadBytes: Math.max(0, endOf(header, ipBytes) - transportAt - headerBytes),
    flags: protocol === TCP ? tcpFlags(ip, transportAt) : 0,
  }
}

/** The same for both directions of a flow. */
export function flowKey({ from, to }: Segment): string {
  return from.name < to.name ? `${from.name} ${to.name}` : `${to.name} ${from.name}`
}

function endAt(address: string, port: number): End {
  return { address, port, name: `${address} ${port}` }
}

/** A card that cuts segments itself is handed packets whose header has no length. */
function endOf({ version, end, transportAt }: IpHeader, ipBytes: number): number {
  const isUntold = version === 4 ? end === 0 : end <= transportAt
  return isUntold ? ipBytes : end
}
