// A population of clients: requests leave when the arrivals say so, whatever has become of earlier
// ones (open arrivals: latency runs from the intended departure).
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { Recorder } from '../measure/recorder.ts'
import type { Packet, Port } from '../net/packet.ts'
import type { Arrivals } from './arrivals.ts'
import type { Transport } from './transport.ts'

export class Population implements Element, Port {
  readonly alarm: Alarm
  private readonly arrivals: Arrivals
  private readonly transport: Transport
  private readonly recorder: Recorder
  /** Phase of the request that leaves next. */
  private phase = 0

  constructor(kernel: Kernel, arrivals: Arrivals, transport: Transport, recorder: Recorder) {
    this.arrivals = arrivals
    this.transport = transport
    this.recorder = recorder
    this.alarm = kernel.add(this)
    this.planNext()
  }

  wake(now: Time): void {
    const { phase } = this
    this.planNext()
    this.transport.request(this.recorder.slotAt(phase, now), now)
  }

  receive(packet: Packet, now: Time): void {
    this.transport.atClient(packet, now)
  }

  private planNext(): void {
    const at = this.arrivals.next()
    this.phase = this.arrivals.phase
    if (at === NEVER) this.alarm.clear()
    else this.alarm.set(at)
  }
}
