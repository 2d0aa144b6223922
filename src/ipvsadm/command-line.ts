// One line of ipvsadm, read option by option in the order written: that order decides what a real
// server without a port means, and where -6 may stand.
import { isIpv6, isMulticast, type Address } from '../wire/address.ts'
import { parseAddress as parseStrictly } from '../wire/address-text.ts'
import type { TunnelType } from '../ipvs/headers.ts'
import { TUNNEL_CSUM, TUNNEL_REMCSUM } from '../ipvs/headers.ts'
import { readOptions, type CommandStart, type Given, type Slot } from './options.ts'
import { Refusal } from './problem.ts'
import { MOST_INTEGER, readEndpoint, readInteger, readMask, type Endpoint } from './values.ts'
import type { Word } from './words.ts'

const LONGEST_PERSISTENCE_SECONDS = 2_678_400
const USUAL_PERSISTENCE_SECONDS = 360
/** Printed with an empty line behind it. */
export const BEFORE_MARK = '-6 used before -f'
const MOST_FWMARK = 4_294_967_295
const TUNNEL_TYPES = ['ipip', 'gue', 'gre']
const MOST_PORT = 65_535

export type ServiceKind = 'tcp' | 'udp' | 'sctp' | 'fwmark'

export interface ServiceWord {
  kind: ServiceKind
  endpoint: Endpoint
  /** Of a service by firewall mark; 0 for the others. */
  mark: number
  family: 4 | 6
  word: Word
}

/** Of --start-daemon, as written; 0 and '' where nothing was said. */
export interface DaemonOptions {
  interface: string
  syncId: number
  maxLength: number
  group: Address
  port: number
  ttl: number
}

export interface CommandLine {
  command: CommandStart
  given: Map<Slot, Given>
  service: ServiceWord | null
  /** Port as written, or the service's when that came first; else 0. */
  real: { endpoint: Endpoint; word: Word } | null
  forwarding: 'nat' | 'dr' | 'tun'
  weight: number
  upperThreshold: number
  lowerThreshold: number
  tunnelType: TunnelType
  tunnelPort: number
  tunnelFlags: number
  /** s; 0: not persistent. */
  persistentSeconds: number
  /** IPv4: mask; IPv6: prefix length; null: every host for itself. */
  netmask: number | null
  engine: string
  daemon: DaemonOptions
  /** Words that belong to no option: the values of --set, the role of a daemon. */
  positional: Word[]
}

/** Commands that take words without an option in front. */
const MOST_POSITIONAL: Partial<Record<CommandStart['name'], number>> = {
  set: 3,
  'start-daemon': 1,
  'stop-daemon': 1,
}

/** Reads the options of a line whose command is known. */
export function readCommandLine(command: CommandStart, rest: Word[]): CommandLine {
  const line: CommandLine = {
    ...{ command, given: new Map(), service: null, real: null, forwarding: 'dr', weight: 1 },
    ...{ upperThreshold: 0, lowerThreshold: 0, tunnelType: 0, tunnelPort: 0, tunnelFlags: 0 },
    ...{ persistentSeconds: 0, netmask: null, engine: '', positional: [] },
    daemon: { interface: '', syncId: 0, maxLength: 0, group: 0, port: 0, ttl: 0 },
  }
  for (const given of readOptions(command, rest, line.positional)) {
    const { slot, word } = given
    if (slot !== 'none') {
      if (line.given.has(slot)) throw new Refusal(word, `multiple '${slot}' options specified`)
      line.given.set(slot, given)
    }
    takeOption(line, given)
  }
  const surplus = line.positional[MOST_POSITIONAL[command.name] ?? 0]
  if (surplus !== undefined) throw new Refusal(surplus, `unexpected argument ${surplus.text}`)
  return line
}

function takeOption(line: CommandLine, given: Given): void {
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
      if (line.service?.kind !== 'fwmark') throw new Refusal(word, BEFORE_MARK)
      line.service.family = 6
      return
    case 'real-server':
      return takeRealServer(line, value)
    case 'persistent':
      return takePersistence(line, given)
    case 'netmask':
      line.netmask = readMask(value, line.service?.family === 6)
      return
    case 'gatewaying':
      line.forwarding = 'dr'
      return
    case 'ipip':
      line.forwarding = 'tun'
      return
    case 'masquerading':
      line.forwarding = 'nat'
      return
    case 'pe':
      line.engine = value.text
      return
    case 'tun-csum':
      line.tunnelFlags = TUNNEL_CSUM
      return
    case 'tun-remcsum':
      line.tunnelFlags = TUNNEL_REMCSUM
      return
    default:
      return takeNumber(line, given, value)
  }
}

function takeNumber(line: CommandLine, given: Given, value: Word): void {
  const number = (low: number, high: number, error: string): number =>
    readInteger(value, low, high, error)
  switch (given.long) {
    case 'weight':
      line.weight = number(0, MOST_INTEGER, 'illegal weight specified')
      return
    case 'u-threshold':
      line.upperThreshold = number(0, MOST_INTEGER, 'illegal u_threshold specified')
      return
    case 'l-threshold':
      line.lowerThreshold = number(0, MOST_INTEGER, 'illegal l_threshold specified')
      return
    case 'tun-type':
      return takeTunnelType(line, value)
    case 'tun-port':
      line.tunnelPort = number(1, MOST_PORT, 'illegal tunnel port specified')
      return
    case 'mcast-interface':
      line.daemon.interface = value.text
      return
    case 'syncid':
      line.daemon.syncId = number(0, 255, 'illegal syncid specified')
      return
    case 'sync-maxlen':
      line.daemon.maxLength = number(1, 65_507, 'illegal sync-maxlen specified')
      return
    case 'mcast-group':
      line.daemon.group = readGroup(value)
      return
    case 'mcast-port':
      line.daemon.port = number(1, MOST_PORT, 'illegal mcast-port specified')
      return
    case 'mcast-ttl':
      line.daemon.ttl = number(1, 255, 'illegal mcast-ttl specified')
  }
}

function readGroup(value: Word): Address {
  const group = parseStrictly(value.text)
  const family = value.text.includes(':') ? 'IPv6' : 'IPv4'
  if (group !== null && isMulticast(group)) return group
  throw new Refusal(value, `invalid ${family} mcast-group \`${value.text}'`)
}

function takeService(line: CommandLine, kind: 'tcp' | 'udp' | 'sctp', word: Word): void {
  const endpoint = readEndpoint(word, 'virtual')
  line.service = { kind, endpoint, mark: 0, family: isIpv6(endpoint.address) ? 6 : 4, word }
}

function takeFwmark(line: CommandLine, word: Word): void {
  const error = `invalid fwmark value \`${word.text}' specified`
  const mark = readInteger(word, 1, MOST_FWMARK, error)
  line.service = { kind: 'fwmark', endpoint: { address: 0, port: 0 }, mark, family: 4, word }
}

function takeRealServer(line: CommandLine, word: Word): void {
  const endpoint = readEndpoint(word, 'real')
  const port = endpoint.port ?? line.service?.endpoint.port ?? 0
  line.real = { endpoint: { address: endpoint.address, port }, word }
}

function takePersistence(line: CommandLine, { value }: Given): void {
  if (value === null) {
    line.persistentSeconds = USUAL_PERSISTENCE_SECONDS
    return
  }
  const error = `invalid timeout value \`${value.text}' specified`
  line.persistentSeconds = readInteger(value, 1, LONGEST_PERSISTENCE_SECONDS, error)
}

function takeTunnelType(line: CommandLine, value: Word): void {
  const type = TUNNEL_TYPES.indexOf(value.text)
  if (type < 0) {
    const hints = { expected: 'ipip, gue or gre', got: value.text }
    throw new Refusal(value, 'illegal tunnel type specified', hints)
  }
  line.tunnelType = type as TunnelType
}
