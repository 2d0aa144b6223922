// Clients, directors and real servers of a file in base units. What refers to something
// else is looked at by references.ts, once all of it is known.
import { readAddress, readSubnet, sizeOfSubnet } from './address-text.ts'
import { addressAt, stepsBetween } from '../wire/address.ts'
import { counted } from './counted.ts'
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import { readClamp } from './networks.ts'
import { CARDS } from './profiles/cards.ts'
import type { ClientsSpec, CpuSpec, DirectorSpec, NicSpec, RealServersSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { readPorts } from './port-text.ts'
import { readStaff } from './staff.ts'
import { readSysctls } from './sysctls.ts'
import { readClientTcp, readServerTcp } from './tcp-settings.ts'
import { parseQuantity } from './units.ts'

type Entry<K extends 'clients' | 'directors' | 'realServers'> = NonNullable<Document[K]>[string]

const MOST_MODERATION_PS = 100_000_000_000
/** Linux's dev_weight (calibration, section 7). */
const NAPI_BUDGET = 64

export function readClients(
  name: string,
  clients: Entry<'clients'>,
  findings: Findings,
): ClientsSpec {
  const path = ['clients', name]
  const subnet = readSubnet(clients.subnet!, [...path, 'subnet'], findings)
  const { count = 1, addresses = 1, flows = 1 } = clients
  const room = subnet === null ? Infinity : sizeOfSubnet(subnet.subnet, subnet.prefix)
  if (addresses > room) {
    findings.error(
      [...path, 'addresses'],
      `"${clients.subnet}" has ${counted(room, 'address', 'addresses')}, not ${addresses}`,
    )
  }
  if (addresses < count) {
    findings.error(
      [...path, 'count'],
      `${count} hosts need an address each, there ${addresses === 1 ? 'is' : 'are'} ${addresses}`,
    )
  }
  const ports = readPorts(clients.ports, [...path, 'ports'], findings)
  if (flows > addresses * ports.count) {
    findings.error(
      [...path, 'flows'],
      `${counted(addresses, 'address with', 'addresses with')} ${counted(ports.count, 'port')} ` +
        `each, too few for ${flows} flows`,
    )
  }
  return {
    name,
    count,
    link: clients.link ?? '',
    subnet: subnet?.subnet ?? 0,
    prefix: subnet?.prefix ?? 32,
    addresses,
    ports,
    flows,
    established: clients.established === true,
    timeoutPs: positive('time', clients.timeout!, [...path, 'timeout'], findings),
    tcp: readClientTcp(clients.tcp, [...path, 'tcp'], findings),
  }
}

export function readDirector(
  name: string,
  director: Entry<'directors'>,
  findings: Findings,
): DirectorSpec {
  const path = ['directors', name]
  const { tableSize, timeouts } = director.connections!
  if ((tableSize! & (tableSize! - 1)) !== 0) {
    findings.error(
      [...path, 'connections', 'tableSize'],
      `a power of two, as in the kernel (2^8 to 2^27), got ${tableSize}`,
    )
  }
  const timeout = (key: 'tcp' | 'tcpfin' | 'udp') =>
    positive('time', timeouts![key]!, [...path, 'connections', 'timeouts', key], findings)
  return {
    name,
    address: readAddress(director.address!, [...path, 'address'], findings) ?? 0,
    cpu: readCpu(director.cpu!, [...path, 'cpu'], findings),
    nics: Object.entries(director.nics!).map(([nic, card]) =>
      readNic(nic, card, [...path, 'nics', nic], findings),
    ),
    rules: typeof director.rules === 'string' ? director.rules : null,
    ...(typeof director.keepalived === 'string' ? { keepalived: director.keepalived } : {}),
    kernel: director.kernel!,
    conntrack: director.conntrack === true,
    clampMss: readClamp(director.clampMss, [...path, 'clampMss'], findings),
    pmtuDiscovery: director.pmtuDiscovery !== false,
    ...readVariables(director, path, findings),
    connections: {
      tableSize: tableSize!,
      tcpPs: timeout('tcp'),
      tcpFinPs: timeout('tcpfin'),
      udpPs: timeout('udp'),
    },
  }
}

/** Variables of net.ipv4.vs: by their names, and the one that has a field of its own. */
function readVariables(
  { sysctls, connections }: Entry<'directors'>,
  path: string[],
  findings: Findings,
): Pick<DirectorSpec, 'sysctls'> {
  const expires = connections?.expireNodestConn
  if (sysctls === undefined && expires === undefined) return {}
  if (expires !== undefined && sysctls !== undefined && 'expire_nodest_conn' in sysctls) {
    const message = 'give expireNodestConn or this, not both'
    findings.error([...path, 'sysctls', 'expire_nodest_conn'], message, undefined, 'key')
  }
  const own = expires === undefined ? {} : { expire_nodest_conn: expires ? '1' : '0' }
  const others = sysctls === undefined ? {} : readSysctls(sysctls, [...path, 'sysctls'], findings)
  return { sysctls: { ...own, ...others } }
}

function readCpu(
  cpu: NonNullable<Entry<'directors'>['cpu']>,
  path: string[],
  findings: Findings,
): CpuSpec {
  const clockHz = parseQuantity('frequency', cpu.clock!)!
  if (clockHz < 100e6 || clockHz > 20e9) {
    findings.error([...path, 'clock'], `a clock is 100MHz to 20GHz, got "${cpu.clock}"`)
  }
  if (cpu.perPacket !== undefined && cpu.measured !== undefined) {
    findings.error([...path, 'measured'], 'give perPacket or measured, not both', undefined, 'key')
  }
  const { remoteCores = 0 } = cpu
  if (remoteCores > cpu.cores!) {
    findings.error(
      [...path, 'remoteCores'],
      `of ${cpu.cores} cores at most ${cpu.cores} are on the other socket, got ${remoteCores}`,
    )
  }
  const own = (kind: 'time' | 'packetRate', key: 'perPacket' | 'measured') =>
    cpu[key] === undefined ? null : positive(kind, cpu[key], [...path, key], findings)
  return {
    cores: cpu.cores!,
    clockHz,
    profile: cpu.profile!,
    perPacketPs: own('time', 'perPacket'),
    measuredPps: own('packetRate', 'measured'),
    mitigations: cpu.mitigations === true,
    remoteCores,
  }
}

type NicDocument = NonNullable<Entry<'directors'>['nics']>[string]

function readNic(name: string, nic: NicDocument, path: string[], findings: Findings): NicSpec {
  const card = CARDS[nic.card!]!
  const { queues = 1, ring = card.ring } = nic
  if (queues > card.queues) {
    findings.error(
      [...path, 'queues'],
      `a ${card.name} has at most ${card.queues} receive queues, got ${queues}`,
    )
  }
  if (ring > card.mostRing) {
    findings.error(
      [...path, 'ring'],
      `the rings of a ${card.name} have at most ${card.mostRing} places, got ${ring}`,
    )
  }
  return {
    name,
    link: nic.link ?? '',
    queues,
    ring,
    txQueue: nic.txQueue!,
    card: nic.card!,
    rss: nic.rss!,
    ...readOffload(nic.offload, [...path, 'offload'], findings),
  }
}

function readOffload(
  offload: NicDocument['offload'],
  path: string[],
  findings: Findings,
): Pick<NicSpec, 'moderationPs' | 'napiBudget'> {
  const napiBudget = offload?.napiBudget ?? NAPI_BUDGET
  const text = offload?.interruptModeration
  if (text === undefined) return { moderationPs: null, napiBudget }
  const moderationPs = Math.round(parseQuantity('time', text)!)
  if (moderationPs > MOST_MODERATION_PS) {
    findings.error([...path, 'interruptModeration'], `at most 100ms, got "${text}"`)
  }
  return { moderationPs, napiBudget }
}

export function readRealServers(
  name: string,
  servers: Entry<'realServers'>,
  findings: Findings,
): RealServersSpec {
  const path = ['realServers', name]
  const perRequest = readDistribution(
    'time',
    servers.cpu!.perRequest!,
    [...path, 'cpu', 'perRequest'],
    findings,
  )
  const isFree = perRequest === null || (perRequest.kind === 'constant' && perRequest.value === 0)
  const address = readAddress(servers.address!, [...path, 'address'], findings) ?? 0
  const last = servers.count! - 1
  if (stepsBetween(address, addressAt(address | 0, last)) !== last) {
    findings.error(
      [...path, 'count'],
      `the addresses from "${servers.address}" on do not last for ${servers.count} hosts`,
    )
  }
  return {
    name,
    count: servers.count!,
    address,
    link: servers.link ?? '',
    weight: servers.weight!,
    arp: servers.arp ?? 'silent',
    cores: servers.cpu!.cores!,
    ...readStaff(name, servers, findings),
    backlog: servers.backlog!,
    perRequest: isFree ? null : perRequest,
    tcp: readServerTcp(servers.tcp, [...path, 'tcp'], findings),
  }
}

function positive(
  kind: 'time' | 'packetRate',
  text: string,
  path: string[],
  findings: Findings,
): number {
  const value = parseQuantity(kind, text)!
  if (value > 0) return kind === 'time' ? Math.round(value) : value
  findings.error(path, `must be more than 0, got "${text}"`)
  return 1
}
