// Multicast groups that the director listens to, and how it tells the network (IGMPv3, RFC 3376 4.2
// and 5.1): a report when it joins or leaves one, and the same once more, each within a second.
import { ipv4, isIpv6, type Address } from '../wire/address.ts'
import { writeAddress } from '../wire/address.ts'
import { write16 } from '../wire/bytes.ts'
import { internetChecksum } from '../wire/checksum.ts'
import { DONT_FRAGMENT, writeIpv4Header } from '../wire/ipv4.ts'
import type { Frame } from './frame.ts'

const ALL_REPORTS = ipv4(0xe0000016)
const IGMP = 2
/** With the router alert option (RFC 2113). */
const HEADER_BYTES = 24
const REPORT_BYTES = 16
const ROUTER_ALERT = [0x94, 0x04, 0, 0]
const INTERNETWORK_CONTROL = 0xc0
const REPORT_V3 = 0x22
/** Kinds of a record: nothing from the group any more, or everything. */
const CHANGE_TO_INCLUDE = 3
const CHANGE_TO_EXCLUDE = 4
/** A kernel draws two times of up to a second; these are in the middle. */
const REPORTS_AFTER_PS = [500_000_000_000, 1_000_000_000_000]

interface Report {
  at: number
  frame: Frame
}

export class MulticastGroups {
  private pending: Report[] = []
  private readonly addressesOf: (device: number) => readonly Address[]

  constructor(addressesOf: (device: number) => readonly Address[]) {
    this.addressesOf = addressesOf
  }

  join(device: number, group: Address, now: number): void {
    this.report(device, group, CHANGE_TO_EXCLUDE, now)
  }

  leave(device: number, group: Address, now: number): void {
    this.report(device, group, CHANGE_TO_INCLUDE, now)
  }

  /** The reports that are due by then. */
  runUntil(now: number): Frame[] {
    if (this.pending.length === 0) return []
    const due = this.pending.filter(({ at }) => at <= now)
    this.pending = this.pending.filter(({ at }) => at > now)
    return due.map(({ frame }) => frame)
  }

  /** Of IPv6's groups nothing is said: its listeners speak ICMPv6, which nobody here listens to. */
  private report(device: number, group: Address, kind: number, now: number): void {
    const src = this.addressesOf(device).find((address) => !isIpv6(address))
    if (src === undefined || isIpv6(group)) return
    const bytes = buildReport(src, group, kind)
    const frame: Frame = {
      ...{ device, neighbour: ALL_REPORTS, arpTarget: 0, random: [], isUncertain: false, bytes },
    }
    for (const after of REPORTS_AFTER_PS) this.pending.push({ at: now + after, frame })
  }
}

function buildReport(src: Address, group: Address, kind: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + REPORT_BYTES)
  bytes.set(ROUTER_ALERT, 20)
  bytes[HEADER_BYTES] = REPORT_V3
  write16(bytes, HEADER_BYTES + 6, 1)
  bytes[HEADER_BYTES + 8] = kind
  writeAddress(group, bytes, HEADER_BYTES + 12)
  write16(bytes, HEADER_BYTES + 2, internetChecksum(bytes, HEADER_BYTES, bytes.length))
  writeIpv4Header(bytes, 0, {
    ...{ headerBytes: HEADER_BYTES, tos: INTERNETWORK_CONTROL, totalBytes: bytes.length, id: 0 },
    ...{ flagsAndOffset: DONT_FRAGMENT, ttl: 1, protocol: IGMP, src, dst: ALL_REPORTS },
  })
  return bytes
}
