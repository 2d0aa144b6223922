// What VRRP puts on the wire, byte for byte as keepalived 2.2.7 does (spec vrrp.md, 2 and 7; RFC
// 3768 and RFC 9568): advertisements of version 2 and 3, gratuitous ARP (RFC 826) and unsolicited
// neighbour advertisements (RFC 4861).
import { isIpv6, readAddress, sizeOfAddress, writeAddress, type Address } from '../wire/address.ts'
import { read16, write16 } from '../wire/bytes.ts'
import { internetChecksum, pseudoHeaderSum } from '../wire/checksum.ts'
import { setIcmpChecksum } from '../wire/icmp.ts'
import { headerLength, totalLength, writeIpv4Header, IPV4_HEADER_BYTES } from '../wire/ipv4.ts'
import { IPV6_HEADER_BYTES, writeIpv6Header } from '../wire/ipv6.ts'
import { AH, ICMPV6, VRRP } from '../wire/protocols.ts'
import { AH_BYTES, authenticate, readHeader, type AuthenticationHeader } from './vrrp-ah.ts'

const ADVERTISEMENT = 1
const FIXED_BYTES = 8
/** Of version 2, there even without a password. */
const AUTH_BYTES = 8
const AUTH_SIMPLE = 1
const AUTH_HEADER = 2
/** Precedence: internetwork control. */
const TOS = 0xc0
const NEIGHBOUR_ADVERTISEMENT = 136
const OVERRIDE = 0x20
const TARGET_LINK_ADDRESS = 2

export interface Advert {
  version: 2 | 3
  vrid: number
  priority: number
  addresses: Address[]
  /** Version 2: whole seconds; version 3: hundredths of a second, at most 4095. */
  interval: number
  /** Version 2: null without authentication. */
  password: string | null
  /** With an authentication header the number of the packet, and the password is not in it. */
  sequence?: number
}

export interface Envelope {
  source: Address
  destination: Address
  ttl: number
  /** IPv4 identification. */
  id: number
}

export interface ReceivedAdvert extends Advert {
  source: Address
  destination: Address
  ttl: number
  /** Type 1, complete, and with a right checksum. */
  isSound: boolean
  header?: AuthenticationHeader
}

/** The IP packet of an advertisement. */
export function buildAdvert(advert: Advert, envelope: Envelope): Uint8Array {
  const { source } = envelope
  const { sequence, password } = advert
  const size = sizeOfAddress(source)
  const headerAt = size === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES
  const at = headerAt + (sequence === undefined ? 0 : AH_BYTES)
  const auth = advert.version === 2 ? AUTH_BYTES : 0
  const length = FIXED_BYTES + size * advert.addresses.length + auth
  const packet = new Uint8Array(at + length)
  const protocol = sequence === undefined ? VRRP : AH
  writeEnvelope(packet, packet.length - headerAt, protocol, envelope)
  writeMessage(packet, at, advert, size)
  write16(packet, at + 6, checksumOf(packet, at, at + length, advert.version))
  if (sequence !== undefined) authenticate(packet, headerAt, sequence, password ?? '')
  return packet
}

function writeEnvelope(
  packet: Uint8Array,
  length: number,
  protocol: number,
  envelope: Envelope,
): void {
  const { source: src, destination: dst, ttl, id } = envelope
  if (isIpv6(src)) {
    const fields = { trafficClass: TOS, payloadBytes: length, hopLimit: ttl }
    writeIpv6Header(packet, 0, { ...fields, nextHeader: protocol, src, dst })
    return
  }
  writeIpv4Header(packet, 0, {
    ...{ headerBytes: IPV4_HEADER_BYTES, tos: TOS, totalBytes: IPV4_HEADER_BYTES + length },
    ...{ id: id & 0xffff, flagsAndOffset: 0, ttl, protocol, src, dst },
  })
}

function writeMessage(packet: Uint8Array, at: number, advert: Advert, size: number): void {
  const { version, vrid, priority, addresses, interval, password } = advert
  packet[at] = (version << 4) | ADVERTISEMENT
  packet[at + 1] = vrid
  packet[at + 2] = priority
  packet[at + 3] = addresses.length
  if (version === 2) {
    const isHidden = advert.sequence !== undefined
    packet[at + 4] = isHidden ? AUTH_HEADER : password === null ? 0 : AUTH_SIMPLE
    packet[at + 5] = interval
  } else {
    write16(packet, at + 4, interval)
  }
  addresses.forEach((address, place) => writeAddress(address, packet, at + 8 + size * place))
  if (password === null || advert.sequence !== undefined) return
  const from = at + FIXED_BYTES + size * addresses.length
  for (let letter = 0; letter < password.length; letter++) {
    packet[from + letter] = password.charCodeAt(letter)
  }
}

/** Version 3 covers a pseudo header, over IPv4 too in this release. */
function checksumOf(packet: Uint8Array, at: number, end: number, version: number): number {
  const pseudo = version === 3 ? pseudoHeaderSum(packet, 0, VRRP, end - at) : 0
  return internetChecksum(packet, at, end, pseudo)
}

/** Null for a packet that is no VRRP at all, or too short to tell. */
export function readAdvert(packet: Uint8Array): ReceivedAdvert | null {
  const isSix = packet[0]! >> 4 === 6
  const headerAt = isSix ? IPV6_HEADER_BYTES : headerLength(packet, 0)
  const protocol = isSix ? packet[6] : packet[9]
  const bytes = isSix ? headerAt + read16(packet, 4) : totalLength(packet, 0)
  const end = Math.min(packet.length, bytes)
  const header = protocol === AH ? readHeader(packet, headerAt) : null
  const at = headerAt + (header === null ? 0 : AH_BYTES)
  if ((protocol !== VRRP && header === null) || end < at + FIXED_BYTES) return null
  const size = isSix ? 16 : 4
  const version = packet[at]! >> 4 === 2 ? 2 : 3
  const count = packet[at + 3]!
  const addressEnd = at + FIXED_BYTES + size * count
  const isWhole = addressEnd + (version === 2 ? AUTH_BYTES : 0) <= end
  const addresses = Array.from({ length: isWhole ? count : 0 }, (_, place) =>
    readAddress(packet, at + FIXED_BYTES + size * place, size),
  )
  const hasPassword = version === 2 && packet[at + 4] === AUTH_SIMPLE
  const isRight = internetSum(packet, at, end, version) === 0
  return {
    ...{ version, addresses, vrid: packet[at + 1]!, priority: packet[at + 2]! },
    interval: version === 2 ? packet[at + 5]! : read16(packet, at + 4) & 0xfff,
    password: hasPassword && isWhole ? textAt(packet, addressEnd) : null,
    source: readAddress(packet, isSix ? 8 : 12, size),
    destination: readAddress(packet, isSix ? 24 : 16, size),
    ttl: packet[isSix ? 7 : 8]!,
    isSound: isWhole && isRight && (packet[at]! & 15) === ADVERTISEMENT,
    ...(header === null ? {} : { header, sequence: header.sequence }),
  }
}

function internetSum(packet: Uint8Array, at: number, end: number, version: number): number {
  return checksumOf(packet, at, end, version)
}

function textAt(packet: Uint8Array, at: number): string {
  const letters = [...packet.subarray(at, at + AUTH_BYTES)]
  const end = letters.indexOf(0)
  return String.fromCharCode(...(end < 0 ? letters : letters.slice(0, end)))
}

/** The body of an ARP request in which sender and target are the same address. */
export function buildGratuitousArp(address: Address, mac: Uint8Array): Uint8Array {
  const body = new Uint8Array(28)
  body.set([0, 1, 8, 0, 6, 4, 0, 1])
  body.set(mac, 8)
  writeAddress(address, body, 14)
  body.fill(0xff, 18, 24)
  writeAddress(address, body, 24)
  return body
}

/** An IPv6 packet to all nodes that tells where an address is now. */
export function buildNeighbourAdvert(
  address: Address,
  mac: Uint8Array,
  allNodes: Address,
): Uint8Array {
  const length = 32
  const at = IPV6_HEADER_BYTES
  const packet = new Uint8Array(at + length)
  const fields = { trafficClass: 0, payloadBytes: length, hopLimit: 255 }
  writeIpv6Header(packet, 0, { ...fields, nextHeader: ICMPV6, src: address, dst: allNodes })
  packet[at] = NEIGHBOUR_ADVERTISEMENT
  packet[at + 4] = OVERRIDE
  writeAddress(address, packet, at + 8)
  packet[at + 24] = TARGET_LINK_ADDRESS
  packet[at + 25] = 1
  packet.set(mac, at + 26)
  setIcmpChecksum(packet, 0, at, at + length)
  return packet
}
