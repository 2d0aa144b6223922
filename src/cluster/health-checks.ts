// keepalived's checker process on a director: its checkers ask over the simulated network, and what
// they find changes the director's IPVS at once, as keepalived/checkers.ts has it.
import type { Ask, Told } from '../keepalived/checker-conversation.ts'
import type { Checker } from '../keepalived/checker.ts'
import { Checkers, type CheckersHost } from '../keepalived/checkers.ts'
import type { CheckedTable, QuorumEvent } from '../keepalived/quorum.ts'
import type { VirtualServer } from '../keepalived/virtual-servers.ts'
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import type { Stream } from '../kernel/random.ts'
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import type { CheckerProcess } from './director-machine.ts'
import type { Probes } from './probes.ts'

export interface HealthChecksOptions {
  table: CheckedTable
  probes: Probes
  /** Of the first checks, and of the numbers of questions. */
  chance: Stream
  say: (event: QuorumEvent, now: Time) => void
  /** The number in a file that is followed. */
  numberIn: (file: string) => number
}

/** keepalived waits that long before its first check, whatever its warm-up is. */
const FIRST_PS = PS_PER_SECOND

export class HealthChecks implements Element, CheckersHost, CheckerProcess {
  readonly table: CheckedTable
  /** What its configuration asks for, from the next start or reload on. */
  servers: readonly VirtualServer[] = []
  private readonly alarm: Alarm
  private readonly kernel: Kernel
  private readonly options: HealthChecksOptions
  private readonly checkers: Checkers
  /** It has been running for long: the next check of each comes at any moment of its period. */
  private isSettled = false
  /** The machine stands still. */
  private isHanging = false
  private isRunning = false

  constructor(kernel: Kernel, options: HealthChecksOptions) {
    this.kernel = kernel
    this.options = options
    this.table = options.table
    this.checkers = new Checkers(this)
    this.alarm = kernel.add(this)
  }

  start(now: Time): void {
    this.isRunning = true
    this.checkers.start(this.servers, now)
    this.plan()
  }

  /** keepalived has been running since long before, and all servers were found to be up. */
  settle(now: Time): void {
    this.isRunning = true
    this.isSettled = true
    this.checkers.start(this.servers, now)
    for (const checker of this.checkers.checkers) checker.restart(checker.nextDue)
    this.isSettled = false
    this.plan()
  }

  reload(now: Time): void {
    if (!this.isRunning) return
    this.checkers.reload(this.servers, now)
    this.plan()
  }

  stop(now: Time): void {
    this.isRunning = false
    this.checkers.stop(now)
    this.plan()
  }

  kill(): void {
    this.isRunning = false
    this.checkers.kill()
    this.isHanging = false
    this.options.probes.forgetAll()
    this.plan()
  }

  hang(): void {
    this.isHanging = true
    this.plan()
  }

  resume(now: Time): void {
    this.isHanging = false
    this.checkers.resume(now)
    this.look(now)
  }

  /** A file has changed; a machine that stands still looks when it goes on. */
  look(now: Time): void {
    if (this.isHanging) return
    this.checkers.look(now)
    this.plan()
  }

  numberIn(file: string): number {
    return this.options.numberIn(file)
  }

  wake(now: Time): void {
    this.checkers.runUntil(now)
    this.plan()
  }

  /** What came of something that a checker asked for. */
  tell(checker: Checker, told: Told, now: Time): void {
    this.checkers.handle(checker, told, now)
    this.plan()
  }

  ask(checker: Checker, ask: Ask): void {
    this.options.probes.ask(checker, ask, this.kernel.now)
  }

  warmUp(checker: Checker, warmupPs: number): number {
    const { chance } = this.options
    const { delayLoopPs } = checker.settings
    if (this.isSettled) return Math.floor(chance.uniform() * delayLoopPs) - FIRST_PS
    return Math.floor(chance.uniform() * warmupPs)
  }

  random(): number {
    return this.options.chance.uint32() >>> 16
  }

  say(event: QuorumEvent, now: Time): void {
    this.options.say(event, now)
  }

  private plan(): void {
    if (this.isHanging) this.alarm.clear()
    else this.alarm.set(this.checkers.nextDue)
  }
}
