// The virtual servers of a keepalived.conf with everything decided: defaults, what is inherited,
// and what keepalived 2.2.7 makes of combinations that IPVS would not take (spec
// keepalived-conf.md, 4 and 5; healthchecks.md, 1 and 5.5).
import type { Address } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { CHECKER_NAMES } from './conf-checkers.ts'
import type { GroupLine } from './conf-groups.ts'
import type { Method } from './conf-methods.ts'
import { allOf, flagOf, lastOf, numberOf, textOf, type Block } from './conf-tree.ts'
import type { ServerHead, VirtualHead } from './conf-heads.ts'
import { entriesOf, type ServiceEntry } from './service-entries.ts'

export interface VirtualServer {
  /** As keepalived's log calls it: `[10.0.0.1]:tcp:80`, `FWM 7`, `[WEB]:0`. */
  name: string
  /** What it is in IPVS: one service, or one for each address and mark of its group. */
  entries: ServiceEntry[]
  family: 4 | 6
  protocol: 'tcp' | 'udp' | 'sctp' | 'none'
  scheduler: string
  schedulerFlags: string[]
  /** 0: not persistent. */
  persistenceSeconds: number
  /** IPv4: an address; IPv6: the length of a prefix; null: the whole address. */
  granularity: number | null
  /** '' if none. */
  engine: string
  isOnePacket: boolean
  quorum: number
  hysteresis: number
  isSuspendable: boolean
  sorry: SorryServer | null
  servers: CheckedServer[]
  /** Where it stands, for what must be told of it. */
  block: Block
}

export interface SorryServer {
  address: Address
  port: number
  method: Method
  isInhibited: boolean
}

export interface CheckedServer {
  address: Address
  /** As written, or else the virtual server's; what counts in a service is `portIn`. */
  port: number
  weight: number
  method: Method
  upperThreshold: number
  lowerThreshold: number
  /** Stays with weight 0 when it is down, instead of leaving. */
  isInhibited: boolean
  /** Its checkers in the order of the file, not in force if there are none. */
  checkers: Block[]
  /** Whether a checker holds it to be down until it has looked (alpha). */
  startsDown: boolean
  block: Block
}

export interface VirtualServers {
  servers: VirtualServer[]
  /** What keepalived says of the whole, without lines. */
  remarks: string[]
}

const USUAL_PERSISTENCE = 360
const NAT: Method = { name: 'NAT', tunnel: 'ipip', tunnelPort: 0, checksum: 'nocsum' }
const FLAGS = ['flag-1', 'flag-2', 'flag-3', 'sh-port', 'sh-fallback', 'mh-port', 'mh-fallback']

export function virtualServersOf(root: Block): VirtualServers {
  const remarks: string[] = []
  const groups = new Map<string, GroupLine[]>()
  for (const { value, statements } of allOf(root, 'virtual_server_group')) {
    const name = value as string
    const lines = statements.map((line) => line.value as GroupLine)
    if (!groups.has(name)) groups.set(name, lines)
  }
  const servers = allOf(root, 'virtual_server').flatMap((block) => {
    return virtualServerOf(block, groups, remarks) ?? []
  })
  return { servers, remarks }
}

function virtualServerOf(
  block: Block,
  groups: ReadonlyMap<string, GroupLine[]>,
  remarks: string[],
): VirtualServer | null {
  const head = block.value as VirtualHead
  const lines = groups.get(head.group)
  const said = textOf(block, 'protocol') as VirtualServer['protocol'] | undefined
  let name = nameOf(block, said ?? 'none')
  if (head.kind === 'group' && lines === undefined) {
    const which = `Virtual server group ${head.group} specified but not configured`
    remarks.push(`${which} - ignoring virtual server ${name}`)
    return null
  }
  if (allOf(block, 'real_server').length === 0) {
    remarks.push(`Virtual server ${name} has no real servers - ignoring`)
    return null
  }
  const family = familyOf(block, lines)
  if (family === null) {
    const which = `${head.group}: virtual server group with IPv4 & IPv6`
    remarks.push(`${which} doesn't match virtual server ${name} - ignoring`)
    return null
  }
  const protocol = protocolOf(block, said, name, remarks)
  name = nameOf(block, protocol)
  const entries = entriesOf(head, lines ?? [], family)
  const hasAddress = entries.some(({ mark }) => mark === 0)
  const method = methodOf(block, name, remarks)
  const servers = serversOf(block, method, name, remarks)
  return {
    ...{ name, entries, family, protocol, servers, block },
    scheduler: schedulerOf(block, name, remarks),
    schedulerFlags: FLAGS.filter((flag) => lastOf(block, flag) !== undefined),
    ...persistenceOf(block, entries, name, remarks),
    engine: textOf(block, 'persistence_engine') ?? '',
    isOnePacket: isOnePacket(block, protocol, hasAddress, name, remarks),
    ...quorumOf(block, servers, name, remarks),
    isSuspendable: lastOf(block, 'ha_suspend') !== undefined && head.kind !== 'mark',
    sorry: sorryOf(block, method),
  }
}

function nameOf(block: Block, protocol: string): string {
  const { kind, mark, group, port, address } = block.value as VirtualHead
  if (kind === 'mark') return `FWM ${mark}`
  if (kind === 'group') return `[${group}]:0`
  return `[${formatAddress(address)}]:${protocol}:${port}`
}

/** Null: the group's addresses are of two families. */
function familyOf(block: Block, lines: readonly GroupLine[] = []): 4 | 6 | null {
  const { family, kind } = block.value as VirtualHead
  const told = new Set(lines.map((line) => line.family).filter((each) => each !== 0))
  if (told.size > 1) return null
  const [own] = told
  if (kind === 'group') return own ?? (family === 0 ? familyOfServers(block) : family)
  return family === 0 ? familyOfServers(block) : family
}

function familyOfServers(block: Block): 4 | 6 {
  return block.statements.some(({ keyword, words }) => {
    return keyword === 'real_server' && words[0]!.includes(':')
  })
    ? 6
    : 4
}

function protocolOf(
  block: Block,
  said: VirtualServer['protocol'] | undefined,
  name: string,
  remarks: string[],
): VirtualServer['protocol'] {
  const { kind } = block.value as VirtualHead
  if (kind !== 'mark') {
    if (said === undefined) {
      remarks.push(`Virtual server ${name}: no protocol set - defaulting to UDP`)
    }
    return said ?? 'udp'
  }
  if (said !== undefined) {
    const ignored = 'protocol specified for fwmark - protocol will be ignored'
    remarks.push(`Warning: Virtual server ${name}: ${ignored}`)
  }
  return 'none'
}

function schedulerOf(block: Block, name: string, remarks: string[]): string {
  const last = block.statements.findLast(({ keyword }) => /^(lb_algo|lvs_sched)$/.test(keyword))
  if (last !== undefined) return last.value as string
  remarks.push(`Virtual server ${name}: no scheduler set, setting default 'wlc'`)
  return 'wlc'
}

function methodOf(block: Block, name: string, remarks: string[]): Method {
  const last = block.statements.findLast(({ keyword }) => /^(lb_kind|lvs_method)$/.test(keyword))
  if (last !== undefined) return last.value as Method
  remarks.push(`Virtual server ${name}: no forwarding method set, setting default NAT`)
  return NAT
}

/** A service for every port must be persistent. */
function persistenceOf(
  block: Block,
  entries: readonly ServiceEntry[],
  name: string,
  remarks: string[],
): Pick<VirtualServer, 'persistenceSeconds' | 'granularity'> {
  const { kind } = block.value as VirtualHead
  const granularity = numberOf(block, 'persistence_granularity') ?? null
  const implied = granularity === null ? 0 : USUAL_PERSISTENCE
  let persistenceSeconds = numberOf(block, 'persistence_timeout') ?? implied
  const isOpen = entries.some(({ mark, port }) => mark === 0 && port === 0)
  if (isOpen && persistenceSeconds === 0) {
    const setting = 'zero port only valid for persistent services - setting'
    remarks.push(`Virtual server ${name}: ${setting}`)
    persistenceSeconds = USUAL_PERSISTENCE
  }
  // 2.2.7 sets no mask for the services of a group.
  return { persistenceSeconds, granularity: kind === 'group' ? null : granularity }
}

function isOnePacket(
  block: Block,
  protocol: string,
  hasAddress: boolean,
  name: string,
  remarks: string[],
): boolean {
  if (lastOf(block, 'ops') === undefined) return false
  if (protocol === 'udp' || !hasAddress) return true
  remarks.push(`Virtual server ${name}: one packet scheduling requires UDP - resetting`)
  return false
}

/** As large as the servers can reach; the hysteresis below it, in unsigned arithmetic. */
function quorumOf(
  block: Block,
  servers: readonly CheckedServer[],
  name: string,
  remarks: string[],
): Pick<VirtualServer, 'quorum' | 'hysteresis'> {
  const sum = servers.reduce((all, { weight }) => all + weight, 0)
  let quorum = numberOf(block, 'quorum') ?? 1
  let hysteresis = numberOf(block, 'hysteresis') ?? 0
  if (quorum > sum) {
    const much = `exceeds total weight of real servers ${sum}, reducing quorum to ${sum}`
    remarks.push(`Warning - quorum ${quorum} for ${name} ${much}`)
    quorum = sum
  }
  if (hysteresis >= quorum) {
    const less = (quorum - 1) >>> 0
    const which = `hysteresis ${hysteresis} >= quorum ${quorum}`
    remarks.push(`Virtual server ${name}: ${which}; setting hysteresis to ${less}`)
    hysteresis = less
  }
  return { quorum, hysteresis }
}

function sorryOf(block: Block, method: Method): SorryServer | null {
  const sorry = lastOf(block, 'sorry_server')
  if (sorry === undefined) return null
  const { address, port } = sorry.value as ServerHead
  const own = lastOf(block, 'sorry_server_lvs_method')?.value as Method | undefined
  const isInhibited = lastOf(block, 'sorry_server_inhibit') !== undefined
  return { address, port: port ?? 0, method: own ?? method, isInhibited }
}

function serversOf(block: Block, method: Method, name: string, remarks: string[]): CheckedServer[] {
  const { port: virtualPort } = block.value as VirtualHead
  const servers: CheckedServer[] = []
  for (const each of allOf(block, 'real_server')) {
    const server = serverOf(each, block, method, virtualPort)
    const isTwice = servers.some(({ address, port }) => {
      return address === server.address && port === server.port
    })
    if (!isTwice) servers.push(server)
    else {
      const which = `[${each.words[0]}]:${server.port}`
      remarks.push(`VS ${name}: real server ${which} is duplicated - removing second rs`)
    }
  }
  return servers
}

function serverOf(block: Block, parent: Block, method: Method, virtualPort: number): CheckedServer {
  const { address, port } = block.value as ServerHead
  const checkers = allOf(block, ...CHECKER_NAMES)
  const isAlpha = flagOf(block, 'alpha') ?? flagOf(parent, 'alpha') ?? false
  return {
    ...{ address, port: port ?? virtualPort, checkers, block },
    weight: numberOf(block, 'weight') ?? numberOf(parent, 'weight') ?? 1,
    method: (lastOf(block, 'lvs_method')?.value as Method | undefined) ?? method,
    upperThreshold: numberOf(block, 'uthreshold') ?? 0,
    lowerThreshold: numberOf(block, 'lthreshold') ?? 0,
    isInhibited:
      flagOf(block, 'inhibit_on_failure') ?? flagOf(parent, 'inhibit_on_failure') ?? false,
    startsDown: checkers.some((checker) => flagOf(checker, 'alpha') ?? isAlpha),
  }
}
