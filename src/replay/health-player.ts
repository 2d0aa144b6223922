// Plays a recording of keepalived's checkers: the same configuration, the same servers coming and
// going, and our checkers in the place of keepalived's. Says what became of the IPVS table, and
// which connections servers accepted.
import { flushingOf } from '../keepalived/checker-conf.ts'
import type { Ask, Told } from '../keepalived/checker-conversation.ts'
import type { Checker } from '../keepalived/checker.ts'
import { Checkers } from '../keepalived/checkers.ts'
import { readConf } from '../keepalived/conf.ts'
import { virtualServersOf, type VirtualServer } from '../keepalived/virtual-servers.ts'
import { formatEndpoint } from '../wire/address-text.ts'
import type { Endpoint } from '../keepalived/checker-settings.ts'
import { Bench } from './bench.ts'
import { BenchTable } from './checked-table.ts'
import type { FirstChecks } from './first-checks.ts'
import { HealthNetwork } from './health-network.ts'
import { destinationLines } from './observe.ts'
import type { DestinationLines } from './outcome.ts'
import { TraceError } from './problem.ts'
import { stringAt, type Step, type Trace } from './trace.ts'

export interface TableChange {
  ms: number
  dests: DestinationLines
}

export interface Accepted {
  ms: number
  server: string
}

export interface HealthPlayed {
  changes: TableChange[]
  accepted: Accepted[]
}

const PS_PER_MS = 1_000_000_000
/** From keepalived's start to its services in IPVS, and from a signal to what it does. */
const START_MS = 44
const RELOAD_MS = 2
const ROUND_TRIP_PS = 0.3 * PS_PER_MS
/** A SYN is repeated so long after the first one (RFC 6298, doubled each time). */
const SYN_AFTER_PS = [1, 3, 7, 15, 31].map((seconds) => seconds * 1000 * PS_PER_MS)

type Flushing = ReturnType<typeof flushingOf>

interface Event {
  at: number
  checker: Checker | null
  act: (now: number) => void
}

export class HealthPlayer {
  private readonly trace: Trace
  private readonly bench: Bench
  private readonly network: HealthNetwork
  private readonly checkers: Checkers
  private readonly played: HealthPlayed = { changes: [], accepted: [] }
  private events: Event[] = []
  private dests: DestinationLines = {}
  private nowPs = 0
  private isRunning = false
  private onStop: Flushing['onStop'] = 'no'

  constructor(trace: Trace, firsts: FirstChecks) {
    this.trace = trace
    const { topology, jiffies } = trace
    this.bench = new Bench({ topology, jiffies, number: 0, tickPhaseMs: 0, estimateAt: 1 })
    this.network = new HealthNetwork(topology.servers)
    this.checkers = new Checkers({
      table: new BenchTable(this.bench),
      ask: (checker, ask) => this.ask(checker, ask),
      warmUp: ({ settings }) => {
        const ms = firsts.of(settings, this.nowPs / PS_PER_MS)
        // Told as what comes on top of the first second.
        return ms * PS_PER_MS - this.nowPs - 1000 * PS_PER_MS
      },
      random: () => 0,
      say: () => {},
    })
  }

  play(): HealthPlayed {
    this.trace.steps.forEach((step, index) => {
      this.passTo(step.clock.begin * PS_PER_MS)
      this.perform(step, `steps[${index}]`)
      this.passTo(step.clock.end * PS_PER_MS)
    })
    return this.played
  }

  private perform({ do: kind, words }: Step, place: string): void {
    switch (kind) {
      case 'server': {
        const on = stringAt(words['on'], `${place}.on`)
        return this.network.change(on, stringAt(words['state'], `${place}.state`), place)
      }
      case 'keepalived':
        return this.start(stringAt(words['conf'], `${place}.conf`))
      case 'signal':
        return this.signal(words, place)
      case 'sleep':
      case 'note':
        return
      default:
        throw new TraceError(`${place}.do`, `no step of the health bench: "${kind}"`, {
          suggestion: 'its steps are server, keepalived, signal, sleep, note',
        })
    }
  }

  private start(text: string): void {
    const { servers, isAtStart, onStop } = readFile(text)
    this.isRunning = true
    this.onStop = onStop
    this.plan(START_MS * PS_PER_MS, null, (now) => {
      if (this.isRunning) this.checkers.start(servers, now, isAtStart)
    })
  }

  private signal(words: Record<string, unknown>, place: string): void {
    const signal = stringAt(words['signal'], `${place}.signal`)
    if (signal === 'SIGHUP') {
      const conf = stringAt(words['conf'] ?? this.confBefore(place), `${place}.conf`)
      const { servers, onStop } = readFile(conf)
      this.onStop = onStop
      return this.plan(RELOAD_MS * PS_PER_MS, null, (now) => this.checkers.reload(servers, now))
    }
    this.isRunning = false
    if (signal === 'SIGKILL') this.checkers.kill()
    else if (['SIGTERM', 'SIGINT'].includes(signal)) this.checkers.stop(this.nowPs, this.onStop)
    else {
      throw new TraceError(`${place}.signal`, `not understood: ${signal}`, {
        suggestion: 'understood are SIGTERM, SIGINT, SIGHUP and SIGKILL',
      })
    }
    this.look()
  }

  /** The last configuration that was given. */
  private confBefore(place: string): unknown {
    const index = Number(/\d+/.exec(place))
    const before = this.trace.steps.slice(0, index).findLast(({ words }) => 'conf' in words)
    return before?.words['conf']
  }

  private passTo(until: number): void {
    for (;;) {
      const [first] = this.events
      const next = Math.min(first?.at ?? Infinity, this.checkers.nextDue)
      if (next > until) break
      this.moveTo(next)
      if (first !== undefined && first.at <= next) {
        this.events.shift()
        first.act(next)
      } else this.checkers.runUntil(next)
      this.look()
    }
    this.moveTo(Math.max(until, this.nowPs))
  }

  private moveTo(now: number): void {
    this.nowPs = now
    this.bench.runUntil(now)
  }

  private plan(afterPs: number, checker: Checker | null, act: (now: number) => void): void {
    const at = this.nowPs + afterPs
    const place = this.events.findIndex((event) => event.at > at)
    this.events.splice(place < 0 ? this.events.length : place, 0, { at, checker, act })
  }

  private ask(checker: Checker, ask: Ask): void {
    const tell = (told: Told): void =>
      this.plan(ROUND_TRIP_PS, checker, (now) => this.checkers.handle(checker, told, now))
    switch (ask.ask) {
      case 'connect':
        return this.connect(checker, ask.to, 0)
      case 'datagram':
      case 'echo': {
        const told = this.network.answerTo(ask.ask, ask.to.address)
        if (told !== null) tell(told)
        return
      }
      case 'close':
        this.events = this.events.filter((event) => event.checker !== checker)
        return
      case 'run':
      case 'signal':
        throw new TraceError('steps', 'a program of MISC_CHECK: its exits are not recorded')
      // The recorder's sockets accept, and close: nobody ever answers a word.
      case 'handshake':
      case 'write':
    }
  }

  /** SYN number `tries`: a lost one is repeated. */
  private connect(checker: Checker, to: Endpoint, tries: number): void {
    const answer = this.network.connect(to)
    if (answer === 'silent') {
      const wait = (SYN_AFTER_PS[tries] ?? Infinity) - (SYN_AFTER_PS[tries - 1] ?? 0)
      if (tries < SYN_AFTER_PS.length) {
        this.plan(wait, checker, () => this.connect(checker, to, tries + 1))
      }
      return
    }
    const tell = (told: Told, roundTrips: number): void =>
      this.plan(roundTrips * ROUND_TRIP_PS, checker, (now) =>
        this.checkers.handle(checker, told, now),
      )
    tell({ told: answer }, 1)
    if (answer === 'refused') return
    const server = formatEndpoint(to.address, to.port)
    this.played.accepted.push({ ms: this.nowPs / PS_PER_MS, server })
    tell({ told: 'closed' }, 2)
  }

  /** Keeps what has changed in the table. */
  private look(): void {
    const dests = this.table()
    if (JSON.stringify(dests) === JSON.stringify(this.dests)) return
    this.dests = dests
    this.played.changes.push({ ms: this.nowPs / PS_PER_MS, dests })
  }

  /** Services with their servers, each as `REAL METHOD WEIGHT`. */
  private table(): DestinationLines {
    const services = Object.entries(destinationLines(this.bench)).map(([service, rows]) => {
      return [service, rows.map((row) => row.split(' ').slice(0, 3).join(' '))]
    })
    return Object.fromEntries(services) as DestinationLines
  }
}

function readFile(text: string): Flushing & { servers: VirtualServer[] } {
  const { root, hasStopped } = readConf({ file: 'director.conf', text, id: '' }, ['checkers'])
  return { servers: hasStopped ? [] : virtualServersOf(root).servers, ...flushingOf(root) }
}
