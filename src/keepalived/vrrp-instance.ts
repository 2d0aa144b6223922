// One VRRP instance as a machine that is told what happened (RFC 3768, RFC 9568; spec vrrp.md, 3,
// 4, 6, 8 and 9, with keepalived 2.2.7's habits). It owns neither clock nor network.
import { isIpv6, ipv4Value, wordOf, type Address } from '../wire/address.ts'
import { Announcer } from './vrrp-announcer.ts'
import { hasFault, refusalOf, type Heard } from './vrrp-reception.ts'
import { buildAdvert, type ReceivedAdvert } from './vrrp-packets.ts'
import type { HeldAddress, Outbox, VrrpState } from './vrrp-outbox.ts'
import { OWNER_PRIORITY, type InstanceSettings } from './vrrp-settings.ts'

const US = 1_000_000
const SECOND_US = 1_000_000
const CENTISECOND_US = 10_000
const NEVER = 9_007_199_254_740_991
const PRIORITIES = 256

/** The interface that an instance speaks on. */
export interface VrrpPort {
  name: string
  address: Address
  /** Where advertisements over IPv6 come from; absent: `address` is it. */
  linkLocal?: Address
  mac: Uint8Array
}

export class VrrpInstance {
  state: VrrpState = 'INIT'
  priority: number
  /** Its timer has run out, and its group does not let it become master yet. */
  isWaiting = false
  readonly settings: InstanceSettings
  readonly announcer: Announcer
  private readonly port: VrrpPort
  private readonly outbox: Outbox
  private timerAt = NEVER
  /** Adverts are ignored before (vrrp_startup_delay). */
  private deafUntil = 0
  private masterIntervalUs: number
  /** When lower advertisements are no longer obeyed; null before the first of them. */
  private preemptAt: number | null = null
  private adverts = 0
  /** Packets with an authentication header. */
  private sequence = 0
  private heard: Heard | null = null

  constructor(settings: InstanceSettings, port: VrrpPort, outbox: Outbox) {
    this.settings = settings
    this.port = port
    this.outbox = outbox
    this.priority = settings.priority
    this.masterIntervalUs = settings.intervalUs
    this.announcer = new Announcer(settings, port.mac, outbox)
  }

  get source(): Address {
    const { settings, port } = this
    return settings.source ?? (settings.family === 6 ? port.linkLocal : null) ?? port.address
  }

  nextTimeout(): number {
    return Math.min(this.timerAt, this.announcer.nextTimeout())
  }

  /** Its own timer has run out; those of announcements are the announcer's. */
  isDue(now: number): boolean {
    return this.timerAt <= now
  }

  start(): void {
    const { startupDelayUs } = this.settings
    this.dropAddresses(this.held())
    if (this.priority === OWNER_PRIORITY) return this.becomeMaster()
    this.deafUntil = this.outbox.now + startupDelayUs * US
    this.enterBackup()
    this.timerAt += startupDelayUs * US
  }

  /** Goes on in the state in which a reload found the instance. */
  resume(state: VrrpState, held: readonly HeldAddress[]): void {
    if (state === 'FAULT') return this.setState('FAULT')
    if (state !== 'MASTER') return this.enterBackup()
    const own = this.held()
    const isIn = (list: readonly HeldAddress[], wanted: HeldAddress): boolean =>
      list.some(({ address }) => address === wanted.address)
    this.dropAddresses(held.filter((each) => !isIn(own, each)))
    const added = own.filter((each) => !isIn(held, each))
    this.setState('MASTER', added)
    if (added.length > 0) this.announcer.burst(this.settings.garp.repeat)
    this.advertise()
  }

  /** The advertisement timer of a master. */
  advertise(): void {
    this.send(this.priority)
    this.announcer.advertSent()
    this.timerAt = this.outbox.now + this.settings.intervalUs * US
  }

  /** One that follows another of its group counts its interval from its first advertisement. */
  becomeMaster(isFollowing: boolean = false): void {
    const began = this.outbox.now
    this.isWaiting = false
    this.masterIntervalUs = this.settings.intervalUs
    this.preemptAt = null
    this.heard = null
    this.send(this.priority)
    this.setState('MASTER', this.held())
    this.outbox.spend(this.outbox.pace.takeOverPs)
    this.announcer.masterNow()
    this.timerAt = (isFollowing ? began : this.outbox.now) + this.settings.intervalUs * US
  }

  /** The first of a group counts from when all are masters. */
  restartAdvertTimer(): void {
    this.timerAt = this.outbox.now + this.settings.intervalUs * US
  }

  /** Waits for its group, with a timer that has run out. */
  wait(): void {
    this.isWaiting = true
    this.timerAt = NEVER
  }

  /** From whatever it was; the master that it steps back for has this interval. */
  enterBackup(intervalUs: number | null = null): void {
    const wasMaster = this.state === 'MASTER'
    this.announcer.masterNoMore()
    this.setState('BACKUP')
    if (wasMaster) this.dropAddresses(this.held())
    this.masterIntervalUs = intervalUs ?? this.settings.intervalUs
    this.outbox.spend(this.outbox.pace.changePs)
    this.restartDownTimer()
  }

  /** 2.2.7 says goodbye twice; once when it follows another of its group. */
  enterFault(goodbyes: 1 | 2 = 2): void {
    const wasMaster = this.state === 'MASTER'
    this.announcer.masterNoMore()
    this.isWaiting = false
    this.preemptAt = null
    if (wasMaster) for (let times = 0; times < goodbyes; times++) this.send(0)
    this.setState('FAULT')
    if (wasMaster) this.dropAddresses(this.held())
    this.timerAt = NEVER
  }

  stop(): void {
    if (this.state === 'MASTER') {
      this.send(0)
      this.dropAddresses(this.held())
    }
    this.announcer.masterNoMore()
    this.setState('INIT')
    this.timerAt = NEVER
  }

  /** In BACKUP the running timer moves by as much as the interval to a take-over changes. */
  setPriority(priority: number): void {
    const before = this.downUs()
    this.priority = priority
    const change = { instance: this.settings.name, state: null, added: [], removed: [] }
    this.outbox.change({ ...change, priority })
    if (this.state === 'BACKUP' && this.timerAt < NEVER) {
      this.timerAt += (this.downUs() - before) * US
    }
  }

  /** What an advertisement does; true when the instance must step back. */
  hear(advert: ReceivedAdvert): boolean {
    const now = this.outbox.now
    if (this.state !== 'BACKUP' && this.state !== 'MASTER') return false
    if (now < this.deafUntil || hasFault(advert)) return false
    const isRefused = refusalOf(advert, this.settings, this.source, this.heard) !== null
    const { source, sequence } = advert
    if (!isRefused && sequence !== undefined) this.heard = { source, sequence }
    if (this.state === 'BACKUP') {
      if (!isRefused) this.hearAsBackup(advert)
      return false
    }
    const stepsBack = !isRefused && this.hearAsMaster(advert)
    // Whatever it was, a packet for this router restarts the timer (2.2.7).
    if (!stepsBack && this.settings.answersLowerPriority) {
      this.timerAt = this.outbox.now + this.settings.intervalUs * US
    }
    return stepsBack
  }

  private hearAsBackup(advert: ReceivedAdvert): void {
    if (advert.priority === 0) {
      this.isWaiting = false
      this.timerAt = this.outbox.now + this.skewUs() * US
      return
    }
    if (advert.priority >= this.priority) this.preemptAt = null
    else if (this.settings.isPreempting && !this.isHeldBack()) return
    if (this.settings.version === 3) this.masterIntervalUs = advert.interval * CENTISECOND_US
    this.isWaiting = false
    this.restartDownTimer()
  }

  /** Within the delay before preemption, which runs from the first lower advertisement. */
  private isHeldBack(): boolean {
    const { preemptDelayUs } = this.settings
    if (preemptDelayUs === 0) return false
    this.preemptAt ??= this.outbox.now + preemptDelayUs * US
    return this.outbox.now < this.preemptAt
  }

  private hearAsMaster(advert: ReceivedAdvert): boolean {
    if (advert.priority === 0) {
      this.send(this.priority)
      return false
    }
    const isEqual = advert.priority === this.priority
    const isAbove = advert.priority > this.priority
    if (isAbove || (isEqual && isGreater(advert.source, this.source))) {
      if (this.settings.answersHigherPriority) this.send(this.priority)
      return true
    }
    if (!this.settings.answersLowerPriority) return false
    this.send(this.priority)
    this.outbox.spend(this.outbox.pace.answerPs)
    this.announcer.lowerHeard()
    return false
  }

  /** The interval that a backup takes over from an advertisement. */
  intervalIn(advert: ReceivedAdvert): number {
    const isThird = this.settings.version === 3
    return isThird ? advert.interval * CENTISECOND_US : this.settings.intervalUs
  }

  private restartDownTimer(): void {
    this.isWaiting = false
    this.timerAt = this.outbox.now + this.downUs() * US
  }

  private downUs(): number {
    return this.settings.downTimerAdverts * this.masterIntervalUs + this.skewUs()
  }

  get skewPs(): number {
    return this.skewUs() * US
  }

  /** The lower the priority, the longer; version 2 counts in seconds whatever the interval. */
  private skewUs(): number {
    const unit = this.settings.version === 2 ? SECOND_US : this.masterIntervalUs
    return Math.floor(((PRIORITIES - this.priority) * unit) / PRIORITIES)
  }

  send(priority: number): void {
    const { settings, source } = this
    const isThird = settings.version === 3
    const { vrid, version, password, auth } = settings
    const isHidden = version === 2 && password !== null && auth === 'AH'
    const interval = settings.intervalUs / (isThird ? CENTISECOND_US : SECOND_US)
    const addresses = settings.addresses.map(({ address }) => address)
    const advert = { version, vrid, priority, addresses, interval, password }
    const destinations = settings.peers.length > 0 ? settings.peers : [settings.group]
    this.adverts++
    for (const destination of destinations) {
      const numbered = isHidden ? { ...advert, sequence: ++this.sequence } : advert
      const envelope = { source, destination, ttl: settings.ttl, id: this.adverts }
      const bytes = buildAdvert(numbered, envelope)
      this.outbox.send({ interface: settings.interface, kind: 'advert', destination, bytes })
    }
  }

  held(): HeldAddress[] {
    const { addresses, excluded, interface: own } = this.settings
    return [...addresses, ...excluded].map(({ address, prefixLength, device }) => ({
      address,
      prefixLength: prefixLength ?? (isIpv6(address) ? 128 : 32),
      interface: device ?? own,
    }))
  }

  private setState(state: VrrpState, added: HeldAddress[] = []): void {
    this.state = state
    this.outbox.change({ instance: this.settings.name, state, added, removed: [] })
  }

  private dropAddresses(removed: HeldAddress[]): void {
    if (removed.length === 0) return
    this.outbox.change({ instance: this.settings.name, state: null, added: [], removed })
  }
}

/** Compares addresses as numbers without a sign. */
function isGreater(a: Address, b: Address): boolean {
  if (!isIpv6(a)) return ipv4Value(a) > ipv4Value(b)
  for (let index = 0; index < 4; index++) {
    const [left, right] = [wordOf(a, index) >>> 0, wordOf(b, index) >>> 0]
    if (left !== right) return left > right
  }
  return false
}
