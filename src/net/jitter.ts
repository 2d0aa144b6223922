// Delay on the way that differs from frame to frame, as on a path with other traffic. Frames keep
// their order: one that would overtake arrives together with the one before it.
import type { Sampler } from '../kernel/distributions.ts'
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Time } from '../kernel/time.ts'
import { Flight } from './flight.ts'
import type { Packet, Port } from './packet.ts'

export class Jitter implements Element, Port {
  private readonly alarm: Alarm
  private readonly flight = new Flight()
  private lastDue: Time = 0
  private readonly delay: Sampler
  private readonly target: Port

  constructor(kernel: Kernel, delay: Sampler, target: Port) {
    this.delay = delay
    this.target = target
    this.alarm = kernel.add(this)
  }

  receive(packet: Packet, now: Time): void {
    this.lastDue = Math.max(this.lastDue, now + Math.max(0, Math.round(this.delay.next())))
    this.flight.push(packet, this.lastDue)
    if (this.flight.length === 1) this.alarm.set(this.lastDue)
  }

  wake(now: Time): void {
    const packet = this.flight.shift()
    this.alarm.set(this.flight.firstDue())
    this.target.receive(packet, now)
  }
}
