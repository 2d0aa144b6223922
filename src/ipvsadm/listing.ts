// `ipvsadm -L` (spec 8.1 to 8.5): services and their servers, plain or with counters, rates,
// thresholds, templates or tunnels.
import { DR, GRE, GUE, LOCAL, TUN, TUNNEL_CSUM, TUNNEL_REMCSUM } from '../ipvs/headers.ts'
import type { Destination, Service } from '../ipvs/service.ts'
import type { ControlPlane } from './control-plane.ts'
import { endName, flagNames, maskText, protocolOf } from './names.ts'
import { exactNumber, largeNumber } from './numbers.ts'
import { sortedDestinations, sortedServices } from './order.ts'
import { isIpv6 } from '../wire/address.ts'

export type Format = 'stats' | 'rate' | 'thresholds' | 'persistent-conn' | 'tun-info'

export interface ListOptions {
  isNumeric: boolean
  isSorted?: boolean
  isExact?: boolean
  format?: Format
  /** One service alone. */
  only?: Service | null
}

const NAME_WIDTH = 28
const SERVICE_WIDTH = 33

const PLAIN = ['  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn']
const TITLES: Record<Format | 'plain', string[]> = {
  plain: ['Prot LocalAddress:Port Scheduler Flags', ...PLAIN],
  stats: [
    'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
    '  -> RemoteAddress:Port',
  ],
  rate: [
    'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
    '  -> RemoteAddress:Port',
  ],
  thresholds: [
    'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ',
    '  -> RemoteAddress:Port',
  ],
  'persistent-conn': [
    'Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ',
    '  -> RemoteAddress:Port',
  ],
  'tun-info': [
    'Prot LocalAddress:Port Scheduler Flags',
    '  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn',
  ],
}

export function listServices({ ipvs }: ControlPlane, options: ListOptions): string {
  const { only = null, isSorted = true, format = 'plain' } = options
  const version = `IP Virtual Server version 1.2.1 (size=${ipvs.connections.tableSize})`
  const lines = [...(only === null ? [version] : []), ...TITLES[format]]
  const services = only === null ? ipvs.services : [only]
  for (const service of isSorted ? sortedServices(services) : services) {
    lines.push(serviceRow(service, options))
    const { destinations } = service
    for (const destination of isSorted ? sortedDestinations(destinations) : destinations) {
      lines.push(destinationRow(destination, service, options))
    }
  }
  return `${lines.join('\n')}\n`
}

function serviceRow(service: Service, options: ListOptions): string {
  const cell = serviceCell(service, options.isNumeric)
  const { format, isExact = false } = options
  if (format !== 'stats' && format !== 'rate') return cell + settings(service)
  const { reading } = service.statistics
  const number = isExact ? exactNumber : largeNumber
  const values = format === 'stats' ? countsOf(reading) : ratesOf(reading)
  return cell.padEnd(SERVICE_WIDTH) + values.map(number).join('')
}

function serviceCell(service: Service, isNumeric: boolean): string {
  const { mark, family, address, port } = service
  if (mark !== 0) return `FWM  ${mark | 0}${family === 6 ? ' IPv6' : ''}`
  const protocol = protocolOf(service)
  const name = endName(address, port, protocol, isNumeric)
  const cell = `${protocol.toUpperCase().padEnd(4)} ${name}`
  return family === 6 ? cell : cell.slice(0, SERVICE_WIDTH)
}

function settings(service: Service): string {
  const flags = flagNames(service)
  let text = ` ${service.schedulerName === '' ? 'none' : service.schedulerName}`
  if (flags !== '') text += ` (${flags})`
  if (service.isPersistent) {
    text += ` persistent ${service.timeoutSeconds}`
    const mask = maskText(service)
    if (mask !== '') text += ` mask ${mask}`
    if (service.engine !== '') text += ` pe ${service.engine}`
  }
  return service.isOnePacket ? `${text} ops` : text
}

function destinationRow(destination: Destination, service: Service, options: ListOptions): string {
  const { address, port } = destination
  const name = endName(address, port, protocolOf(service), options.isNumeric)
  const cut = isIpv6(address) ? name : name.slice(0, NAME_WIDTH)
  return `  -> ${cut.padEnd(NAME_WIDTH)}${columns(destination, options)}`
}

function columns(destination: Destination, options: ListOptions): string {
  const { weight, activeConnections, inactiveConnections, persistentConnections } = destination
  const [active, inactive] = [pad(activeConnections, 10), pad(inactiveConnections, 10)]
  switch (options.format) {
    case 'stats': {
      const number = options.isExact === true ? exactNumber : largeNumber
      return countsOf(destination.statistics.reading).map(number).join('')
    }
    case 'rate':
      return serverRates(destination, options.isExact === true)
    case 'thresholds': {
      const { upperThreshold, lowerThreshold } = destination
      return ` ${pad(upperThreshold, 10)} ${pad(lowerThreshold, 10)} ${active} ${inactive}`
    }
    case 'persistent-conn':
      return ` ${pad(weight, 9)} ${pad(persistentConnections, 11)} ${active} ${inactive}`
    case 'tun-info': {
      const info = tunnelInfo(destination).padEnd(13)
      return ` ${forward(destination)} ${info} ${pad(weight, 6)} ${active} ${inactive}`
    }
    default:
      return ` ${forward(destination)} ${pad(weight, 6)} ${active} ${inactive}`
  }
}

/** Connections and packets a second of servers are never abbreviated. */
function serverRates(destination: Destination, isExact: boolean): string {
  const [cps = 0, inPps = 0, outPps = 0, ...bytes] = ratesOf(destination.statistics.reading)
  const plain = [cps, inPps, outPps].map((value) => ` ${`${value}`.padStart(8)}`)
  return [...plain, ...bytes.map(isExact ? exactNumber : largeNumber)].join('')
}

type Reading = Service['statistics']['reading']

function countsOf(reading: Reading): number[] {
  const { connections, inPackets, outPackets, inBytes, outBytes } = reading
  return [connections, inPackets, outPackets, inBytes, outBytes]
}

function ratesOf({ cps, inPps, outPps, inBps, outBps }: Reading): number[] {
  return [cps, inPps, outPps, inBps, outBps]
}

function forward({ method }: Destination): string {
  const names: Record<number, string> = { [DR]: 'Route', [TUN]: 'Tunnel', [LOCAL]: 'Local' }
  return (names[method] ?? 'Masq').padEnd(7)
}

function tunnelInfo({ method, tunnelType, tunnelPort, tunnelFlags }: Destination): string {
  if (method !== TUN) return 'n/a'
  const isRemote = (tunnelFlags & TUNNEL_REMCSUM) !== 0
  const checksum = (tunnelFlags & TUNNEL_CSUM) !== 0 ? '+c' : isRemote ? 'r+c' : '-c'
  if (tunnelType === GUE) return `gue:${tunnelPort}:${checksum}`
  return tunnelType === GRE ? `gre:${checksum}` : 'ipip'
}

function pad(value: number, width: number): string {
  return `${value}`.padEnd(width)
}
