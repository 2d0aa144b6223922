// Gratuitous ARP and unsolicited neighbour advertisements of one VRRP instance (spec vrrp.md, 7): a
// burst on becoming master, another some seconds later, the same after an advertisement of lower
// priority, and refreshes, which wait for an advertisement to be sent.
import { isIpv6, ipv6, type Address } from '../wire/address.ts'
import { buildGratuitousArp, buildNeighbourAdvert } from './vrrp-packets.ts'
import type { Outbox } from './vrrp-outbox.ts'
import type { InstanceSettings } from './vrrp-settings.ts'

const US = 1_000_000
const NEVER = 9_007_199_254_740_991
const ALL_NODES = ipv6(0xff020000, 0, 0, 1)

export class Announcer {
  private readonly settings: InstanceSettings
  private readonly mac: Uint8Array
  private readonly outbox: Outbox
  private secondAt = NEVER
  private lowerAt = NEVER
  private refreshAt = NEVER

  constructor(settings: InstanceSettings, mac: Uint8Array, outbox: Outbox) {
    this.settings = settings
    this.mac = mac
    this.outbox = outbox
  }

  nextTimeout(): number {
    return Math.min(this.secondAt, this.lowerAt)
  }

  masterNow(): void {
    const { garp } = this.settings
    this.burst(garp.repeat)
    this.secondAt = garp.delayUs > 0 ? this.outbox.now + garp.delayUs * US : NEVER
    this.refreshAt = garp.refreshUs > 0 ? this.outbox.now + garp.refreshUs * US : NEVER
  }

  lowerHeard(): void {
    const { garp } = this.settings
    if (garp.lowerRepeat === 0) return
    this.burst(garp.lowerRepeat)
    if (garp.lowerDelayUs > 0) this.lowerAt = this.outbox.now + garp.lowerDelayUs * US
  }

  masterNoMore(): void {
    this.secondAt = NEVER
    this.lowerAt = NEVER
    this.refreshAt = NEVER
  }

  handleTimer(now: number): void {
    const { garp } = this.settings
    if (this.secondAt <= now) {
      this.secondAt = NEVER
      this.burst(garp.repeat)
    }
    if (this.lowerAt <= now) {
      this.lowerAt = NEVER
      this.burst(garp.lowerRepeat)
    }
  }

  /** Refreshes are looked at when an advertisement goes out. */
  advertSent(): void {
    const { garp } = this.settings
    if (this.refreshAt > this.outbox.now) return
    this.refreshAt = this.outbox.now + garp.refreshUs * US
    this.burst(garp.refreshRepeat)
  }

  /** All addresses once, so many times over. */
  burst(repeat: number): void {
    const { addresses, excluded, garp } = this.settings
    for (let round = 0; round < repeat; round++) {
      for (const { address, device } of [...addresses, ...excluded]) {
        this.announce(address, device ?? this.settings.interface)
        if (garp.intervalUs > 0) this.outbox.spend(garp.intervalUs * US)
      }
    }
  }

  private announce(address: Address, device: string): void {
    if (isIpv6(address)) {
      const bytes = buildNeighbourAdvert(address, this.mac, ALL_NODES)
      this.outbox.send({ interface: device, kind: 'neighbour', destination: ALL_NODES, bytes })
      return
    }
    const bytes = buildGratuitousArp(address, this.mac)
    this.outbox.send({ interface: device, kind: 'arp', destination: null, bytes })
  }
}
