// A keepalived.conf as rules of ipvsadm for a simulation, with a warning for everything that is not
// as in the file: what keepalived complains about, and what is not modelled, with its line.
import { formatAddress, formatEndpoint } from '../wire/address-text.ts'
import { unmodelledOf } from './checker-conf.ts'
import type { Complaint } from './conf-complaints.ts'
import type { ConfSource } from './conf-reader.ts'
import { readConf } from './conf.ts'
import { allOf, lastOf, type Block } from './conf-tree.ts'
import { confText } from './conf-text.ts'
import { refusedByIpvs, takenByIpvs, type Refused } from './refused-by-ipvs.ts'
import { portIn } from './service-entries.ts'
import {
  destinationRule,
  HOST_MASK,
  HOST_PREFIX,
  serviceRule,
  type ServiceRule,
} from './service-rules.ts'
import { vrrpRemarks } from './vrrp-remarks.ts'
import { vrrpEnd } from './vrrp-settings.ts'
import { virtualServersOf, type VirtualServer } from './virtual-servers.ts'

export interface ImportedConf {
  /** Lines of ipvsadm; none when nothing is left to simulate. */
  rules: string
  /** By line; those about the whole first. */
  warnings: Complaint[]
  /** keepalived gives up on this file, for this reason. */
  fatal: Complaint | null
  /** All that was accepted, as one text. */
  text: string
}

const OPTIONS: Record<number, string> = { 6: '-t', 17: '-u' }
const METHODS = { nat: '-m', dr: '-g', tun: '-i' }

/** Statements of virtual servers that a simulation does without, and what happens instead. */
const WITHOUT: Record<string, string> = {
  alpha: 'keepalived has been running for long, and found every server up',
  ha_suspend: 'servers are checked wherever the address is',
  persistence_engine: 'packets have no contents, so that persistence goes by address',
}
const WITHOUT_GLOBAL: Record<string, string> = {
  nftables_ipvs: 'groups stay services by address',
  vrrp_garp_extra_if: 'gratuitous ARP goes out on the interface of the instance',
  vrrp_vmac_garp_intvl: 'there are no virtual MAC addresses',
  startup_script: 'it takes no time',
  shutdown_script: 'it takes no time',
}

export function importConf(source: ConfSource): ImportedConf {
  const { root, complaints, complaintsOfWhole, hasStopped } = readConf(source)
  if (hasStopped) {
    const last = complaints.at(-1) ?? { file: source.file, line: 1, message: 'cannot be read' }
    return { rules: '', warnings: distinct(complaints.slice(0, -1)), fatal: last, text: '' }
  }
  const warnings = distinct(complaints)
  const end = vrrpEnd(root)
  const { servers, remarks } = virtualServersOf(root)
  const refused = refusedByIpvs(servers)
  for (const server of servers) {
    warnings.push(...unmodelled(server, reasonAgainst(server), refused))
  }
  const simulated = servers.filter((server) => reasonAgainst(server) === null)
  const lines = new Set(takenByIpvs(simulated).flatMap(rulesOf))
  const faults = new Set(complaintsOfWhole.map((message) => `keepalived: ${message}`))
  const whole = [...faults, ...remarks].map((message) => ({ file: source.file, line: 0, message }))
  warnings.push(...vrrpRemarks(root), ...globalsIn(root), ...whole)
  warnings.sort((a, b) => a.line - b.line)
  return {
    rules: [...lines].map((line) => `${line}\n`).join(''),
    warnings,
    fatal: end && { ...placeOf(end.block), message: `keepalived ends: ${end.reason}` },
    text: confText(root),
  }
}

/** Every process of keepalived complains; once is enough. */
function distinct(complaints: readonly Complaint[]): Complaint[] {
  const told = new Set<string>()
  return complaints.flatMap((complaint) => {
    const { file, line, message } = complaint
    const key = `${file}:${line} ${message}`
    if (told.has(key)) return []
    told.add(key)
    return [{ ...complaint, message: `keepalived: ${message}` }]
  })
}

/** Why a virtual server has no part in a simulation; null when it has. */
export function reasonAgainst({ entries, protocol }: VirtualServer): string | null {
  if (entries.some(({ mark }) => mark !== 0)) return 'a service by firewall mark is not simulated'
  return protocol === 'sctp' ? 'SCTP is not simulated' : null
}

function rulesOf(server: VirtualServer): string[] {
  return server.entries.flatMap((entry) => {
    const service = serviceRule(server, entry)
    const { scheduler, schedulerFlags } = service
    const flags = schedulerFlags.length === 0 ? '' : ` -b ${schedulerFlags.join(',')}`
    const head = `-A ${nameOf(service)} -s ${scheduler}${flags}${persistenceIn(service)}`
    const destinations = server.servers.map((target) => {
      const rule = destinationRule(entry, target, target.weight)
      const { address, port, weight, forwarding, upperThreshold, lowerThreshold } = rule
      const limits = upperThreshold > 0 ? ` -x ${upperThreshold} -y ${lowerThreshold}` : ''
      const end = formatEndpoint(address, port)
      return `-a ${nameOf(service)} -r ${end} ${METHODS[forwarding]} -w ${weight}${limits}`
    })
    return [head, ...destinations]
  })
}

/** As ipvsadm -S has it: a mask that is every client's own is not said. */
function persistenceIn({ family, timeoutSeconds, netmask }: ServiceRule): string {
  if (timeoutSeconds === 0) return ''
  const isWhole = netmask === (family === 6 ? HOST_PREFIX : HOST_MASK)
  const mask = family === 6 ? `${netmask}` : formatAddress(netmask)
  return ` -p ${timeoutSeconds}${isWhole ? '' : ` -M ${mask}`}`
}

function nameOf({ protocol, address, port }: ServiceRule): string {
  return `${OPTIONS[protocol]} ${formatEndpoint(address, port)}`
}

function unmodelled(server: VirtualServer, reason: string | null, refused: Refused): Complaint[] {
  const { block } = server
  if (reason !== null) return [at(block, `left out: ${reason}`)]
  const statements = Object.entries(WITHOUT).flatMap(([keyword, instead]) => {
    const statement = lastOf(block, keyword)
    return statement === undefined ? [] : [at(statement, `not modelled: ${instead}`)]
  })
  const tunnel = server.servers.find(({ method }) => method.tunnel !== 'ipip')
  const plain =
    tunnel === undefined
      ? []
      : [at(tunnel.block, `not modelled: the tunnel ${tunnel.method.tunnel}; IPIP instead`)]
  const taken = {
    ...server,
    servers: server.servers.filter((each) => !refused.servers.has(each)),
  }
  return [
    ...statements,
    ...plain,
    ...refusedIn(server, refused),
    ...portsIn(taken),
    ...uncheckedIn(taken),
  ]
}

function refusedIn(server: VirtualServer, { servers, services }: Refused): Complaint[] {
  const twice = 'is there already (Service already exists): its servers join those'
  const { block } = server
  return [
    ...(services.has(server) ? [{ ...placeOf(block), message: `virtual_server ${twice}` }] : []),
    ...server.servers.flatMap((each) => {
      const why = servers.get(each)
      if (why === undefined) return []
      return [{ ...placeOf(each.block), message: `real_server left out: IPVS refuses it: ${why}` }]
    }),
  ]
}

/** Of the global settings. */
function globalsIn(root: Block): Complaint[] {
  const globals = allOf(root, 'global_defs').flatMap(({ statements }) => statements)
  return globals.flatMap((statement) => {
    const instead = WITHOUT_GLOBAL[statement.keyword]
    return instead === undefined ? [] : [at(statement, `not modelled: ${instead}`)]
  })
}

/** Only NAT can change a port: with another method the virtual server's counts. */
function portsIn({ entries, servers }: VirtualServer): Complaint[] {
  return servers.flatMap(({ block, method, port }) => {
    const [entry] = entries
    if (entry === undefined || port === 0 || portIn(entry, method, port) === port) return []
    const counts = portIn(entry, method, port)
    const message = `real_server has port ${counts}, not ${port}: ${method.name} changes no ports`
    return [{ ...placeOf(block), message }]
  })
}

/** What of checkers is left out, and what stands for programs. */
function uncheckedIn({ servers }: VirtualServer): Complaint[] {
  const left = servers.flatMap((server) => unmodelledOf(server))
  const programs = servers.flatMap(({ checkers }) => {
    return checkers.filter(({ keyword }) => keyword === 'MISC_CHECK')
  })
  const [first] = programs
  const text = 'modelled as a program that asks the server for something'
  return [
    ...left.map(({ block, text: instead }) => ({ ...placeOf(block), message: instead })),
    ...(first === undefined ? [] : [at(first, text)]),
  ]
}

function placeOf({ file, line }: Block): { file: string; line: number } {
  return { file, line }
}

function at({ file, line, keyword }: Block, message: string): Complaint {
  return { file, line, message: `${keyword} is ${message}`.replace('is left out', 'left out') }
}
