// What ipvsadm checks after reading a line, in its order: which options go with which command,
// ports, one-packet scheduling, tunnels, flags of schedulers. Then what the simulator has not yet.
import { SLOTS, type CommandName, type Given, type Slot } from './options.ts'
import { nearest, Refusal } from './problem.ts'
import { later, type RuleLine } from './rule-line.ts'

interface Legal {
  required: Slot[]
  optional: Slot[]
}

const TUNNEL_SLOTS: Slot[] = ['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum']
const CHECKSUM_SLOTS: Slot[] = ['tun-nocsum', 'tun-csum', 'tun-remcsum']

const DEFINES_SERVICE: Legal = {
  required: ['service-address'],
  optional: ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
}
const DEFINES_SERVER: Legal = {
  required: ['service-address', 'real-server'],
  optional: ['forwarding-method', 'weight', 'u-threshold', 'l-threshold', ...TUNNEL_SLOTS],
}

const LEGAL: Partial<Record<CommandName, Legal>> = {
  'add-service': DEFINES_SERVICE,
  'edit-service': DEFINES_SERVICE,
  'delete-service': { required: ['service-address'], optional: [] },
  'add-server': DEFINES_SERVER,
  'edit-server': DEFINES_SERVER,
  'delete-server': { required: ['service-address', 'real-server'], optional: [] },
  flush: { required: [], optional: [] },
}

export const DEFAULT_SCHEDULER = 'wlc'
const SIMULATED = ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'dh', 'sh', 'mh']
const KNOWN_TO_KERNEL = ['lblc', 'lblcr', 'fo', 'ovf', 'twos']
const FLAGS = ['flag-1', 'flag-2', 'flag-3', 'sh-fallback', 'sh-port', 'mh-fallback', 'mh-port']

/** Stops at the first thing that ipvsadm would refuse, then at the first that is not simulated. */
export function checkRuleLine(line: RuleLine): void {
  checkSlots(line)
  const { name } = line.command
  if (name === 'add-service' || name === 'edit-service') checkService(line)
  if (name === 'add-server' || name === 'edit-server') checkServer(line)
}

function checkSlots(line: RuleLine): void {
  const { name, word } = line.command
  const { required, optional } = LEGAL[name]!
  for (const slot of SLOTS) {
    const given = line.given.get(slot)
    if (given === undefined) {
      if (!required.includes(slot)) continue
      throw new Refusal(word, `You need to supply the '${slot}' option for the '${name}' command`)
    }
    if (!required.includes(slot) && !optional.includes(slot)) {
      throw new Refusal(given.word, `Illegal '${slot}' option with the '${name}' command`)
    }
  }
}

function checkService(line: RuleLine): void {
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
  checkScheduler(line)
}

function checkScheduler(line: RuleLine): void {
  const given = line.given.get('scheduler')
  schedulerFlags(line)
  if (given === undefined) return
  const word = given.value!
  const { text } = word
  if (SIMULATED.includes(text)) return
  if (KNOWN_TO_KERNEL.includes(text)) {
    return later(line, word, `the scheduler ${text}`, `one of ${SIMULATED.join(', ')}`)
  }
  const near = nearest(text, SIMULATED)
  throw new Refusal(word, 'Scheduler or persistence engine not found', {
    expected: `one of ${SIMULATED.join(', ')}`,
    got: text,
    ...(near === undefined ? {} : { suggestion: near }),
  })
}

/** Flags under the names of the scheduler: flag-1 of sh is sh-fallback. */
export function schedulerFlags(line: RuleLine): string[] {
  const given = line.given.get('sched-flags')
  if (given === undefined) return []
  const scheduler = schedulerOf(line)
  const flags = given.value!.text.split(',').map((flag) => namedFlag(given, flag, scheduler))
  return [...new Set(flags)]
}

export function schedulerOf(line: RuleLine): string {
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

function checkServer(line: RuleLine): void {
  const { real, service } = line
  const isSameFamily = (real!.endpoint.address === null) === (service!.endpoint.address === null)
  if (!isSameFamily && line.forwarding !== 'tun' && service!.kind !== 'fwmark') {
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

function checkTunnel(line: RuleLine): void {
  const { given, tunnelType } = line
  if (tunnelType === 'gue' && !given.has('tun-port')) {
    const text = "You need to supply the 'tun-port' option for the 'gue' tunnel type"
    throw new Refusal(given.get('tun-type')!.word, text)
  }
  const legal: Slot[] = {
    ipip: [],
    gue: TUNNEL_SLOTS,
    gre: ['tun-nocsum' as const, 'tun-csum' as const],
  }[tunnelType as 'ipip']
  for (const slot of TUNNEL_SLOTS.slice(1)) {
    if (!given.has(slot) || legal.includes(slot)) continue
    const text = `Illegal '${slot}' option with the '${tunnelType}' tunnel type`
    throw new Refusal(given.get(slot)!.word, text)
  }
  const [earlier, second] = CHECKSUM_SLOTS.filter((slot) => given.has(slot))
  if (second === undefined) return
  const text =
    `The option '${second}' conflicts with the '${earlier}' option in the ` +
    `'${tunnelType}' tunnel type`
  throw new Refusal(given.get(second)!.word, text)
}
