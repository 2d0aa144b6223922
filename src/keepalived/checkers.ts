// keepalived's checker process (spec healthchecks.md, 2 and 5.4): the checkers of a whole
// configuration, and what their findings do to IPVS. Its host carries out what it asks for, tells
// it what came of that, and wakes it when it is due.
import type { Ask } from './checker-conversation.ts'
import { NEVER_PS, type Told } from './checker-conversation.ts'
import { checkersOf, type FlushOnStop } from './checker-conf.ts'
import type { CheckerSettings } from './checker-settings.ts'
import { Checker, type CheckerHost } from './checker.ts'
import { Quorum, ServerState, type CheckedTable, type QuorumEvent } from './quorum.ts'
import type { CheckedServer, VirtualServer } from './virtual-servers.ts'

export interface CheckersHost {
  table: CheckedTable
  ask(checker: Checker, ask: Ask): void
  /** Puts a first check off: seconds or part of them after its first second, up to `warmupPs`. */
  warmUp(checker: Checker, warmupPs: number): number
  /** A number for a question, below 2^16. */
  random(): number
  /** The number in a file that is followed; absent: 0 in all. */
  numberIn?(file: string): number
  say(event: QuorumEvent, now: number): void
}

interface Watched {
  checker: Checker
  state: ServerState
  quorum: Quorum
  /** What its program says that the server is to weigh; null: nothing yet, or as configured. */
  weight: number | null
}

/** After the start, before anything is checked. */
const FIRST_PS = 1_000_000_000_000
/** So little, or less, of a file's number is a failure (spec 4). */
const LOWEST_SHARE = -2_147_483_648

export class Checkers implements CheckerHost {
  private readonly host: CheckersHost
  private quorums: Quorum[] = []
  private watched: Watched[] = []
  private now = 0

  constructor(host: CheckersHost) {
    this.host = host
  }

  get checkers(): readonly Checker[] {
    return this.watched.map(({ checker }) => checker)
  }

  /** When something is to be done next. */
  get nextDue(): number {
    return this.watched.reduce((least, { checker }) => Math.min(least, checker.nextDue), NEVER_PS)
  }

  /**
   * The services go into IPVS at once; the first checks a second later or more. With lvs_flush
   * IPVS is emptied first.
   */
  start(servers: readonly VirtualServer[], now: number, flush: boolean = false): void {
    this.now = now
    if (flush) this.host.table.flush()
    this.quorums = servers.map((server) => this.quorumOf(server, []))
    for (const quorum of this.quorums) {
      quorum.start()
      for (const state of quorum.states) this.watch(quorum, state)
    }
  }

  /** Does what is due by then. */
  runUntil(now: number): void {
    for (let due = this.nextDue; due <= now; due = this.nextDue) {
      this.now = due
      for (const { checker } of this.watched) if (checker.nextDue <= due) checker.advance(due)
    }
    this.now = now
  }

  /** The process stood still: what it has missed is done once, and all goes on from there. */
  resume(now: number): void {
    for (const { checker } of this.watched) checker.nextDue = Math.max(checker.nextDue, now)
    this.runUntil(now)
  }

  /** What came of something that a checker asked for. */
  handle(checker: Checker, told: Told, now: number): void {
    this.now = now
    checker.handle(told, now)
  }

  /**
   * A polite end: IPVS is emptied of all that is the configuration's, service by service; what
   * lvs_flush_on_stop says makes it quicker, and without `VS` takes others' services along.
   */
  stop(now: number, flush: FlushOnStop = 'no'): void {
    this.kill()
    this.now = now
    for (const quorum of this.quorums) {
      if (flush === 'no') quorum.stop()
      else if (flush === 'services') quorum.deleteServices()
      quorum.sayOmega()
    }
    if (flush === 'all') this.host.table.flush()
    this.quorums = []
  }

  /** An end without a word: IPVS stays as it is. */
  kill(): void {
    for (const { checker } of this.watched) checker.stop()
    this.watched = []
  }

  /** Another configuration: what is in both keeps its state (spec 5.4). */
  reload(servers: readonly VirtualServer[], now: number): void {
    this.now = now
    const kept: Quorum[] = []
    for (const quorum of this.quorums) {
      const server = servers.find(({ name }) => name === quorum.server.name)
      if (server !== undefined) kept.push(quorum)
      else this.end(quorum)
    }
    this.quorums = servers.map((server) => {
      const quorum = kept.find((each) => each.server.name === server.name)
      if (quorum !== undefined) return this.renew(quorum, server)
      const added = this.quorumOf(server, [])
      added.start()
      for (const state of added.states) this.watch(added, state)
      return added
    })
  }

  private end(quorum: Quorum): void {
    for (const state of [...quorum.states]) this.unwatch(state)
    quorum.stop()
  }

  /** Servers that are gone leave, new ones come; the others keep what is known of them. */
  private renew(quorum: Quorum, server: VirtualServer): Quorum {
    quorum.server = server
    for (const state of [...quorum.states]) {
      const target = server.servers.find((each) => isSame(each, state.target))
      if (target !== undefined) continue
      this.unwatch(state)
      quorum.drop(state)
    }
    server.servers.forEach((target, place) => {
      const state = quorum.states.find((each) => isSame(each.target, target))
      if (state !== undefined) return this.keep(quorum, state, target)
      const added = stateOf(target, server)
      quorum.admit(added, place)
      this.watch(quorum, added)
    })
    quorum.evaluate()
    return quorum
  }

  /** Checkers that are as before keep what they have found; others begin anew. */
  private keep(quorum: Quorum, state: ServerState, target: CheckedServer): void {
    const wasWeight = state.target.weight
    const settings = checkersOf(target, quorum.server)
    const old = this.watched.filter((each) => each.state === state)
    state.target = target
    if (target.weight !== wasWeight) quorum.weigh(state, target.weight)
    const isUnchanged = textOf(settings) === textOf(old.map(({ checker }) => checker.settings))
    if (isUnchanged) {
      for (const { checker } of old) checker.restart(this.firstOf(checker))
      return
    }
    this.unwatch(state)
    this.watch(quorum, state)
    const failed = settings.filter(({ startsDown }) => startsDown).length
    while (state.failed > failed) quorum.judge(state, true)
    while (state.failed < failed) quorum.judge(state, false)
  }

  private quorumOf(server: VirtualServer, states: ServerState[]): Quorum {
    states.push(...server.servers.map((target) => stateOf(target, server)))
    return new Quorum(server, states, this.host.table, (event) => this.host.say(event, this.now))
  }

  private watch(quorum: Quorum, state: ServerState): void {
    for (const settings of checkersOf(state.target, quorum.server)) {
      const checker = new Checker(settings, this)
      const own = { checker, state, quorum, weight: null }
      this.watched.push(own)
      checker.start(this.firstOf(checker))
      this.lookAt(own)
    }
  }

  /** Files are looked at when something in them has changed (FILE_CHECK). */
  look(now: number): void {
    this.now = now
    for (const each of this.watched) this.lookAt(each)
  }

  private lookAt(own: Watched): void {
    const { checker, state } = own
    const { settings } = checker
    if (settings.kind !== 'file') return
    const { file, weight, isReversed } = settings
    const value = this.host.numberIn?.(file) ?? 0
    if (weight === 0) return checker.find((value === 0) !== isReversed, this.now)
    const share = value * (isReversed ? -weight : weight)
    this.weighed(checker, state.target.weight + share)
    checker.find(share > LOWEST_SHARE, this.now)
  }

  private firstOf(checker: Checker): number {
    return this.now + FIRST_PS + this.host.warmUp(checker, checker.settings.warmupPs)
  }

  private unwatch(state: ServerState): void {
    for (const each of this.watched) if (each.state === state) each.checker.stop()
    this.watched = this.watched.filter((each) => each.state !== state)
  }

  ask(checker: Checker, ask: Ask): void {
    this.host.ask(checker, ask)
  }

  random(): number {
    return this.host.random()
  }

  changed(checker: Checker): void {
    const { quorum, state } = this.of(checker)
    quorum.judge(state, checker.isUp)
  }

  /** Every program adds to the configured weight what it finds more, or less. */
  weighed(checker: Checker, weight: number | null): void {
    const own = this.of(checker)
    own.weight = weight
    const { state, quorum } = own
    const configured = state.target.weight
    const sum = this.watched
      .filter((each) => each.state === state && each.weight !== null)
      .reduce((all, each) => all + each.weight! - configured, configured)
    quorum.weigh(state, sum)
  }

  private of(checker: Checker): Watched {
    return this.watched.find((each) => each.checker === checker)!
  }
}

function stateOf(target: CheckedServer, virtual: VirtualServer): ServerState {
  const failed = checkersOf(target, virtual).filter(({ startsDown }) => startsDown).length
  return new ServerState(target, failed)
}

function isSame(one: CheckedServer, other: CheckedServer): boolean {
  return one.address === other.address && one.port === other.port
}

function textOf(settings: readonly CheckerSettings[]): string {
  return JSON.stringify(settings)
}
