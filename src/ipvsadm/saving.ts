// `ipvsadm -S` (spec 7.1): the commands that make the services again. Thresholds, timeouts and
// daemons are not among them.
import { DR, GRE, GUE, LOCAL, TUN, TUNNEL_CSUM, TUNNEL_REMCSUM } from '../ipvs/headers.ts'
import type { Destination, Service } from '../ipvs/service.ts'
import type { ControlPlane } from './control-plane.ts'
import { endName, flagNames, maskText, protocolOf } from './names.ts'
import { sortedDestinations, sortedServices } from './order.ts'

const OPTIONS = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }

export function saveRules({ ipvs }: ControlPlane, isNumeric: boolean): string {
  const lines: string[] = []
  for (const service of sortedServices(ipvs.services)) {
    const name = serviceOption(service, isNumeric)
    lines.push(`-A ${name} ${settings(service)}`)
    for (const destination of sortedDestinations(service.destinations)) {
      const { address, port } = destination
      const server = endName(address, port, protocolOf(service), isNumeric)
      lines.push(`-a ${name} -r ${server} ${forwarding(destination)}`)
    }
  }
  return lines.map((line) => `${line}\n`).join('')
}

function serviceOption(service: Service, isNumeric: boolean): string {
  const { mark, family, address, port } = service
  if (mark !== 0) return `-f ${mark | 0}${family === 6 ? ' -6' : ''}`
  const protocol = protocolOf(service)
  return `${OPTIONS[protocol]} ${endName(address, port, protocol, isNumeric)}`
}

function settings(service: Service): string {
  const words = [`-s ${service.schedulerName}`]
  if (service.isPersistent) {
    words.push(`-p ${service.timeoutSeconds}`)
    const mask = maskText(service)
    if (mask !== '') words.push(`-M ${mask}`)
  }
  if (service.engine !== '') words.push(`--pe ${service.engine}`)
  if (service.isOnePacket) words.push('-o')
  const flags = flagNames(service)
  if (flags !== '') words.push(`-b ${flags}`)
  return words.join(' ')
}

function forwarding(destination: Destination): string {
  const { method, weight } = destination
  if (method === TUN) return `-i -w ${weight} --tun-type ${tunnel(destination)}`
  return `${method === DR || method === LOCAL ? '-g' : '-m'} -w ${weight}`
}

function tunnel({ tunnelType, tunnelPort, tunnelFlags }: Destination): string {
  const isRemote = (tunnelFlags & TUNNEL_REMCSUM) !== 0
  const isPlain = (tunnelFlags & TUNNEL_CSUM) !== 0
  const checksum = isPlain ? '--tun-csum' : isRemote ? '--tun-remcsum' : '--tun-nocsum'
  if (tunnelType === GUE) return `gue --tun-port ${tunnelPort} ${checksum}`
  return tunnelType === GRE ? `gre ${checksum}` : 'ipip'
}
