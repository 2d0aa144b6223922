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
  /** Bursts to come, which a change of state does not take back: a master again has both. */
  private readonly due: { at: number; repeat: number }[] = []
  private refreshAt = NEVER

  constructor(settings: InstanceSettings, mac: Uint8Array, outbox: Outbox) {
    this.settings = settings
    this.mac = mac
    this.outbox = outbox
  }

  nextTimeout(): number {
    return this.due.reduce((least, { at }) => Math.min(least, at), NEVER)
  }

  masterNow(): void {
    const { garp } = this.settings
    this.burst(garp.repeat)
    this.later(garp.delayUs, garp.repeat)
    this.refreshAt = garp.refreshUs > 0 ? this.outbox.now + garp.refreshUs * US : NEVER
  }

  lowerHeard(): void {
    const { garp } = this.settings
    if (garp.lowerRepeat === 0) return
    this.burst(garp.lowerRepeat)
    this.later(garp.lowerDelayUs, garp.lowerRepeat)
  }

  masterNoMore(): void {
    this.refreshAt = NEVER
  }

  private later(delayUs: number, repeat: number): void {
    if (delayUs > 0) this.due.push({ at: this.outbox.now + delayUs * US, repeat })
  }

  /** A burst that comes due while another is master is not sent. */
  handleTimer(now: number, isMaster: boolean): void {
    for (let first = this.dueBy(now); first >= 0; first = this.dueBy(now)) {
      const [burst] = this.due.splice(first, 1)
      if (isMaster) this.burst(burst!.repeat)
    }
  }

  private dueBy(now: number): number {
    return this.due.findIndex(({ at }) => at <= now)
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
