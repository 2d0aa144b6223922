// The `ip` commands of traces: routes, rules and neighbours of the director. Anything else is
// refused with its place.
import type { Neighbours } from '../machine/output.ts'
import {
  LOCAL_TABLE,
  MAIN_TABLE,
  type RouteEntry,
  type RouteKind,
  type Routing,
} from '../machine/routing.ts'
import { ipv4, ipv6 } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import { readNetwork } from './nft-command.ts'
import { TraceError } from './problem.ts'

const KINDS: RouteKind[] = ['unicast', 'local', 'unreachable', 'prohibit', 'blackhole']
const UNREADABLE =
  'understood are ip [-6] route add|change|replace|del, rule add fwmark, neigh add|del'

export interface IpTargets {
  routing: Routing
  neighbours: Neighbours
}

/** Runs `ip ARGS`; gives what it would print to stderr, '' if it went well. */
export function runIp(args: string[], targets: IpTargets, place: string): string {
  const words = [...args]
  const isSix = words[0] === '-6'
  if (isSix) words.shift()
  const [object, action] = words.splice(0, 2)
  const refuse = (): never => {
    throw new TraceError(place, `not understood: ip ${args.join(' ')}`, { suggestion: UNREADABLE })
  }
  if (object === 'route') return route(action ?? '', words, isSix, targets.routing) ?? refuse()
  if (object === 'rule' && action === 'add') {
    return rule(words, isSix, targets.routing) ?? refuse()
  }
  if (object === 'neigh') return neigh(action ?? '', words, targets.neighbours) ?? refuse()
  return refuse()
}

/** Null when it is not understood. */
function route(action: string, words: string[], isSix: boolean, routing: Routing): string | null {
  const kind = KINDS.find((each) => each === words[0]) ?? 'unicast'
  if (kind === words[0]) words.shift()
  const target = words.shift() ?? ''
  const anywhere = { address: isSix ? ipv6(0, 0, 0, 0) : ipv4(0), prefix: 0 }
  const network = target === 'default' ? anywhere : readNetwork(target)
  if (network === null) return null
  const entry: RouteEntry = {
    ...{ kind, network: network.address, prefix: network.prefix, device: -1, gateway: 0, mtu: 0 },
    table: kind === 'local' ? LOCAL_TABLE : MAIN_TABLE,
  }
  if (!readRoute(words, entry, routing)) return null
  if (entry.device < 0 && kind === 'unicast') entry.device = deviceTowards(entry, routing)
  if (entry.device < 0) entry.device = 0
  switch (action) {
    case 'add':
      routing.add(entry)
      return ''
    case 'change':
    case 'replace': {
      const wasThere = routing.remove(entry)
      if (!wasThere && action === 'change') return 'RTNETLINK answers: No such file or directory\n'
      routing.add(entry)
      return ''
    }
    case 'del':
      return routing.remove(entry) ? '' : 'RTNETLINK answers: No such process\n'
    default:
      return null
  }
}

function readRoute(words: string[], entry: RouteEntry, routing: Routing): boolean {
  while (words.length > 0) {
    const word = words.shift()!
    const value = words.shift() ?? ''
    if (word === 'via') {
      const gateway = parseAddress(value)
      if (gateway === null) return false
      entry.gateway = gateway
    } else if (word === 'dev') {
      entry.device = deviceNamed(value, routing)
      if (entry.device < 0) return false
    } else if (word === 'table') {
      entry.table = value === 'main' ? MAIN_TABLE : Number(value)
      if (!Number.isInteger(entry.table)) return false
    } else if (word === 'mtu') {
      entry.mtu = Number(value === 'lock' ? words.shift() : value)
      if (!Number.isInteger(entry.mtu)) return false
    } else {
      return false
    }
  }
  return true
}

function deviceNamed(name: string, { devices }: Routing): number {
  // The loopback device only stands for "here".
  if (name === 'lo') return 0
  return devices.findIndex((device) => device.name === name)
}

function deviceTowards({ gateway }: RouteEntry, routing: Routing): number {
  return gateway === 0 ? -1 : (routing.find(gateway)?.device ?? -1)
}

function rule(words: string[], isSix: boolean, routing: Routing): string | null {
  const [fwmark, mark, lookup, table, ...rest] = words
  if (fwmark !== 'fwmark' || !/^(lookup|table)$/.test(lookup ?? '') || rest.length > 0) return null
  const number = Number(mark)
  const tableNumber = Number(table)
  if (!Number.isInteger(number) || !Number.isInteger(tableNumber)) return null
  routing.addRule(number, tableNumber, isSix ? 6 : 4)
  return ''
}

function neigh(action: string, words: string[], neighbours: Neighbours): string | null {
  const address = parseAddress(words.shift() ?? '')
  if (address === null) return null
  if (action === 'add' || action === 'replace') neighbours.add(address)
  else if (action !== 'del') return null
  else if (!neighbours.remove(address)) return 'RTNETLINK answers: No such file or directory\n'
  return ''
}
