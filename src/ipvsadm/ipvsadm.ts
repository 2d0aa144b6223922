// ipvsadm 1.31 as a command: its arguments and its standard input in, what it prints and its exit
// code out. Messages, their order and the codes are those of the program on the reference kernel.
import { SCTP, TCP, UDP } from '../ipvs/headers.ts'
import { IpvsError, ONE_PACKET_SERVICE, PERSISTENT } from '../ipvs/service.ts'
import type { Destination, Service } from '../ipvs/service.ts'
import type { DestinationSpec, ServiceSpec } from '../ipvs/service-spec.ts'
import { checkLine, schedulerFlags, schedulerOf } from './checks.ts'
import { BEFORE_MARK, readCommandLine, type CommandLine, type ServiceWord } from './command-line.ts'
import type { ControlPlane, DaemonRole } from './control-plane.ts'
import { kernelMessage } from './kernel-messages.ts'
import { listServices } from './listing.ts'
import { listConnections } from './listing-connections.ts'
import { NO_COMMAND, readCommand, type CommandName } from './options.ts'
import { Refusal } from './problem.ts'
import { saveRules } from './saving.ts'
import { readInteger } from './values.ts'
import { daemonLines, timeoutLine } from './state-lines.ts'
import type { Word } from './words.ts'

export interface Said {
  out: string
  err: string
  rc: number
}

const REFUSED = 2
const KERNEL_REFUSED = 255
const LISTING_FAILED = 1
const LONGEST_TIMEOUT_SECONDS = 2_678_400
const VERSION = 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n'
const HELP_HINT = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n"
const USAGE = 'Usage:\n  ipvsadm -A|E -t|u|f service-address [-s scheduler] [-p [timeout]]\n'
const PROTOCOLS = { tcp: TCP, udp: UDP, sctp: SCTP, fwmark: TCP }
/** Two families of the kernel's refusals: about services, and about their servers. */
const SERVER_COMMANDS: CommandName[] = ['add-server', 'edit-server', 'delete-server']

/** Runs one command line. */
export function runIpvsadm(args: readonly string[], stdin: string, plane: ControlPlane): Said {
  const words = args.map((text, index): Word => ({ text, line: 1, column: index + 1 }))
  return runLine(words, plane, stdin)
}

/** `stdin` is null inside of a restore, where another one is refused. */
function runLine(words: readonly Word[], plane: ControlPlane, stdin: string | null): Said {
  try {
    const [first, ...rest] = words
    if (first === undefined) return print(listServices(plane, { isNumeric: false }))
    const command = readCommand(first)
    if (command.name === 'help') return print(USAGE)
    if (command.name === 'version') return print(VERSION)
    const line = readCommandLine(command, rest)
    checkLine(line)
    return execute(line, plane, stdin)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.exit === NO_COMMAND) return { out: '', err: HELP_HINT, rc: KERNEL_REFUSED }
    const end = error.message === BEFORE_MARK ? '\n\n' : '\n'
    return { out: '', err: error.message + end, rc: error.exit }
  }
}

function execute(line: CommandLine, plane: ControlPlane, stdin: string | null): Said {
  const { name, word } = line.command
  switch (name) {
    case 'list':
      return list(line, plane)
    case 'save':
      return print(saveRules(plane, line.given.has('numeric')))
    case 'restore':
      if (stdin === null) throw new Refusal(word, 'a restore inside of a restore', {}, NO_COMMAND)
      return restore(stdin, plane)
    case 'set':
      return setTimeouts(line, plane)
    default:
      return change(line, plane)
  }
}

/** A command that changes something; the kernel may refuse. */
function change(line: CommandLine, plane: ControlPlane): Said {
  try {
    apply(line, plane)
    return print('')
  } catch (error) {
    if (!(error instanceof IpvsError)) throw error
    const err = `${kernelMessage(line.command.name, error.code)}\n`
    return { out: '', err, rc: KERNEL_REFUSED }
  }
}

function apply(line: CommandLine, plane: ControlPlane): void {
  const { ipvs, now } = plane
  const { name } = line.command
  if (SERVER_COMMANDS.includes(name)) return applyToServer(line, plane)
  switch (name) {
    case 'add-service':
      return void ipvs.addService(serviceSpec(line), now)
    case 'edit-service':
      return ipvs.editService(serviceOf(line, plane), serviceSpec(line), now)
    case 'delete-service':
      return ipvs.deleteService(serviceOf(line, plane), now)
    case 'flush':
      return ipvs.flush(now)
    case 'zero':
      return ipvs.zero(line.service === null ? null : serviceOf(line, plane))
    case 'start-daemon':
      return plane.startDaemon(roleOf(line), {
        ...line.daemon,
        interface: line.daemon.interface === '' ? 'eth0' : line.daemon.interface,
      })
    case 'stop-daemon':
      return plane.stopDaemon(roleOf(line))
    default:
      throw new Error(`no change: ${name}`)
  }
}

function applyToServer(line: CommandLine, plane: ControlPlane): void {
  const { ipvs, now } = plane
  const service = serviceOf(line, plane)
  const spec = destinationSpec(line)
  if (line.command.name === 'add-server') return void ipvs.addDestination(service, spec)
  const destination = destinationOf(service, spec)
  if (line.command.name === 'edit-server') ipvs.editDestination(service, destination, spec)
  else ipvs.removeDestination(service, destination, now)
}

function serviceOf(line: CommandLine, { ipvs }: ControlPlane): Service {
  const service = ipvs.named(keyOf(line.service!))
  if (service === null) throw new IpvsError('ESRCH', 'no such service')
  return service
}

function keyOf({ kind, endpoint, mark, family }: ServiceWord): {
  protocol: number
  address: number
  port: number
  mark: number
  family: 4 | 6
} {
  const { address, port } = endpoint
  return { protocol: PROTOCOLS[kind], address, port: port ?? 0, mark, family }
}

function destinationOf(service: Service, spec: DestinationSpec): Destination {
  const found = service.destinations.find(
    ({ address, port }) => address === spec.address && port === spec.port,
  )
  if (found === undefined) throw new IpvsError('ENOENT', 'no such destination')
  return found
}

function serviceSpec(line: CommandLine): ServiceSpec {
  const persistent = line.persistentSeconds > 0 ? PERSISTENT : 0
  const onePacket = line.given.has('ops') ? ONE_PACKET_SERVICE : 0
  return {
    ...keyOf(line.service!),
    scheduler: schedulerOf(line),
    schedulerFlags: schedulerFlags(line),
    flags: persistent | onePacket,
    timeoutSeconds: line.persistentSeconds,
    ...(line.netmask === null ? {} : { netmask: line.netmask }),
    engine: line.engine,
  }
}

/** Direct routing and tunnels cannot change a port: theirs is overwritten with the service's. */
function destinationSpec(line: CommandLine): DestinationSpec {
  const { endpoint } = line.real!
  const { kind, endpoint: virtual } = line.service!
  const isKept =
    line.forwarding === 'nat' || kind === 'fwmark' || line.command.name === 'delete-server'
  return {
    address: endpoint.address,
    port: (isKept ? endpoint.port : virtual.port) ?? 0,
    weight: line.weight,
    forwarding: line.forwarding,
    tunnelType: line.tunnelType,
    tunnelPort: line.tunnelPort,
    tunnelFlags: line.tunnelFlags,
    upperThreshold: line.upperThreshold,
    lowerThreshold: line.lowerThreshold,
  }
}

function roleOf(line: CommandLine): DaemonRole {
  const [role] = line.positional
  if (role?.text === 'master' || role?.text === 'backup') return role.text
  if (role === undefined) {
    throw new Refusal(line.command.word, 'master or backup?', {}, NO_COMMAND)
  }
  const isStart = line.command.name === 'start-daemon'
  const text = isStart
    ? 'illegal start-daemon parameter specified'
    : 'illegal start_daemon specified'
  throw new Refusal(role, text)
}

function setTimeouts(line: CommandLine, plane: ControlPlane): Said {
  const { positional, command } = line
  if (positional.length < 3) {
    throw new Refusal(command.word, '--set option requires 3 timeout values')
  }
  const [tcp = 0, tcpFin = 0, udp = 0] = positional.map((word) => {
    const error = `invalid timeout value \`${word.text}' specified`
    return readInteger(word, 0, LONGEST_TIMEOUT_SECONDS, error)
  })
  plane.ipvs.setTimeouts(tcp, tcpFin, udp)
  return print('')
}

function list(line: CommandLine, plane: ControlPlane): Said {
  const { given } = line
  const isNumeric = given.has('numeric')
  if (given.has('timeout')) return print(timeoutLine(plane))
  if (given.has('daemon')) return print(daemonLines(plane))
  if (given.has('connection')) {
    return print(listConnections(plane, isNumeric, given.has('persistent-conn')))
  }
  let only: Service | null = null
  if (line.service !== null) {
    only = plane.ipvs.named(keyOf(line.service))
    if (only === null) return { out: '', err: 'No such service\n', rc: LISTING_FAILED }
  }
  const formats = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const
  const format = formats.find((each) => given.has(each))
  const isSorted = !given.has('nosort')
  const options = { isNumeric, isSorted, isExact: given.has('exact'), only }
  return print(listServices(plane, format === undefined ? options : { ...options, format }))
}

/** Line by line; a refusal of ipvsadm's own ends it, one of the kernel's does not (spec 7.2). */
function restore(text: string, plane: ControlPlane): Said {
  const all: Said = { out: '', err: '', rc: 0 }
  for (const [index, content] of text.split('\n').entries()) {
    const words = content
      .split(/[ \t\r]+/)
      .filter((word) => word !== '' && word !== 'ipvsadm')
      .map((word): Word => ({ text: word, line: index + 1, column: 1 }))
    if (words.length === 0) continue
    const said = runLine(words, plane, null)
    all.out += said.out
    all.err += said.err
    all.rc = said.rc
    const isInvalid = said.rc === REFUSED || said.err === HELP_HINT
    if (isInvalid) break
  }
  return all
}

function print(out: string): Said {
  return { out, err: '', rc: 0 }
}
