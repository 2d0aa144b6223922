// Rules of the director as text: command lines of ipvsadm, alone or in a script, and what `ipvsadm
// -Sn` prints. Written from the manual's description of version 1.31 and observed output; texts of
// errors are those of ipvsadm and of the kernel. One mistake ends its line only, so that all are
// found at once.
import { isHost } from '../ipvs/service-spec.ts'
import { SCHEDULER_NAMES } from '../ipvs/schedulers/index.ts'
import { checkLine, schedulerFlags, schedulerOf } from './checks.ts'
import { readCommand, type CommandName, type CommandStart } from './options.ts'
import { nearest, Refusal, type RuleProblem } from './problem.ts'
import { readCommandLine as readLine, type CommandLine } from './command-line.ts'
import { NoSuchService, notSimulated, NotSimulated } from './not-simulated.ts'
import { commandLines, type Word } from './words.ts'

export type { RuleProblem } from './problem.ts'

export interface RuleDestination {
  /** Unsigned. */
  address: number
  port: number
  weight: number
  forwarding: 'nat' | 'dr' | 'tun'
  upperThreshold: number
  lowerThreshold: number
  line: number
}

/** A client stays at its server that long after its last connection (-p, -M). */
export interface Persistence {
  timeoutSeconds: number
  /** IPv4: an address; IPv6: the length of a prefix; null: every client is on its own. */
  netmask: number | null
}

export interface RuleService {
  protocol: 'tcp' | 'udp'
  /** Unsigned. */
  address: number
  port: number
  scheduler: string
  /** 'sh-port', 'mh-fallback' ... */
  flags: string[]
  /** Absent: every connection is scheduled. */
  persistence?: Persistence
  /** In order of adding. */
  destinations: RuleDestination[]
  line: number
}

export interface Rules {
  services: RuleService[]
  problems: RuleProblem[]
  /** Services that simulations do not have, where each is defined. */
  leftOut: RuleProblem[]
}

/** Commands that show things, or set what has no part in a simulation. */
const IGNORED: CommandName[] = ['list', 'save', 'zero', 'help', 'version']

/** Reads rules from the first line to the last, as a shell would run them. */
export function parseRules(text: string): Rules {
  const table = new RuleTable()
  const problems: RuleProblem[] = []
  const leftOut: RuleProblem[] = []
  for (const words of commandLines(text)) {
    try {
      readCommandLine(table, words)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { problem } = error
      if (!(error instanceof NoSuchService)) problems.push(problem)
      else leftOut.push({ ...problem, message: `left out: ${problem.message}` })
    }
  }
  return { services: table.services, problems, leftOut }
}

function readCommandLine(table: RuleTable, words: Word[]): void {
  const rest = words.slice(prefixLength(words))
  const [first, ...others] = rest
  if (first === undefined) return
  const command = readCommand(first)
  if (IGNORED.includes(command.name)) return
  refuseUnread(command)
  let line: CommandLine | null = null
  try {
    line = readLine(command, others)
    checkLine(line)
    checkScheduler(line)
    const refusal = notSimulated(line)
    if (refusal !== null) throw refusal
    table.apply(line)
  } catch (error) {
    const defines = command.name === 'add-service' || command.name === 'edit-service'
    const isRepeated = line !== null && table.hasRefused(line)
    if (defines) table.refuse(line, others, error instanceof NoSuchService)
    else if (isRepeated && error instanceof NotSimulated) return
    throw error
  }
}

/** The kernel's refusal of a scheduler, or an engine, that it does not have. */
function checkScheduler(line: CommandLine): void {
  const word = line.given.get('scheduler')?.value ?? null
  const engine = line.given.get('pe')?.value ?? null
  if (engine !== null && engine.text !== 'sip') {
    const hints = { expected: 'sip', got: engine.text }
    throw new Refusal(engine, 'Scheduler or persistence engine not found', hints)
  }
  if (word === null || SCHEDULER_NAMES.includes(word.text)) return
  const near = nearest(word.text, SCHEDULER_NAMES)
  throw new Refusal(word, 'Scheduler or persistence engine not found', {
    expected: `one of ${SCHEDULER_NAMES.join(', ')}`,
    got: word.text,
    ...(near === undefined ? {} : { suggestion: near }),
  })
}

/** Words in front of the command: `sudo`, `ipvsadm`, `/sbin/ipvsadm`. */
function prefixLength(words: Word[]): number {
  let length = 0
  while (length < words.length && /^(sudo|(.*\/)?ipvsadm)$/.test(words[length]!.text)) length++
  return length
}

function refuseUnread(command: CommandStart): void {
  const { name, word } = command
  if (name === 'set') {
    const suggestion = 'write the timeouts as connections of the director'
    throw new Refusal(word, '--set is not simulated yet', { suggestion })
  }
  if (name === 'start-daemon' || name === 'stop-daemon') {
    throw new Refusal(word, 'the synchronisation daemon is not simulated yet')
  }
  if (name === 'restore') throw new Refusal(word, 'a restore inside of rules is refused')
}

/** The virtual server table, with the kernel's refusals. */
class RuleTable {
  readonly services: RuleService[] = []
  /**
   * Services whose definition has a problem, as written: what follows about them is not one more.
   */
  private readonly refused = new Set<string>()

  apply(line: CommandLine): void {
    switch (line.command.name) {
      case 'flush':
        this.services.length = 0
        return
      case 'add-service':
        return this.addService(line)
      case 'edit-service':
        return this.editService(line)
      case 'delete-service':
        if (this.seek(line) === undefined && this.hasRefused(line)) return
        this.services.splice(this.services.indexOf(this.find(line, 'No such service')), 1)
        return
      default:
        return this.applyToServer(line)
    }
  }

  /**
   * Remembers a service that could not be defined; its address is the word after -t, -u, ... One
   * that becomes what simulations do not have is no service any more.
   */
  refuse(line: CommandLine | null, words: Word[], isLost: boolean): void {
    const text = line?.service?.word.text ?? words.find(({ text }) => /^[^-].*\d/.test(text))?.text
    if (text !== undefined) this.refused.add(text)
    const known = isLost && line !== null ? this.seek(line) : undefined
    if (known !== undefined) this.services.splice(this.services.indexOf(known), 1)
  }

  hasRefused(line: CommandLine): boolean {
    return line.service !== null && this.refused.has(line.service.word.text)
  }

  private addService(line: CommandLine): void {
    const { kind, endpoint, word } = line.service!
    if (this.seek(line) !== undefined) throw new Refusal(word, 'Service already exists')
    this.services.push({
      protocol: kind as 'tcp' | 'udp',
      address: endpoint.address >>> 0,
      port: endpoint.port ?? 0,
      scheduler: schedulerOf(line),
      flags: schedulerFlags(line),
      ...persistenceOf(line),
      destinations: [],
      line: line.command.word.line,
    })
  }

  /** A full replacement: what is left out goes back to its default. */
  private editService(line: CommandLine): void {
    const service = this.find(line, 'No such service')
    service.scheduler = schedulerOf(line)
    service.flags = schedulerFlags(line)
    delete service.persistence
    Object.assign(service, persistenceOf(line), { line: line.command.word.line })
  }

  private applyToServer(line: CommandLine): void {
    if (this.seek(line) === undefined && this.hasRefused(line)) return
    const { name } = line.command
    const { destinations } = this.find(line, 'Service not defined')
    const wanted = destinationOf(line)
    const { word } = line.real!
    const at = destinations.findIndex(
      ({ address, port }) => address === wanted.address && port === wanted.port,
    )
    if (name === 'add-server') {
      if (at >= 0) throw new Refusal(word, 'Destination already exists')
      checkDestination(line, wanted)
      destinations.push(wanted)
      return
    }
    if (at < 0) throw new Refusal(word, 'No such destination')
    if (name === 'delete-server') destinations.splice(at, 1)
    else {
      checkDestination(line, wanted)
      destinations[at] = wanted
    }
  }

  private seek(line: CommandLine): RuleService | undefined {
    const { kind, endpoint } = line.service!
    return this.services.find(
      ({ protocol, address, port }) =>
        protocol === kind && address === endpoint.address >>> 0 && port === (endpoint.port ?? 0),
    )
  }

  private find(line: CommandLine, error: string): RuleService {
    const service = this.seek(line)
    if (service === undefined) throw new Refusal(line.service!.word, error)
    return service
  }
}

function persistenceOf(line: CommandLine): Pick<RuleService, 'persistence'> {
  const { persistentSeconds, netmask } = line
  if (persistentSeconds === 0) return {}
  return { persistence: { timeoutSeconds: persistentSeconds, netmask } }
}

/** Direct routing and tunnels cannot change a port: theirs is overwritten with the service's. */
function destinationOf(line: CommandLine): RuleDestination {
  const { endpoint } = line.real!
  const keepsPort = line.forwarding === 'nat' || line.command.name === 'delete-server'
  return {
    address: endpoint.address >>> 0,
    port: (keepsPort ? endpoint.port : line.service!.endpoint.port) ?? 0,
    weight: line.weight,
    forwarding: line.forwarding,
    upperThreshold: line.upperThreshold,
    lowerThreshold: line.lowerThreshold,
    line: line.command.word.line,
  }
}

function checkDestination(line: CommandLine, destination: RuleDestination): void {
  const { word } = line.real!
  if (!isHost(destination.address | 0)) {
    throw new Refusal(
      word,
      'Invalid operation.  Possibly wrong module version, address not unicast, ...',
      { expected: 'the address of a host', got: word.text },
    )
  }
  if (destination.lowerThreshold > destination.upperThreshold) {
    throw new Refusal(line.given.get('l-threshold')!.word, 'Numerical result out of range', {
      expected: 'a lower threshold (-y) that is not above the upper one (-x)',
    })
  }
}
