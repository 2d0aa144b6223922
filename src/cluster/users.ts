// A closed population: every user thinks, sends a request, waits for its end, and thinks again.
// What the cluster cannot serve it is not asked: the load bends to the answers, as with people
// behind browsers (Schroeder, Wierman, Harchol-Balter, "Open versus closed", NSDI 2006).
import type { Planner } from '../kernel/agenda.ts'
import type { Sampler } from '../kernel/distributions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import type { Recorder } from '../measure/recorder.ts'
import { blankDemand, type Demand, type Source } from './demand.ts'
import type { Draws } from './draws.ts'
import type { Transport } from './transport.ts'

export interface UsersOptions {
  count: number
  /** Time of thinking, ps. */
  think: Sampler
  /**
   * Users give up that long after their request; null when the transport itself tells when it
   * gives up.
   */
  patiencePs: Time | null
}

/** A user whose request cannot even leave (no port is free) tries again after that. */
const RETRY_PS = PS_PER_SECOND
/** Key of the event at which somebody's patience ends; the others are numbers of users. */
const PATIENCE = -1

export class Users implements Source, Planner {
  private readonly kernel: Kernel
  private readonly options: UsersOptions
  private readonly draws: Draws
  private readonly recorder: Recorder
  private readonly demand: Demand = blankDemand()
  private transport!: Transport
  /** By user: requests sent, when the last of them left, and whether it is still awaited. */
  private readonly rounds: Float64Array
  private readonly sentAt: Float64Array
  private readonly waiting: Uint8Array
  /** Tickets in the order in which patience ends; those before `first` are gone. */
  private readonly tickets: number[] = []
  private first = 0

  constructor(kernel: Kernel, options: UsersOptions, draws: Draws, recorder: Recorder) {
    this.kernel = kernel
    this.options = options
    this.draws = draws
    this.recorder = recorder
    this.rounds = new Float64Array(options.count)
    this.sentAt = new Float64Array(options.count)
    this.waiting = new Uint8Array(options.count)
  }

  /** All begin with thinking. */
  start(transport: Transport): void {
    this.transport = transport
    for (let user = 0; user < this.options.count; user++) this.think(user, 0)
  }

  due(key: number, now: Time): void {
    if (key === PATIENCE) this.losePatience(now)
    else this.send(key, now)
  }

  follow(demand: Demand, _client: number, now: Time): boolean {
    return this.draws.follow(demand, this.recorder, now)
  }

  ended(ticket: number, now: Time): void {
    const user = ticket % this.options.count
    if (!this.isAwaited(ticket)) return
    this.waiting[user] = 0
    this.think(user, now === this.sentAt[user] ? now + RETRY_PS : now)
  }

  private think(user: number, now: Time): void {
    this.kernel.agenda.plan(now + Math.round(this.options.think.next()), this, user)
  }

  private send(user: number, now: Time): void {
    const { demand, options } = this
    const phase = this.recorder.phaseAt(now)
    // The load is over.
    if (phase < 0) return
    const ticket = this.rounds[user]! * options.count + user
    this.sentAt[user] = now
    this.waiting[user] = 1
    this.rounds[user]!++
    if (options.patiencePs !== null) this.bePatient(ticket, now + options.patiencePs)
    this.draws.open(demand)
    demand.slot = this.recorder.slotAt(phase, now)
    demand.ticket = ticket
    this.transport.request(demand, now)
  }

  private isAwaited(ticket: number): boolean {
    const { count } = this.options
    const user = ticket % count
    return this.waiting[user] === 1 && this.rounds[user]! * count - count + user === ticket
  }

  private bePatient(ticket: number, until: Time): void {
    this.tickets.push(ticket)
    if (this.tickets.length - this.first === 1) this.kernel.agenda.plan(until, this, PATIENCE)
  }

  /** The one who has waited longest gives up, unless an answer came; then the next is looked at. */
  private losePatience(now: Time): void {
    const { tickets } = this
    this.ended(tickets[this.first++]!, now)
    while (this.first < tickets.length && !this.isAwaited(tickets[this.first]!)) this.first++
    if (this.first === tickets.length) {
      tickets.length = 0
      this.first = 0
      return
    }
    const user = tickets[this.first]! % this.options.count
    const until = this.sentAt[user]! + this.options.patiencePs!
    this.kernel.agenda.plan(until, this, PATIENCE)
    if (this.first > 65_536) {
      tickets.splice(0, this.first)
      this.first = 0
    }
  }
}
