// The files below /proc/net that IPVS writes (spec 9b), to the byte: hexadecimal addresses, widths
// and blanks as printf gives them.
import { DR, LOCAL, SCTP, TCP, TUN, UDP } from '../ipvs/headers.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import { ONE_PACKET_SERVICE, type Destination, type Service } from '../ipvs/service.ts'
import type { Counters, StatisticsReading } from '../ipvs/statistics.ts'
import { HZ } from '../ipvs/ticks.ts'
import { ipv4Value, isIpv6, type Address } from '../wire/address.ts'
import { groupsOf } from '../wire/address-text.ts'
import { connectionRows, type ConnectionRow } from '../ipvs/connection-rows.ts'

const PROTOCOL_NAMES: Record<number, string> = { [TCP]: 'TCP', [UDP]: 'UDP', [SCTP]: 'SCTP' }

/** The text of a file; null when there is no such file. */
export function readProc(ipvs: Ipvs, name: string, now: number): string | null {
  switch (name) {
    case 'ip_vs':
      return services(ipvs)
    case 'ip_vs_conn':
      return connections(ipvs, now)
    case 'ip_vs_conn_sync':
      return syncedConnections(ipvs, now)
    case 'ip_vs_stats':
      return totals(ipvs.totals.reading)
    case 'ip_vs_stats_percpu':
      return totalsPerCpu(ipvs.totals.reading, ipvs.liveTotals())
    case 'ip_vs_app':
      return 'prot port    usecnt name\nTCP  21      0      ftp              \n'
    default:
      return null
  }
}

function services(ipvs: Ipvs): string {
  const lines = [
    `IP Virtual Server version 1.2.1 (size=${ipvs.connections.tableSize})`,
    'Prot LocalAddress:Port Scheduler Flags',
    '  -> RemoteAddress:Port Forward Weight ActiveConn InActConn',
  ]
  for (const service of ipvs.services) {
    lines.push(serviceLine(service), ...service.destinations.map(destinationLine))
  }
  return `${lines.join('\n')}\n`
}

function serviceLine(service: Service): string {
  const { mark, family, protocol, address, port, timeoutSeconds, netmask } = service
  const scheduler = service.schedulerName === '' ? 'none' : service.schedulerName
  const ops = (service.flags & ONE_PACKET_SERVICE) !== 0 ? 'ops ' : ''
  const name = PROTOCOL_NAMES[protocol] ?? 'TCP'
  let line = `${name}  ${hex(ipv4Value(address), 8)}:${hex(port, 4)} ${scheduler} ${ops} `
  if (mark !== 0) line = `FWM  ${hex(mark, 8)} ${scheduler} ${ops}`
  else if (family === 6) line = `${name}  ${fullIpv6(address, true)}:${hex(port, 4)} ${scheduler} `
  if (!service.isPersistent) return line
  const mask = family === 6 ? hex(swapBytes(netmask), 8) : hex(netmask, 8)
  return `${line}persistent ${timeoutSeconds * HZ} ${mask}`
}

function swapBytes(value: number): number {
  const bytes = [value, value >>> 8, value >>> 16, value >>> 24].map((byte) => byte & 255)
  return ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0
}

function destinationLine(destination: Destination): string {
  const { address, port, weight, activeConnections, inactiveConnections } = destination
  const end = isIpv6(address) ? fullIpv6(address, true) : hex(ipv4Value(address), 8)
  const method = methodName(destination).padEnd(7)
  const counts = [activeConnections, inactiveConnections].map((count) => `${count}`.padEnd(10))
  return `  -> ${end}:${hex(port, 4)}      ${method} ${`${weight}`.padEnd(6)} ${counts.join(' ')}`
}

export function methodName({ method }: Destination): string {
  if (method === LOCAL) return 'Local'
  if (method === TUN) return 'Tunnel'
  return method === DR ? 'Route' : 'Masq'
}

function connections(ipvs: Ipvs, now: number): string {
  const title = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n'
  return title + connectionRows(ipvs, now).map(connectionLine).join('')
}

function connectionLine(row: ConnectionRow): string {
  const data = row.engine === '' ? '' : ` ${row.engine} ${row.engineData}`
  const left = `${row.secondsLeft}`.padStart(7)
  return `${endsOf(row)} ${row.state.padEnd(11)} ${left}${data}\n`
}

function syncedConnections(ipvs: Ipvs, now: number): string {
  const title = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires\n'
  const lines = connectionRows(ipvs, now).map((row) => {
    const left = `${row.secondsLeft}`.padStart(7)
    const origin = row.isSynced ? 'SYNC' : 'LOCAL'
    return `${endsOf(row)} ${row.state.padEnd(11)} ${origin.padEnd(6)} ${left}\n`
  })
  return title + lines.join('')
}

function endsOf(row: ConnectionRow): string {
  const ends = [
    `${endOf(row.client)} ${hex(row.clientPort, 4)}`,
    `${endOf(row.virtual)} ${hex(row.virtualPort, 4)}`,
    `${endOf(row.server)} ${hex(row.serverPort, 4)}`,
  ]
  return `${row.protocol.padEnd(3)} ${ends.join(' ')}`
}

function endOf(address: Address): string {
  return isIpv6(address) ? fullIpv6(address, false) : hex(ipv4Value(address), 8)
}

function totals(reading: StatisticsReading): string {
  return [
    '   Total Incoming Outgoing         Incoming         Outgoing',
    '   Conns  Packets  Packets            Bytes            Bytes',
    `${countsOf(reading)}\n`,
    ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s',
    `${ratesOf(reading)}\n`,
  ].join('\n')
}

/** The recorded machine has one processor. */
function totalsPerCpu(reading: StatisticsReading, live: Counters): string {
  return [
    '       Total Incoming Outgoing         Incoming         Outgoing',
    'CPU    Conns  Packets  Packets            Bytes            Bytes',
    `  0 ${countsOf(live)}`,
    `  ~ ${countsOf(reading)}\n`,
    '     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s',
    `    ${ratesOf(reading)}\n`,
  ].join('\n')
}

function countsOf(
  of: Pick<Counters, 'connections' | 'inPackets' | 'outPackets' | 'inBytes' | 'outBytes'>,
): string {
  return columns([of.connections, of.inPackets, of.outPackets, of.inBytes, of.outBytes])
}

function ratesOf({ cps, inPps, outPps, inBps, outBps }: StatisticsReading): string {
  return columns([cps, inPps, outPps, inBps, outBps])
}

function columns(values: number[]): string {
  return values.map((value, place) => hexOf(value).padStart(place < 3 ? 8 : 16)).join(' ')
}

function hexOf(value: number): string {
  return value.toString(16).toUpperCase()
}

function hex(value: number, digits: number): string {
  return hexOf(value >>> 0).padStart(digits, '0')
}

function fullIpv6(address: Address, brackets: boolean): string {
  const text = groupsOf(address)
    .map((group) => group.toString(16).padStart(4, '0'))
    .join(':')
  return brackets ? `[${text}]` : text
}
