// A processor core of the director: it takes packets from its receive rings and spends the time
// that the cost profile asks for. The decision falls when the work begins; the packet leaves when
// it ends.
//
// A core that has emptied its rings sleeps until the next packet. With interrupt moderation that
// packet does not wake it at once: the card holds its interrupt back until so long after the one
// before, and a whole batch is found in the ring then. While there is work the core polls, a budget
// of packets from one ring, then the next (NAPI: calibration, section 7, dev_weight).
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { DropSink, Packet, Port } from '../net/packet.ts'
import type { Ring } from '../net/ring.ts'

/** Decides about a packet: what it costs and where it goes. */
export interface PacketWork {
  /** Picoseconds that the packet takes; sets `core.output`, null when the packet ends here. */
  begin(packet: Packet, core: Core, now: Time): Time
}

export interface CoreOptions {
  /** 'lb1.cpu3', for reports. */
  at: string
  /** Factor on all times, 1 for a core near the card. */
  slowness: number
  /** Between two interrupts, at least; null: packets are met at once, as by a core that polls. */
  moderationPs: Time | null
  /** Of one interrupt and the start of polling. */
  interruptPs: Time
  /** Packets of one ring before the next has its turn. */
  budget: number
}

export class Core implements Element {
  readonly at: string
  readonly alarm: Alarm
  readonly rings: Ring[] = []
  packets = 0
  interrupts = 0
  /** Where the packet in work goes; set by `PacketWork.begin`. */
  output: Port | null = null
  private packet: Packet | null = null
  private isBusy = false
  /** The ring that is polled, and what is left of its budget. */
  private turn = 0
  private left: number
  private busyPs: Time = 0
  private finishAt: Time = 0
  /** Since when the machine hangs; -1 while it does not. */
  private haltedAt: Time = -1
  private interruptAt: Time = -NEVER
  private readonly options: CoreOptions
  private readonly slowness: number
  private readonly work: PacketWork
  private readonly drops: DropSink

  constructor(kernel: Kernel, options: CoreOptions, work: PacketWork, drops: DropSink) {
    this.at = options.at
    this.options = options
    this.slowness = options.slowness
    this.left = options.budget
    this.work = work
    this.drops = drops
    this.alarm = kernel.add(this)
  }

  /** A card has put the packet into a receive ring of this core. */
  receive(packet: Packet, ring: Ring, now: Time): void {
    if (!this.isBusy) {
      if (this.options.moderationPs === null) {
        ring.packets++
        return this.begin(packet, now, 0)
      }
      this.awaitInterrupt(now, this.options.moderationPs)
    }
    if (!ring.push(packet)) this.drops.lose(packet, now)
  }

  wake(now: Time): void {
    const { packet, output } = this
    this.packet = null
    this.output = null
    const next = this.nextPacket()
    if (next === null) {
      this.isBusy = false
      this.alarm.set(NEVER)
    } else this.begin(next, now, packet === null ? this.options.interruptPs : 0)
    if (output !== null) output.receive(packet!, now)
  }

  /** Working time that lies before `now`. */
  busyUntil(now: Time): Time {
    const at = this.haltedAt < 0 ? now : this.haltedAt
    return this.busyPs - Math.max(0, this.finishAt - at)
  }

  /** The machine hangs: rings go on filling. */
  halt(now: Time): void {
    this.haltedAt = now
    this.isBusy = true
    this.alarm.clear()
  }

  /** It goes on with what it was doing, and then with what has come meanwhile. */
  resume(now: Time): void {
    if (this.packet !== null) this.finishAt += now - this.haltedAt
    this.haltedAt = -1
    this.alarm.set(this.packet === null ? now : this.finishAt)
  }

  /** The machine has crashed: nothing of what it was doing is left. */
  empty(now: Time): void {
    const from = this.haltedAt < 0 ? now : this.haltedAt
    this.busyPs -= Math.max(0, this.finishAt - from)
    this.finishAt = from
    // One that ended here has been given back when its work began.
    if (this.output !== null) this.drops.lose(this.packet!, now)
    for (const ring of this.rings) while (ring.length > 0) this.drops.lose(ring.shift(), now)
    this.packet = null
    this.output = null
    this.isBusy = false
    this.haltedAt = -1
    this.alarm.clear()
  }

  /** Asleep, but a packet is there: the card's interrupt comes when it may. */
  private awaitInterrupt(now: Time, moderationPs: Time): void {
    this.isBusy = true
    this.interrupts++
    this.interruptAt = Math.max(now, this.interruptAt + moderationPs)
    this.alarm.set(this.interruptAt)
  }

  private begin(packet: Packet, now: Time, beforePs: Time): void {
    const asked = this.work.begin(packet, this, now) + beforePs
    const spent = this.slowness === 1 ? asked : Math.round(asked * this.slowness)
    this.packet = packet
    this.isBusy = true
    this.packets++
    this.busyPs += spent
    this.finishAt = now + spent
    this.alarm.set(this.finishAt)
  }

  private nextPacket(): Packet | null {
    const { rings } = this
    if (rings.length === 1) return rings[0]!.length > 0 ? rings[0]!.shift() : null
    for (let tries = 0; tries <= rings.length; tries++) {
      const ring = rings[this.turn]!
      if (ring.length > 0 && this.left > 0) {
        this.left--
        return ring.shift()
      }
      this.turn = this.turn + 1 === rings.length ? 0 : this.turn + 1
      this.left = this.options.budget
    }
    return null
  }
}
