// Requests that leave when a record says, as large and from whom it says. What it does not tell is
// drawn as everywhere else; where its stamps are coarse, requests of one stamp are spread over the
// time until the next as a Poisson process would have them, given their number: uniformly.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Stream } from '../kernel/random.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { Recorder } from '../measure/recorder.ts'
import { blankDemand, type Demand, type Source } from './demand.ts'
import type { Draws } from './draws.ts'
import type { Transport } from './transport.ts'

/** One entry of each list per request, in order of time; sizes below 0 are not told. */
export interface Recorded {
  atPs: ArrayLike<Time>
  client: ArrayLike<number>
  requestBytes: ArrayLike<number>
  answerBytes: ArrayLike<number>
}

export class Replay implements Element, Source {
  readonly alarm: Alarm
  private readonly recorded: Recorded
  private readonly endPs: Time
  private readonly draws: Draws
  private readonly recorder: Recorder
  private readonly demand: Demand = blankDemand()
  private transport!: Transport
  /** Number of the request that leaves next. */
  private next = 0

  /** Requests from `endPs` on do not leave. */
  constructor(kernel: Kernel, recorded: Recorded, endPs: Time, draws: Draws, recorder: Recorder) {
    this.recorded = recorded
    this.endPs = endPs
    this.draws = draws
    this.recorder = recorder
    this.alarm = kernel.add(this)
  }

  start(transport: Transport): void {
    this.transport = transport
    this.planNext()
  }

  wake(now: Time): void {
    const { demand, recorded, next } = this
    this.next++
    this.planNext()
    demand.slot = this.recorder.slotAt(0, now)
    demand.client = recorded.client[next]!
    this.draws.size(demand)
    if (recorded.requestBytes[next]! >= 0) demand.requestBytes = recorded.requestBytes[next]!
    if (recorded.answerBytes[next]! >= 0) demand.answerBytes = recorded.answerBytes[next]!
    this.transport.request(demand, now)
  }

  /** A record has one request for each connection. */
  follow(): boolean {
    return false
  }

  /** A record does not wait for anybody. */
  ended(): void {}

  private planNext(): void {
    const { atPs } = this.recorded
    const at = this.next < atPs.length ? atPs[this.next]! : NEVER
    if (at >= this.endPs) this.alarm.clear()
    else this.alarm.set(at)
  }
}

/** Times that are `coarsePs` exact, each group of equal ones spread evenly at random and sorted. */
export function spread(atPs: ArrayLike<Time>, coarsePs: Time, stream: Stream): Float64Array {
  const times = Float64Array.from(atPs, (at) => at + stream.below(coarsePs))
  for (let from = 0; from < times.length;) {
    let to = from + 1
    while (to < times.length && atPs[to] === atPs[from]) to++
    times.subarray(from, to).sort()
    from = to
  }
  return times
}
