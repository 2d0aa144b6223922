// What ipvsadm checks after reading a line, in its order: which options go with which command,
// ports, one-packet scheduling, tunnels, flags of schedulers. Then what the simulator has not yet.
import { GUE } from '../ipvs/headers.ts'
import { isIpv6 } from '../wire/address.ts'
import { SLOTS, type CommandName, type Given, type Slot } from './options.ts'
import { nearest, Refusal } from './problem.ts'
import type { CommandLine } from './command-line.ts'

interface Legal {
  required: Slot[]
  optional: Slot[]
  /** At most one of these. */
  oneOf?: Slot[]
}

const TUNNEL_SLOTS: Slot[] = ['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum']
/** By the kernel's numbers. */
const TUNNEL_NAMES = ['ipip', 'gue', 'gre']
const CHECKSUM_SLOTS: Slot[] = ['tun-nocsum', 'tun-csum', 'tun-remcsum']

const DEFINES_SERVICE: Legal = {
  required: ['service-address'],
  optional: ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
}
const DEFINES_SERVER: Legal = {
  required: ['service-address', 'real-server'],
  optional: ['forwarding-method', 'weight', 'u-threshold', 'l-threshold', ...TUNNEL_SLOTS],
}

const FORMATS: Slot[] = [
  ...(['stats', 'rate', 'thresholds', 'persistent-conn', 'nosort', 'exact'] as const),
  'tun-info',
]
const DAEMON_SLOTS: Slot[] = [
  ...(['mcast-interface', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'] as const),
  'syncid',
]
const NOTHING: Legal = { required: [], optional: [] }

const LEGAL: Record<CommandName, Legal> = {
  'add-service': DEFINES_SERVICE,
  'edit-service': DEFINES_SERVICE,
  'delete-service': { required: ['service-address'], optional: [] },
  'add-server': DEFINES_SERVER,
  'edit-server': DEFINES_SERVER,
  'delete-server': { required: ['service-address', 'real-server'], optional: [] },
  list: {
    required: [],
    optional: ['numeric', 'syncid', ...FORMATS],
    oneOf: ['connection', 'service-address', 'timeout', 'daemon'],
  },
  zero: { required: [], optional: ['service-address'] },
  save: { required: [], optional: ['numeric'] },
  'start-daemon': { required: [], optional: DAEMON_SLOTS },
  'stop-daemon': { required: [], optional: ['syncid'] },
  flush: NOTHING,
  restore: NOTHING,
  set: NOTHING,
  help: NOTHING,
  version: NOTHING,
}

export const DEFAULT_SCHEDULER = 'wlc'
const FLAGS = ['flag-1', 'flag-2', 'flag-3', 'sh-fallback', 'sh-port', 'mh-fallback', 'mh-port']

/** Stops at the first thing that ipvsadm would refuse after reading the whole line. */
export function checkLine(line: CommandLine): void {
  checkSlots(line)
  const { name } = line.command
  if (name === 'add-service' || name === 'edit-service') checkService(line)
  if (name === 'add-server' || name === 'edit-server') checkServer(line)
  if (name === 'list') checkList(line)
}

function checkSlots(line: CommandLine): void {
  const { name, word } = line.command
  const { required, optional, oneOf = [] } = LEGAL[name]
  let chosen: Slot | null = null
  for (const slot of SLOTS) {
    const given = line.given.get(slot)
    if (given === undefined) {
      if (!required.includes(slot)) continue
      throw new Refusal(word, `You need to supply the '${slot}' option for the '${name}' command`)
    }
    if (oneOf.includes(slot)) {
      if (chosen !== null) throw conflict(given, slot, chosen, `'${name}' command`)
      chosen = slot
    } else if (!required.includes(slot) && !optional.includes(slot)) {
      throw new Refusal(given.word, `Illegal '${slot}' option with the '${name}' command`)
    }
  }
}

function conflict(given: Given, later: Slot, earlier: Slot, where: string): Refusal {
  const text = `The option '${later}' conflicts with the '${earlier}' option in the ${where}`
  return new Refusal(given.word, text)
}

function checkList({ given, command }: CommandLine): void {
  const has = (...slots: Slot[]): boolean => slots.some((slot) => given.has(slot))
  const isOther = has('connection', 'timeout', 'daemon')
  const isCounted = has('stats', 'rate', 'thresholds')
  const isMixed = has('timeout', 'daemon') && has('persistent-conn')
  if ((isOther && isCounted) || isMixed) {
    throw new Refusal(command.word, 'options conflicts in the list command')
  }
}

function checkService(line: CommandLine): void {
  const { kind, endpoint, word } = line.service!
  const isPersistent = line.given.has('persistent')
  if (kind !== 'fwmark' && (endpoint.port ?? 0) === 0 && !isPersistent) {
    throw new Refusal(word, 'Zero port specified for non-persistent service', {
      expected: 'an address with a port, as in 203.0.113.10:80',
      got: word.text,
    })
  }
  const ops = line.given.get('ops')
  if (ops !== undefined && (kind === 'tcp' || kind === 'sctp')) {
    throw new Refusal(ops.word, 'One-Packet Scheduling is only for UDP virtual services')
  }
  schedulerFlags(line)
}

/** Flags under the names of the scheduler: flag-1 of sh is sh-fallback. */
export function schedulerFlags(line: CommandLine): string[] {
  const given = line.given.get('sched-flags')
  if (given === undefined) return []
  const scheduler = schedulerOf(line)
  const words = given.value!.text.split(',').filter((flag) => flag !== '')
  const flags = words.map((flag) => namedFlag(given, flag, scheduler))
  return [...new Set(flags)]
}

export function schedulerOf(line: CommandLine): string {
  return line.given.get('scheduler')?.value?.text ?? DEFAULT_SCHEDULER
}

function namedFlag(given: Given, flag: string, scheduler: string): string {
  const word = given.value!
  if (!FLAGS.includes(flag)) {
    const near = nearest(flag, FLAGS)
    throw new Refusal(word, `invalid scheduler flag \`${flag}'`, {
      expected: FLAGS.join(', '),
      got: flag,
      ...(near === undefined ? {} : { suggestion: near }),
    })
  }
  const takesNames = scheduler === 'sh' || scheduler === 'mh'
  if (flag.startsWith('flag-')) {
    if (!takesNames || flag === 'flag-3') return flag
    return `${scheduler}-${flag === 'flag-1' ? 'fallback' : 'port'}`
  }
  if (!takesNames || !flag.startsWith(`${scheduler}-`)) {
    throw new Refusal(word, `incompatible scheduler flag \`${flag}'`, {
      expected: `-s ${flag.slice(0, 2)}`,
      got: `-s ${scheduler}`,
    })
  }
  return flag
}

function checkServer(line: CommandLine): void {
  const { real, service } = line
  const isSameFamily = isIpv6(real!.endpoint.address) === (service!.family === 6)
  if (!isSameFamily && line.forwarding !== 'tun') {
    const text = 'Different address family is allowed only for tunneling servers'
    throw new Refusal(real!.word, text)
  }
  const tunnel = TUNNEL_SLOTS.find((slot) => line.given.has(slot))
  if (tunnel === undefined) return
  if (line.forwarding !== 'tun') {
    const { word } = line.given.get(tunnel)!
    throw new Refusal(word, 'Tunnel options conflict with forward method', { expected: '-i' })
  }
  checkTunnel(line)
}

function checkTunnel(line: CommandLine): void {
  const { given, tunnelType } = line
  const type = TUNNEL_NAMES[tunnelType]
  if (tunnelType === GUE && !given.has('tun-port')) {
    const text = "You need to supply the 'tun-port' option for the 'gue' tunnel type"
    throw new Refusal(given.get('tun-type')!.word, text)
  }
  const legal: Slot[][] = [[], TUNNEL_SLOTS, ['tun-nocsum', 'tun-csum']]
  for (const slot of TUNNEL_SLOTS.slice(1)) {
    if (!given.has(slot) || legal[tunnelType]!.includes(slot)) continue
    const text = `Illegal '${slot}' option with the '${type}' tunnel type`
    throw new Refusal(given.get(slot)!.word, text)
  }
  const [earlier, second] = CHECKSUM_SLOTS.filter((slot) => given.has(slot))
  if (second === undefined) return
  throw conflict(given.get(second)!, second, earlier!, `'${type}' tunnel type`)
}
