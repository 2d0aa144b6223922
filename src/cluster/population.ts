// A population of clients: requests leave when the arrivals say so, whatever has become of earlier
// ones (open arrivals: latency runs from the intended departure).
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { Recorder } from '../measure/recorder.ts'
import type { Arrivals } from './arrivals.ts'
import { blankDemand, type Demand, type Source } from './demand.ts'
import type { Draws } from './draws.ts'
import type { Transport } from './transport.ts'

export class Population implements Element, Source {
  readonly alarm: Alarm
  private readonly arrivals: Arrivals
  private readonly draws: Draws
  private readonly recorder: Recorder
  private readonly demand: Demand = blankDemand()
  private transport!: Transport
  /** Phase of the request that leaves next. */
  private phase = 0

  constructor(kernel: Kernel, arrivals: Arrivals, draws: Draws, recorder: Recorder) {
    this.arrivals = arrivals
    this.draws = draws
    this.recorder = recorder
    this.alarm = kernel.add(this)
  }

  /** Sends by that transport from now on; it knows its source, and so is made after it. */
  start(transport: Transport): void {
    this.transport = transport
    this.planNext()
  }

  wake(now: Time): void {
    const { demand, phase } = this
    this.planNext()
    demand.slot = this.recorder.slotAt(phase, now)
    this.draws.open(demand)
    this.transport.request(demand, now)
  }

  follow(demand: Demand, _client: number, now: Time): boolean {
    return this.draws.follow(demand, this.recorder, now)
  }

  /** Open arrivals do not wait for anybody. */
  ended(): void {}

  private planNext(): void {
    const at = this.arrivals.next()
    this.phase = this.arrivals.phase
    if (at === NEVER) this.alarm.clear()
    else this.alarm.set(at)
  }
}
