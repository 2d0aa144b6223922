// The bytes of FTP control connections (spec 4.9, 5.2.1): their checksums are verified, an answer
// that names the server is rewritten, and as its length changes the numbers of all that follows
// are shifted, which is conntrack's work in the kernel.
import type { Ipvs } from '../ipvs/ipvs.ts'
import { read16, write16, write32 } from '../wire/bytes.ts'
import { foldSum, internetChecksum, pseudoHeaderSum, sum16 } from '../wire/checksum.ts'
import { readIp } from '../wire/ip.ts'
import { setHeaderChecksum } from '../wire/ipv4.ts'
import { TCP } from '../wire/protocols.ts'
import { TCP_CHECKSUM_AT, acknowledgement, sequenceNumber, tcpHeaderLength } from '../wire/tcp.ts'
import { readText, writeText } from '../wire/text.ts'
import type { Datagram } from './datagram.ts'

const SEQUENCE_AT = 4
const ACKNOWLEDGEMENT_AT = 8
const IPV4_LENGTH_AT = 2
const IPV6_LENGTH_AT = 4

/** Of the server's stream: what it has grown by, up to the last change and behind it. */
interface Growth {
  changedAt: number
  before: number
  after: number
}

export class FtpStream {
  private readonly ipvs: Ipvs
  /** By FTP session: numbers of connections are used again. */
  private readonly growths = new WeakMap<object, Growth>()

  constructor(ipvs: Ipvs) {
    this.ipvs = ipvs
  }

  /** A client's packet that IPVS has dealt with, not yet translated; false: it is dropped. */
  fromClient(packet: Datagram, now: number): boolean {
    const { ftp, connection, connections } = this.ipvs
    if (!isReadable(packet) || !ftp.isControl(connection)) return true
    if (!isChecked(packet)) return false
    ftp.commanded(connection, readText(payloadOf(packet)), now)
    const growth = this.growths.get(connections.particulars.ftpOf(connection) ?? this)
    if (growth === undefined) return true
    const { bytes, transportAt: at } = packet
    const number = acknowledgement(bytes, at)
    const isAfter = isLater(number - growth.before, growth.changedAt)
    write32(bytes, at + ACKNOWLEDGEMENT_AT, number - (isAfter ? growth.after : growth.before))
    setChecksum(packet)
    return true
  }

  /** A server's packet that IPVS has not seen yet; false: it is dropped, uncounted. */
  fromServer(packet: Datagram, now: number): boolean {
    if (!isReadable(packet)) return true
    const { ftp, connections } = this.ipvs
    const id = connections.fromServer(packet)
    if (!ftp.isControl(id)) return true
    if (!isChecked(packet)) return false
    const session = connections.particulars.ftpOf(id)
    if (session === null) return true
    const number = sequenceNumber(packet.bytes, packet.transportAt)
    const old = readText(payloadOf(packet))
    const text = ftp.replied(id, old, now)
    if (text !== old) {
      replaceText(packet, text)
      this.grow(session, number, text.length - old.length)
    }
    const growth = this.growths.get(session)
    if (growth !== undefined) {
      const by = isLater(number, growth.changedAt) ? growth.after : growth.before
      write32(packet.bytes, packet.transportAt + SEQUENCE_AT, number + by)
    }
    setChecksum(packet)
    return true
  }

  /** An answer that is sent again changes nothing more. */
  private grow(session: object, number: number, by: number): void {
    if (by === 0) return
    const growth = this.growths.get(session) ?? { changedAt: number, before: 0, after: 0 }
    this.growths.set(session, growth)
    if (growth.before !== growth.after && !isLater(number, growth.changedAt)) return
    growth.changedAt = number
    growth.before = growth.after
    growth.after += by
  }
}

function isReadable({ protocol, isFragment, hasTransport, bytes, transportAt }: Datagram): boolean {
  if (protocol !== TCP || isFragment || !hasTransport) return false
  return transportAt + tcpHeaderLength(bytes, transportAt) <= bytes.length
}

function payloadOf({ bytes, transportAt }: Datagram): Uint8Array {
  return bytes.subarray(transportAt + tcpHeaderLength(bytes, transportAt))
}

function isChecked({ bytes, transportAt: at }: Datagram): boolean {
  const pseudo = pseudoHeaderSum(bytes, 0, TCP, bytes.length - at)
  return foldSum(sum16(bytes, at, bytes.length, pseudo)) === 0xffff
}

function setChecksum({ bytes, transportAt: at }: Datagram): void {
  write16(bytes, at + TCP_CHECKSUM_AT, 0)
  const pseudo = pseudoHeaderSum(bytes, 0, TCP, bytes.length - at)
  write16(bytes, at + TCP_CHECKSUM_AT, internetChecksum(bytes, at, bytes.length, pseudo))
}

function replaceText(packet: Datagram, text: string): void {
  const old = packet.bytes
  const at = old.length - payloadOf(packet).length
  const bytes = new Uint8Array(at + text.length)
  bytes.set(old.subarray(0, at))
  writeText(text, bytes, at)
  const lengthAt = packet.isIpv6 ? IPV6_LENGTH_AT : IPV4_LENGTH_AT
  write16(bytes, lengthAt, read16(old, lengthAt) + bytes.length - old.length)
  if (!packet.isIpv6) setHeaderChecksum(bytes, 0)
  packet.bytes = bytes
  packet.header = readIp(bytes)!
  packet.ipBytes = bytes.length
}

/** Of numbers that go round (RFC 9293 3.4). */
function isLater(number: number, than: number): boolean {
  return ((number - than) | 0) > 0
}
