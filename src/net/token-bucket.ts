// Rate limits by a token bucket (RFC 2697 with one rate; tc-tbf(8)): tokens, one per byte, come at
// a rate and are kept up to the burst; a frame takes as many as it has bytes. A policer drops what
// finds too few, a shaper lets it wait.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { bytePace, type Time } from '../kernel/time.ts'
import { Flight } from './flight.ts'
import type { DropSink, Packet, Port } from './packet.ts'

export interface BucketOptions {
  /** 'edge.wan' */
  at: string
  /** Whole kbit/s. */
  rateBps: number
  burstBytes: number
}

/**
 * The bucket as one time: until then, counted back from it, all tokens are spent. A frame conforms
 * at t when its tokens fit between then and t plus the burst (the virtual scheduling algorithm, ITU
 * I.371), so nothing has to be filled by and by. It keeps fractions of picoseconds.
 */
class TokenBucket {
  private readonly numerator: number
  private readonly denominator: number
  private readonly burst: number
  private spentUntil = 0

  constructor({ rateBps, burstBytes }: BucketOptions) {
    const pace = bytePace(rateBps)
    this.numerator = pace.numerator
    this.denominator = pace.denominator
    this.burst = burstBytes * pace.numerator
  }

  /** Earliest whole time from `now` on at which the frame conforms. */
  conformsAt(frameBytes: number, now: Time): Time {
    const needed = this.spentUntil + (frameBytes * this.numerator - this.burst) / this.denominator
    return Math.max(now, Math.ceil(needed))
  }

  take(frameBytes: number, now: Time): void {
    const spent = (frameBytes * this.numerator) / this.denominator
    this.spentUntil = Math.max(this.spentUntil, now) + spent
  }
}

/** Drops frames beyond the rate. */
export class Policer implements Port {
  readonly at: string
  packets = 0
  dropped = 0
  private readonly bucket: TokenBucket
  private readonly target: Port
  private readonly drops: DropSink

  constructor(options: BucketOptions, target: Port, drops: DropSink) {
    this.at = options.at
    this.bucket = new TokenBucket(options)
    this.target = target
    this.drops = drops
  }

  receive(packet: Packet, now: Time): void {
    this.packets++
    if (this.bucket.conformsAt(packet.frameBytes, now) > now) {
      this.dropped++
      return this.drops.lose(packet, now)
    }
    this.bucket.take(packet.frameBytes, now)
    this.target.receive(packet, now)
  }
}

/** Lets frames beyond the rate wait, up to so many bytes; what finds no place is dropped. */
export class Shaper implements Element, Port {
  readonly at: string
  packets = 0
  dropped = 0
  private readonly alarm: Alarm
  private readonly bucket: TokenBucket
  private readonly queueBytes: number
  private readonly flight = new Flight()
  private readonly target: Port
  private readonly drops: DropSink
  private lastDue: Time = 0

  constructor(
    kernel: Kernel,
    options: BucketOptions & { queueBytes: number },
    target: Port,
    drops: DropSink,
  ) {
    this.at = options.at
    this.bucket = new TokenBucket(options)
    this.queueBytes = options.queueBytes
    this.target = target
    this.drops = drops
    this.alarm = kernel.add(this)
  }

  receive(packet: Packet, now: Time): void {
    this.packets++
    const { flight, bucket } = this
    const due = bucket.conformsAt(packet.frameBytes, Math.max(now, this.lastDue))
    if (due === now && flight.length === 0) {
      bucket.take(packet.frameBytes, now)
      return this.target.receive(packet, now)
    }
    flight.settle(now)
    if (flight.unsentBytes + packet.frameBytes > this.queueBytes) {
      this.dropped++
      return this.drops.lose(packet, now)
    }
    bucket.take(packet.frameBytes, due)
    this.lastDue = due
    flight.push(packet, due)
    if (flight.length === 1) this.alarm.set(due)
  }

  wake(now: Time): void {
    const packet = this.flight.shift()
    this.alarm.set(this.flight.firstDue())
    this.target.receive(packet, now)
  }
}
