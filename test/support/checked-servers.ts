// keepalived's checkers over servers whose state the test sets, and an IPVS table that is only a
// list: what a test asks for is what the table was, and when.
import type { Ask, Told } from '../../src/keepalived/checker-conversation.ts'
import type { Checker } from '../../src/keepalived/checker.ts'
import { Checkers } from '../../src/keepalived/checkers.ts'
import { readConf } from '../../src/keepalived/conf.ts'
import type { CheckedTable } from '../../src/keepalived/quorum.ts'
import type { DestinationRule, ServiceRule } from '../../src/keepalived/service-rules.ts'
import { virtualServersOf, type VirtualServer } from '../../src/keepalived/virtual-servers.ts'
import { formatAddress } from '../../src/wire/address-text.ts'

const SECOND_PS = 1_000_000_000_000

/** What a server does: accepts, refuses, says nothing, or whatever a test says. */
export type Behaviour = 'up' | 'down' | 'silent' | ((ask: Ask, seconds: number) => Told | null)

interface Event {
  at: number
  checker: Checker | null
  act: () => void
}

export class CheckedServers implements CheckedTable {
  readonly checkers: Checkers
  /** Names of events, with their seconds. */
  readonly said: string[] = []
  /** Everything that was asked for, by seconds. */
  readonly asked: { seconds: number; ask: Ask; server: string }[] = []
  /** A changed table, `SECONDS SERVER=WEIGHT ...` for each service. */
  readonly tables: string[] = []
  private readonly services = new Map<string, Map<string, number>>()
  private readonly behaviours = new Map<string, Behaviour>()
  private events: Event[] = []
  private before = ''
  private now = 0

  /** `warmups` are how long the first checks are put off, seconds, in the order of checkers. */
  constructor(conf: string, warmups: readonly number[] = []) {
    const rest = [...warmups]
    this.checkers = new Checkers({
      table: this,
      ask: (checker, ask) => this.ask(checker, ask),
      warmUp: (_, warmupPs) => Math.min((rest.shift() ?? 0) * SECOND_PS, warmupPs),
      random: () => 4711,
      say: ({ kind, server }) => {
        const who = server === null ? '' : ` ${formatAddress(server.address)}`
        this.said.push(`${this.seconds.toFixed(2)} ${kind}${who}`)
      },
    })
    this.checkers.start(serversOf(conf), 0)
    this.look()
  }

  get seconds(): number {
    return this.now / SECOND_PS
  }

  set(server: string, behaviour: Behaviour): void {
    this.behaviours.set(server, behaviour)
  }

  /** At a time in seconds. */
  at(seconds: number, act: () => void): this {
    this.plan(seconds * SECOND_PS, null, act)
    return this
  }

  runUntil(seconds: number): this {
    const until = seconds * SECOND_PS
    for (;;) {
      const next = Math.min(this.events[0]?.at ?? Infinity, this.checkers.nextDue)
      if (next > until) break
      this.now = next
      const [event] = this.events
      if (event !== undefined && event.at <= next) {
        this.events.shift()
        event.act()
      } else this.checkers.runUntil(next)
      this.look()
    }
    this.now = until
    return this
  }

  reload(conf: string): void {
    this.checkers.reload(serversOf(conf), this.now)
  }

  stop(): void {
    this.checkers.stop(this.now)
    this.look()
  }

  /** When attempts began at a server, seconds. */
  attempts(server: string): number[] {
    return this.asked
      .filter((each) => each.server === server && /connect|echo|datagram|run/.test(each.ask.ask))
      .map(({ seconds }) => Number(seconds.toFixed(3)))
  }

  private plan(at: number, checker: Checker | null, act: () => void): void {
    const place = this.events.findIndex((event) => event.at > at)
    this.events.splice(place < 0 ? this.events.length : place, 0, { at, checker, act })
  }

  private ask(checker: Checker, ask: Ask): void {
    const server = formatAddress(checker.settings.target.address)
    this.asked.push({ seconds: this.seconds, ask, server })
    if (ask.ask === 'close') {
      this.events = this.events.filter((event) => event.checker !== checker)
      return
    }
    const behaviour = this.behaviours.get(server) ?? 'up'
    const told =
      typeof behaviour === 'function' ? behaviour(ask, this.seconds) : usual(behaviour, ask)
    if (told === null) return
    this.plan(this.now, checker, () => this.checkers.handle(checker, told, this.now))
  }

  private look(): void {
    const text = [...this.services.values()]
      .map((servers) => [...servers].map(([name, weight]) => `${name}=${weight}`).join(' '))
      .join(' | ')
    if (text === this.before) return
    this.before = text
    this.tables.push(`${this.seconds.toFixed(2)} ${text}`.trim())
  }

  addService(rule: ServiceRule): void {
    this.services.set(this.nameOf(rule), new Map())
  }

  deleteService(rule: ServiceRule): void {
    this.services.delete(this.nameOf(rule))
  }

  nameOf({ address, port, mark }: ServiceRule): string {
    return `${address} ${port} ${mark}`
  }

  names(): string[] {
    return [...this.services.keys()]
  }

  flush(): void {
    this.services.clear()
  }

  addDestination(service: ServiceRule, { address, weight }: DestinationRule): void {
    this.services.get(this.nameOf(service))!.set(formatAddress(address), weight)
  }

  editDestination(service: ServiceRule, rule: DestinationRule): void {
    this.addDestination(service, rule)
  }

  deleteDestination(service: ServiceRule, { address }: DestinationRule): void {
    this.services.get(this.nameOf(service))!.delete(formatAddress(address))
  }
}

function usual(behaviour: 'up' | 'down' | 'silent', { ask }: Ask): Told | null {
  if (behaviour === 'silent') return null
  if (ask === 'echo') return { told: 'echoed' }
  return { told: behaviour === 'up' ? 'connected' : 'refused' }
}

function serversOf(text: string): VirtualServer[] {
  return virtualServersOf(readConf({ file: 'a.conf', text, id: '' }, ['checkers']).root).servers
}
