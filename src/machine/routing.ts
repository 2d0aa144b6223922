// Where packets go (as far as a director needs it): tables of routes by prefix, rules that choose a
// table by firewall mark, addresses that are the machine's own.
import { ipv4, ipv4Value, isIpv6, networkOf, sizeOfAddress, type Address } from '../wire/address.ts'
import { maskOfPrefix } from '../wire/prefix.ts'
import type { Route, Routes } from '../ipvs/routes.ts'

export type RouteKind = 'unicast' | 'local' | 'unreachable' | 'prohibit' | 'blackhole'

export interface RouteEntry {
  kind: RouteKind
  network: Address
  prefix: number
  /** -1: not needed, as for a route that leads nowhere. */
  device: number
  /** 0: on the link. */
  gateway: Address
  /** 0: the device's. */
  mtu: number
  table: number
}

interface Rule {
  priority: number
  /** 0: every packet. */
  mark: number
  table: number
  family: 4 | 6
}

export interface Device {
  name: string
  mtu: number
  /** The machine's own addresses there, the first of each family being the preferred source. */
  addresses: Address[]
}

export const MAIN_TABLE = 254
export const LOCAL_TABLE = 255
const IPV4_BITS = 32
const IPV6_BITS = 128

export class Routing implements Routes {
  generation = 0
  readonly devices: Device[] = []
  private readonly entries: RouteEntry[] = []
  private readonly rules: Rule[] = [
    { priority: 0, mark: 0, table: LOCAL_TABLE, family: 4 },
    { priority: 32_766, mark: 0, table: MAIN_TABLE, family: 4 },
    { priority: 0, mark: 0, table: LOCAL_TABLE, family: 6 },
    { priority: 32_766, mark: 0, table: MAIN_TABLE, family: 6 },
  ]
  private readonly local = new Set<Address>()
  private readonly broadcast = new Set<Address>()
  /** What ICMP has told of the way to an address. */
  private readonly pathMtus = new Map<Address, number>()

  addDevice(device: Device): number {
    this.devices.push(device)
    return this.devices.length - 1
  }

  /** An address of the machine's own, with the network that is on its link. */
  addAddress(device: number, address: Address, prefix: number): void {
    const bits = isIpv6(address) ? IPV6_BITS : IPV4_BITS
    this.devices[device]!.addresses.push(address)
    this.local.add(address)
    if (prefix < bits) {
      const network = networkOf(address, maskOfPrefix(address, prefix))
      this.add({ ...ON_LINK, network, prefix, device })
      if (bits === IPV4_BITS && prefix < bits - 1) {
        this.broadcast.add(ipv4(ipv4Value(network) | (0xffffffff >>> prefix)))
      }
    }
    this.add({
      ...{ kind: 'local' as const, network: address, prefix: bits, device, gateway: 0 },
      ...{ mtu: 0, table: LOCAL_TABLE },
    })
  }

  add(entry: RouteEntry): void {
    this.entries.push(entry)
    this.generation++
  }

  /** Removes the first route that is like it; false when there is none. */
  remove(wanted: Pick<RouteEntry, 'kind' | 'network' | 'prefix' | 'table'>): boolean {
    const place = this.entries.findIndex(
      ({ kind, network, prefix, table }) =>
        kind === wanted.kind &&
        network === wanted.network &&
        prefix === wanted.prefix &&
        table === wanted.table,
    )
    if (place < 0) return false
    this.entries.splice(place, 1)
    this.generation++
    return true
  }

  addRule(mark: number, table: number, family: 4 | 6): void {
    const priority = Math.min(...this.rules.map((rule) => rule.priority || Infinity)) - 1
    this.rules.push({ priority, mark, table, family })
    this.rules.sort((a, b) => a.priority - b.priority)
    this.generation++
  }

  isLocal(address: Address): boolean {
    return this.local.has(address)
  }

  /** The last address of a network on a link; a link of two hosts has none (RFC 3021). */
  isBroadcast(address: Address): boolean {
    return this.broadcast.has(address)
  }

  /** The packets of IPVS itself are routed by their destination alone. */
  find(address: Address): Route | null {
    return this.lookup(address, 0)
  }

  /** Null when there is no route, or one that says so. */
  lookup(address: Address, mark: number): Route | null {
    const entry = this.entryFor(address, mark)
    if (entry === null || entry.kind === 'unreachable' || entry.kind === 'prohibit') return null
    if (entry.kind === 'blackhole') return null
    const device = this.devices[entry.device]!
    const learnt = this.pathMtus.get(address) ?? Infinity
    return {
      isLocal: entry.kind === 'local',
      device: entry.device,
      gateway: entry.gateway,
      mtu: Math.min(entry.mtu === 0 ? device.mtu : entry.mtu, learnt),
      source: sourceOn(device, address, entry.gateway),
    }
  }

  /** ICMP has reported a smaller MTU on the way to an address. */
  learnMtu(address: Address, mtu: number): void {
    this.pathMtus.set(address, mtu)
    this.generation++
  }

  private entryFor(address: Address, mark: number): RouteEntry | null {
    const family = isIpv6(address) ? 6 : 4
    for (const rule of this.rules) {
      if (rule.family !== family || (rule.mark !== 0 && rule.mark !== mark)) continue
      const entry = this.longest(address, rule.table)
      if (entry !== null) return entry
    }
    return null
  }

  private longest(address: Address, table: number): RouteEntry | null {
    let best: RouteEntry | null = null
    for (const entry of this.entries) {
      if (entry.table !== table || (best !== null && entry.prefix <= best.prefix)) continue
      if (sizeOfAddress(entry.network) !== sizeOfAddress(address)) continue
      if (networkOf(address, maskOfPrefix(address, entry.prefix)) === entry.network) best = entry
    }
    return best
  }
}

/** A network on the link of a device. */
export const ON_LINK: RouteEntry = {
  ...{ kind: 'unicast', network: 0, prefix: 0, device: -1, gateway: 0, mtu: 0 },
  table: MAIN_TABLE,
}

/** The first address of the device that is of the family; the network of the way there decides. */
function sourceOn(device: Device, address: Address, gateway: Address): Address {
  const towards = gateway === 0 ? address : gateway
  const own = device.addresses.filter((each) => isIpv6(each) === isIpv6(towards))
  return own[0] ?? 0
}
