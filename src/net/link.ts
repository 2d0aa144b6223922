// One direction of a full-duplex wire behind a drop-tail queue. First in is first out at a fixed
// rate, so the queue is the time until the wire is free, and one alarm stands for every frame under
// way.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { bytePace, type Time } from '../kernel/time.ts'
import { Flight } from './flight.ts'
import type { SharedBuffer } from './shared-buffer.ts'
import { ETHERNET_BYTES, type DropSink, type Packet, type Port, type Terminus } from './packet.ts'

export interface LinkOptions {
  /** 'lb1.eth0', for reports. */
  at: string
  resource: 'receive' | 'send'
  /** Whole kbit/s. */
  rateBps: number
  delayPs: Time
  overheadBytes: number
  mtuBytes: number
  /** Frames and bytes that may wait behind the one on the wire; null is unbounded. */
  queuePackets: number | null
  queueBytes: number | null
  /** Memory that the queue shares with other ports of the switch. */
  shared?: SharedBuffer | null
}

export class Link implements Element, Port {
  readonly options: LinkOptions
  /** None where packets end: nothing of it has to wake. */
  readonly alarm: Alarm | null
  packets = 0
  bytes = 0
  /** Dropped because the queue was full, and because the frame exceeds the MTU. */
  dropped = 0
  tooBig = 0
  /** Dropped because the shared buffer of the switch gives this port no more. */
  droppedShared = 0
  /** Bytes waiting as met by arriving frames: the most, and the sum over arrivals. */
  queuePeak = 0
  queueSum = 0
  /** Takes frames that exceed the MTU, to cut them or tell their sender. Without it they die. */
  oversize: Port | null = null
  private numerator!: number
  private denominator!: number
  private remainder = 0
  private freeAt: Time = 0
  private busyPs: Time = 0
  private readonly flight = new Flight()
  private readonly target: Port
  /** In the place of the target when packets end there. */
  private readonly terminus: Terminus | null
  private readonly drops: DropSink
  private readonly mostBytes: number
  private readonly mostPackets: number
  private readonly mostFrameBytes: number
  private readonly overheadBytes: number
  private readonly delayPs: Time
  private readonly shared: SharedBuffer | null

  constructor(
    kernel: Kernel,
    options: LinkOptions,
    target: Port,
    drops: DropSink,
    terminus: Terminus | null = null,
  ) {
    this.options = options
    this.target = target
    this.drops = drops
    this.changeRate(options.rateBps)
    this.mostBytes = options.queueBytes ?? Infinity
    this.mostPackets = options.queuePackets ?? Infinity
    this.mostFrameBytes = options.mtuBytes + ETHERNET_BYTES
    this.overheadBytes = options.overheadBytes
    this.delayPs = options.delayPs
    this.shared = options.shared ?? null
    this.terminus = terminus
    this.alarm = terminus === null ? kernel.add(this) : null
  }

  /** Another rate for frames that begin from now on; those on their way keep their time. */
  changeRate(rateBps: number): void {
    const { numerator, denominator } = bytePace(rateBps)
    this.numerator = numerator
    this.denominator = denominator
    this.remainder = 0
  }

  receive(packet: Packet, now: Time): void {
    const { frameBytes } = packet
    if (frameBytes > this.mostFrameBytes) return this.refuseSize(packet, now)
    let start = now
    if (this.freeAt > now) {
      if (!this.joinQueue(packet, now)) return
      start = this.freeAt
    } else {
      this.flight.markAllSent()
    }
    const spent = this.spend(frameBytes + this.overheadBytes)
    this.freeAt = start + spent
    this.busyPs += spent
    this.packets++
    this.bytes += frameBytes
    const due = this.freeAt + this.delayPs
    if (this.terminus !== null) {
      this.flight.pushFrame(frameBytes, due)
      this.terminus.arriveAt(packet, due)
      return
    }
    this.flight.push(packet, due)
    if (this.flight.length === 1) this.alarm!.set(due)
  }

  wake(now: Time): void {
    const packet = this.flight.shift()
    this.alarm!.set(this.flight.firstDue())
    this.target.receive(packet, now)
  }

  /** Picoseconds of sending that lie before `now`. */
  busyUntil(now: Time): Time {
    return this.busyPs - Math.max(0, this.freeAt - now)
  }

  /** Bytes of the frames that have not left completely. */
  waitingBytes(now: Time): number {
    this.flight.settle(now + this.delayPs)
    return this.flight.unsentBytes
  }

  /** False when there is no place, and the packet is gone. */
  private joinQueue(packet: Packet, now: Time): boolean {
    const { flight } = this
    const waiting = this.waitingBytes(now)
    this.queueSum += waiting
    if (waiting + packet.frameBytes > this.mostBytes || flight.unsentCount > this.mostPackets) {
      this.dropped++
      this.drops.lose(packet, now)
      return false
    }
    if (this.shared !== null && !this.shared.admits(this, waiting, packet.frameBytes, now)) {
      this.droppedShared++
      this.drops.lose(packet, now)
      return false
    }
    if (waiting + packet.frameBytes > this.queuePeak) this.queuePeak = waiting + packet.frameBytes
    return true
  }

  private refuseSize(packet: Packet, now: Time): void {
    if (this.oversize !== null) return this.oversize.receive(packet, now)
    this.tooBig++
    this.drops.lose(packet, now)
  }

  /** Time on the wire; what is not whole is carried to the next frame. */
  private spend(wireBytes: number): Time {
    if (this.denominator === 1) return wireBytes * this.numerator
    const parts = wireBytes * this.numerator + this.remainder
    const whole = Math.floor(parts / this.denominator)
    this.remainder = parts - whole * this.denominator
    return whole
  }
}
