// One line of ipvsadm, read option by option in the order written: that order decides what a real
// server without a port means, and where -6 may stand.
import { readOptions, type CommandStart, type Given, type Slot } from './options.ts'
import { Refusal } from './problem.ts'
import {
  MOST_INTEGER,
  parseAddress,
  readEndpoint,
  readInteger,
  readMask,
  type Endpoint,
} from './values.ts'
import type { Word } from './words.ts'

const LONGEST_PERSISTENCE_SECONDS = 2_678_400
const MOST_FWMARK = 4_294_967_295

export interface RuleLine {
  command: CommandStart
  given: Map<Slot, Given>
  service: { kind: 'tcp' | 'udp' | 'sctp' | 'fwmark'; endpoint: Endpoint; word: Word } | null
  /** Port as written, or the service's when that came first; else 0. */
  real: { endpoint: Endpoint; word: Word } | null
  forwarding: 'nat' | 'dr' | 'tun'
  weight: number
  upperThreshold: number
  lowerThreshold: number
  tunnelType: string
  /** The first thing that ipvsadm knows and the simulator does not. */
  notSimulated: Refusal | null
}

/** Reads the options of a line whose command is known. */
export function readRuleLine(command: CommandStart, rest: Word[]): RuleLine {
  const line: RuleLine = {
    command,
    given: new Map(),
    service: null,
    real: null,
    forwarding: 'dr',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnelType: 'ipip',
    notSimulated: null,
  }
  const leftOver: Word[] = []
  for (const given of readOptions(command, rest, leftOver)) {
    const { slot, word } = given
    if (slot !== 'none') {
      if (line.given.has(slot)) throw new Refusal(word, `multiple '${slot}' options specified`)
      line.given.set(slot, given)
    }
    takeOption(line, given)
  }
  const [surplus] = leftOver
  if (surplus !== undefined) throw new Refusal(surplus, `unexpected argument ${surplus.text}`)
  return line
}

/** Remembers that the line asks for something that is not simulated; real errors go first. */
export function later(line: RuleLine, word: Word, what: string, suggestion?: string): void {
  const hints = suggestion === undefined ? {} : { suggestion }
  line.notSimulated ??= new Refusal(word, `${what} is not simulated yet`, hints)
}

function takeOption(line: RuleLine, given: Given): void {
  const { word } = given
  const value = given.value ?? word
  switch (given.long) {
    case 'tcp-service':
    case 'udp-service':
    case 'sctp-service':
      return takeService(line, given.long.slice(0, -8) as 'tcp', value)
    case 'fwmark-service':
      return takeFwmark(line, value)
    case 'ipv6':
      if (line.service?.kind !== 'fwmark') throw new Refusal(word, '-6 used before -f')
      return
    case 'real-server':
      return takeRealServer(line, value)
    case 'persistent':
      return takePersistence(line, given)
    case 'netmask':
      return readMask(value, line.service?.endpoint.address === null)
    case 'gatewaying':
      line.forwarding = 'dr'
      return
    case 'ipip':
      line.forwarding = 'tun'
      return
    case 'masquerading':
      line.forwarding = 'nat'
      return
    default:
      return takeNumber(line, given, value)
  }
}

function takeNumber(line: RuleLine, given: Given, value: Word): void {
  switch (given.long) {
    case 'weight':
      line.weight = readInteger(value, 0, MOST_INTEGER, 'illegal weight specified')
      return
    case 'u-threshold':
      line.upperThreshold = readInteger(value, 0, MOST_INTEGER, 'illegal u_threshold specified')
      return
    case 'l-threshold':
      line.lowerThreshold = readInteger(value, 0, MOST_INTEGER, 'illegal l_threshold specified')
      return
    case 'tun-type':
      return takeTunnelType(line, value)
    case 'tun-port':
      readInteger(value, 1, 65_535, 'illegal tunnel port specified')
      return
    case 'ops':
      return later(line, given.word, 'one-packet scheduling (-o)')
    case 'pe':
      return takeEngine(line, value)
  }
}

function takeService(line: RuleLine, kind: 'tcp' | 'udp' | 'sctp', word: Word): void {
  const endpoint = readEndpoint(word, 'virtual')
  line.service = { kind, endpoint, word }
  if (kind === 'sctp') later(line, word, 'SCTP')
  else if (endpoint.address === null) later(line, word, 'IPv6')
}

function takeFwmark(line: RuleLine, word: Word): void {
  readInteger(word, 1, MOST_FWMARK, `invalid fwmark value \`${word.text}' specified`)
  line.service = { kind: 'fwmark', endpoint: { address: 0, port: 0 }, word }
  later(line, word, 'a service by firewall mark (-f)', 'name its address with -t or -u')
}

function takeRealServer(line: RuleLine, word: Word): void {
  const endpoint = readEndpoint(word, 'real')
  const port = endpoint.port ?? line.service?.endpoint.port ?? 0
  line.real = { endpoint: { address: endpoint.address, port }, word }
  if (endpoint.address === null) later(line, word, 'IPv6')
}

function takePersistence(line: RuleLine, { word, value }: Given): void {
  if (value !== null) {
    const error = `invalid timeout value \`${value.text}' specified`
    readInteger(value, 1, LONGEST_PERSISTENCE_SECONDS, error)
  }
  later(line, word, 'persistence (-p)', 'the scheduler sh keeps a client at its server')
}

function takeTunnelType(line: RuleLine, value: Word): void {
  if (!['ipip', 'gue', 'gre'].includes(value.text)) {
    const hints = { expected: 'ipip, gue or gre', got: value.text }
    throw new Refusal(value, 'illegal tunnel type specified', hints)
  }
  line.tunnelType = value.text
  if (value.text !== 'ipip') later(line, value, `the tunnel type ${value.text}`, 'ipip')
}

function takeEngine(line: RuleLine, value: Word): void {
  if (value.text === 'sip') return later(line, value, 'a persistence engine (--pe)')
  const hints = { expected: 'sip', got: value.text }
  throw new Refusal(value, 'Scheduler or persistence engine not found', hints)
}

/** An IPv4 server address that the kernel takes: not multicast, not broadcast, not 0.0.0.0. */
export function isUnicast(address: number): boolean {
  return address !== 0 && address !== parseAddress('255.255.255.255') && address >>> 28 !== 14
}
