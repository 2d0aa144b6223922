// Plays a trace to a director of ours, step by step, and says what it did. It is told what was done
// and when, never what was seen.
import { SCTP, TCP, UDP } from '../ipvs/headers.ts'
import { runIpvsadm, type Said } from '../ipvsadm/ipvsadm.ts'
import { IpvsError } from '../ipvs/service.ts'
import { readSysctl } from '../ipvs/sysctls.ts'
import { TICK_PS } from '../ipvs/ticks.ts'
import { readProc } from '../machine/proc.ts'
import { parseEndpoint } from '../wire/address-text.ts'
import { toHex } from '../wire/hex.ts'
import type { Bench, Unknowns } from './bench.ts'
import { playBurst, type OpenedConnection } from './burst.ts'
import { chosen, sayFrames } from './frames.ts'
import { Directors, type Director } from './directors.ts'
import { runIp } from './ip-command.ts'
import { kernelFacts, loadedModules } from './kernel-facts.ts'
import { runNft } from './nft-command.ts'
import { connectionLines, destinationLines } from './observe.ts'
import type { Outcome, SaidFrame, Window } from './outcome.ts'
import { buildAll, type PacketSpec } from './packet-words.ts'
import { TraceError } from './problem.ts'
import { stringAt, stringsAt, type Step, type StepKind, type Trace } from './trace.ts'

const USUAL_LISTINGS = ['-Ln', '-Ln --stats', '-Lnc', 'ip_vs', 'ip_vs_conn', 'ip_vs_stats']
/** Steps about the first director; in one of them "on" is something else. */
const AT_FIRST: StepKind[] = ['packet', 'burst', 'listen']
const PROTOCOLS: Record<string, number> = { tcp: TCP, udp: UDP, sctp: SCTP }

/** Something to look at again when the next step begins. */
type Look = () => void

export class Player {
  private readonly trace: Trace
  /** Client endpoint to the server endpoint that its last packet went to. */
  private readonly served = new Map<string, string>()
  private readonly opened: OpenedConnection[] = []
  private readonly directors: Directors
  /** Where the step is done. */
  private at: Director
  private looks: Look[] = []

  constructor(trace: Trace, unknowns: Unknowns) {
    this.trace = trace
    this.directors = new Directors(trace, unknowns)
    this.at = this.directors.first
  }

  /** What the director did in each step. */
  play(): Outcome[] {
    return this.trace.steps.map((step, index) => {
      this.looks = []
      this.directors.passTo(step.clock.begin)
      const outcome: Outcome = {}
      this.at = this.directorOf(step, `steps[${index}]`)
      this.perform(step, `steps[${index}]`, outcome)
      this.directors.passTo(step.clock.next)
      for (const look of this.looks) look()
      const messages = this.directors.takeMessages()
      if (messages.length > 0) outcome.sync = messages
      return outcome
    })
  }

  private get bench(): Bench {
    return this.at.bench
  }

  private directorOf({ do: kind, words }: Step, place: string): Director {
    if (words['on'] === undefined || AT_FIRST.includes(kind)) return this.directors.first
    return this.directors.named(stringAt(words['on'], `${place}.on`), `${place}.on`)
  }

  private perform(step: Step, place: string, outcome: Outcome): void {
    switch (step.do) {
      case 'ipvsadm':
      case 'nft':
      case 'ip':
        return this.runTool(step, place, outcome)
      case 'sysctl':
        return this.sysctl(step, place, outcome)
      case 'packet':
        return this.packet(step, place, outcome)
      case 'burst':
        return this.burst(step, place, outcome)
      case 'sleep':
        this.directors.passTo(step.clock.end)
        outcome.frames = this.takeFrames()
        return this.watch(step, place, outcome)
      case 'show':
        return this.show(step, place, outcome)
      case 'conns':
        return void (outcome.conns = this.window((at) => connectionLines(this.bench, at)))
      case 'dests':
        return void (outcome.dests = this.window(() => destinationLines(this.bench)))
      case 'sysctls':
        return void (outcome.sysctls = this.sysctls())
      case 'kernel':
        outcome.kernel = kernelFacts(this.trace)
        outcome.modules = loadedModules()
        return
      case 'listen':
        return this.listen(step, place)
      case 'note':
        return
      default:
        throw new TraceError(`${place}.do`, `no step of this family: "${step.do}"`)
    }
  }

  private runTool(step: Step, place: string, outcome: Outcome): void {
    const { words } = step
    const args = Array.isArray(words['args'])
      ? stringsAt(words['args'], `${place}.args`)
      : stringAt(words['args'], `${place}.args`)
          .split(/\s+/)
          .filter((word) => word !== '')
    const stdin = words['stdin'] === undefined ? '' : stringAt(words['stdin'], `${place}.stdin`)
    const { machine, now } = this.bench
    const said = { out: '', err: '', rc: 0 }
    if (step.do === 'ipvsadm') Object.assign(said, this.ipvsadm(args, stdin, now))
    else if (step.do === 'nft') runNft(stdin, machine.marks, `${place}.stdin`)
    else said.err = runIp(args, machine, `${place}.args`)
    if (said.err !== '' && step.do === 'ip') said.rc = 2
    if (said.out !== '') outcome.out = said.out
    if (said.err !== '') outcome.err = said.err
    if (said.rc !== 0) outcome.rc = said.rc
    const frames = this.takeFrames()
    if (words['frames'] === true && frames.length > 0) outcome.frames = frames
    this.watch(step, place, outcome)
  }

  private ipvsadm(args: string[], stdin: string, now: number): Said {
    this.at.plane.now = now
    return runIpvsadm(args, stdin, this.at.plane)
  }

  private sysctl(step: Step, place: string, outcome: Outcome): void {
    const name = stringAt(step.words['name'], `${place}.name`).replace(/^net\.ipv4\.vs\./, '')
    const { ipvs } = this.bench.machine
    try {
      if (name.startsWith('net.')) {
        throw new TraceError(`${place}.name`, `not understood: ${name}`, {
          suggestion: 'variables of net.ipv4.vs are',
        })
      }
      const { value } = step.words
      if (value !== undefined) ipvs.setSysctl(name, textOfValue(value, place), this.bench.now)
      outcome.value = readSysctl(ipvs.sysctls, name)
    } catch (error) {
      if (!(error instanceof IpvsError)) throw error
      throw new TraceError(place, error.message)
    }
  }

  private packet(step: Step, place: string, outcome: Outcome): void {
    const words = step.words as unknown as PacketSpec & { reply_to?: string; from?: string }
    let spec = words
    if (words.reply_to !== undefined) {
      const src = this.served.get(words.reply_to)
      if (src === undefined) {
        throw new TraceError(`${place}.reply_to`, `no server has got a packet of ${words.reply_to}`)
      }
      outcome.src = src
      spec = { ...words, src, dst: words.reply_to }
    }
    this.bench.machine.takeFrames()
    const packets = this.build(spec, place)
    for (const bytes of packets) this.bench.machine.receive(bytes, this.bench.now)
    outcome.in = packets.map(toHex)
    outcome.frames = this.takeFrames()
    if ((words.from ?? 'client') === 'client' && spec.src !== undefined) {
      const [server] = chosen(outcome.frames)
      if (server !== null) this.served.set(spec.src, server)
    }
    this.watch(step, place, outcome)
  }

  private build(spec: PacketSpec, place: string): Uint8Array[] {
    try {
      return buildAll(spec)
    } catch (error) {
      throw new TraceError(place, (error as Error).message)
    }
  }

  private burst(step: Step, place: string, outcome: Outcome): void {
    this.bench.machine.takeFrames()
    const inject = (spec: PacketSpec): SaidFrame[] => {
      for (const bytes of this.build(spec, place)) {
        this.bench.machine.receive(bytes, this.bench.now)
      }
      return this.takeFrames()
    }
    const { servers, instead, uncertain } = playBurst(
      step,
      place,
      this.directors,
      this.opened,
      inject,
    )
    this.directors.passTo(step.clock.end)
    outcome.servers = servers
    outcome.uncertain = uncertain
    if (Object.keys(instead).length > 0) outcome.instead = instead
    outcome.dests = this.window(() => destinationLines(this.bench))
    if (this.watched(step, place).includes('conns')) {
      outcome.conns = this.window((at) => connectionLines(this.bench, at))
    }
  }

  private show(step: Step, place: string, outcome: Outcome): void {
    const what = stringsAt(step.words['what'] ?? USUAL_LISTINGS, `${place}.what`)
    outcome.show = {}
    for (const each of what) {
      const isFile = !each.startsWith('-')
      const name = isFile ? `/proc/net/${each}` : `ipvsadm ${each}`
      outcome.show[name] = this.window((at) => this.listing(each, at, `${place}.what`))
    }
  }

  private listing(what: string, now: number, place: string): string {
    const { machine } = this.bench
    if (what.startsWith('-')) {
      const { out, err } = this.ipvsadm(what.split(/\s+/), '', now)
      return out + err
    }
    const text = readProc(machine.ipvs, what, now)
    if (text === null) throw new TraceError(place, `no file /proc/net/${what}`)
    return text
  }

  private sysctls(): Record<string, string> {
    const { sysctls } = this.bench.machine.ipvs
    return Object.fromEntries(Object.keys(sysctls).map((name) => [name, readSysctl(sysctls, name)]))
  }

  private listen(step: Step, place: string): void {
    const on = stringAt(step.words['on'], `${place}.on`)
    const endpoint = parseEndpoint(on)
    const protocol = PROTOCOLS[(step.words['proto'] as string | undefined) ?? 'tcp']
    if (endpoint === null || protocol === undefined) {
      throw new TraceError(`${place}.on`, `expected an address and port, got "${on}"`)
    }
    this.bench.machine.local.listeners.push({ protocol, ...endpoint })
  }

  /** What is looked at after a step. */
  private watch(step: Step, place: string, outcome: Outcome): void {
    for (const what of this.watched(step, place)) {
      if (what === 'dests') outcome.dests = this.window(() => destinationLines(this.bench))
      else if (what === 'conns') {
        outcome.conns = this.window((at) => connectionLines(this.bench, at))
      } else if (what === 'conns-of') {
        const client = step.words[step.words['from'] === 'server' ? 'dst' : 'src'] as string
        outcome.conns = this.window((at) =>
          connectionLines(this.bench, at).filter((line) => line.split(' ')[1] === client),
        )
      } else {
        throw new TraceError(`${place}.watch`, `not understood: ${what}`)
      }
    }
  }

  private watched(step: Step, place: string): string[] {
    const own = step.words['watch']
    return own === undefined ? this.trace.watch : stringsAt(own, `${place}.watch`)
  }

  /**
   * Looks now, and once more when the next step begins. When exactly in its step a packet was
   * handled nobody recorded, so that a timer may have been set one tick later than ours: the first
   * look is a tick back.
   */
  private window<T>(look: (at: number) => T): Window<T> {
    const window = { early: look(this.bench.now - TICK_PS), late: undefined as T }
    this.looks.push(() => {
      window.late = look(this.bench.now)
    })
    return window
  }

  private takeFrames(): SaidFrame[] {
    const { topology } = this.trace
    return sayFrames(this.bench, this.bench.takeFrames(), topology.guePorts)
  }
}

/** A number or a text, as a scenario may write the value of a variable. */
function textOfValue(value: unknown, place: string): string {
  if (typeof value === 'number') return `${value}`
  return stringAt(value, `${place}.value`)
}
