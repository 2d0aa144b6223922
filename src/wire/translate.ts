// Translation of addresses and ports in packets, checksums included: those of TCP and UDP are
// updated by the difference, a missing one of UDP is computed, SCTP's is computed if the port
// changed, later fragments have no transport to change. In ICMP errors the quoted packet is
// translated the other way round, without its transport checksum.
import { readAddress, sizeOfAddress, writeAddress, type Address } from './address.ts'
import { read16, write16 } from './bytes.ts'
import { updateChecksum, updateForAddress } from './checksum.ts'
import { ICMP_HEADER_BYTES, setIcmpChecksum } from './icmp.ts'
import { readIp, type Side } from './ip.ts'
import { setHeaderChecksum } from './ipv4.ts'
import { SCTP, TCP, UDP } from './protocols.ts'
import { setSctpChecksum } from './sctp.ts'
import { TCP_CHECKSUM_AT } from './tcp.ts'
import { setUdpChecksum, UDP_CHECKSUM_AT, udpChecksum } from './udp.ts'

const PORTS_BYTES = 4

/** Where the ports of these protocols are the first four bytes. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP
}

/** Gives the packet another source or destination, in place. */
export function translate(packet: Uint8Array, side: Side, address: Address, port: number): void {
  const header = readIp(packet)
  if (header === null) throw new Error('too short for an IP header')
  const old = setAddress(packet, 0, side, address)
  const at = header.transportAt
  if (header.fragmentOffset > 0 || !hasPorts(header.protocol)) return
  const portAt = side === 'source' ? at : at + 2
  const oldPort = read16(packet, portAt)
  write16(packet, portAt, port)
  const end = Math.min(header.end, packet.length)
  if (header.protocol === SCTP) {
    if (port !== oldPort) setSctpChecksum(packet, at, end)
    return
  }
  const isUdp = header.protocol === UDP
  const checksumAt = at + (isUdp ? UDP_CHECKSUM_AT : TCP_CHECKSUM_AT)
  const checksum = read16(packet, checksumAt)
  if (isUdp && checksum === 0) {
    setUdpChecksum(packet, 0, at, end)
    return
  }
  const moved = updateChecksum(updateForAddress(checksum, old, address), oldPort, port)
  write16(packet, checksumAt, isUdp ? udpChecksum(moved) : moved)
}

/** An ICMP error, in place: `side` and the quoted packet's other side become `address`. */
export function translateError(
  packet: Uint8Array,
  side: Side,
  address: Address,
  port: number,
): void {
  const outer = readIp(packet)
  const quotedAt = outer === null ? 0 : outer.transportAt + ICMP_HEADER_BYTES
  const quoted = outer === null ? null : readIp(packet, quotedAt)
  if (outer === null || quoted === null) throw new Error('too short for an ICMP error')
  const quotedSide = side === 'source' ? 'destination' : 'source'
  setAddress(packet, 0, side, address)
  setAddress(packet, quotedAt, quotedSide, address)
  const at = quoted.transportAt
  const isReachable = quoted.fragmentOffset === 0 && at + PORTS_BYTES <= packet.length
  if (isReachable && hasPorts(quoted.protocol)) {
    write16(packet, quotedSide === 'source' ? at : at + 2, port)
  }
  setIcmpChecksum(packet, 0, outer.transportAt, Math.min(outer.end, packet.length))
}

/** In the IP header at `at`; returns the address that was there. */
function setAddress(packet: Uint8Array, at: number, side: Side, address: Address): Address {
  const isV6 = packet[at]! >> 4 === 6
  const size = sizeOfAddress(address)
  if ((size === 16) !== isV6) throw new Error('the address is of the other family')
  const place = at + (isV6 ? 8 : 12) + (side === 'source' ? 0 : size)
  const old = readAddress(packet, place, size)
  writeAddress(address, packet, place)
  if (!isV6) setHeaderChecksum(packet, at)
  return old
}
