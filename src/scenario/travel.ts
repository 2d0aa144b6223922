// A scenario on its way to another thread. IPv6 addresses are numbers of this thread's book
// (wire/address.ts), which another one would read in its own: they travel as text.
import type { InstanceSettings } from '../keepalived/vrrp-settings.ts'
import { isBooked } from '../wire/address.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import type { Scenario } from './scenario.ts'
import type { VrrpSpec } from './vrrp-spec.ts'

export interface Travelling {
  scenario: Scenario
  /** The addresses of the book that the scenario names: number there, and text. */
  booked: [number, string][]
}

/** The scenario with all that it takes to read it elsewhere; long lists are shared, not copied. */
export function packScenario(given: Scenario): Travelling {
  const scenario = withSharedLists(given)
  const booked = new Map<number, string>()
  withAddresses(scenario, (address) => {
    if (isBooked(address)) booked.set(address, formatAddress(address | 0))
    return address
  })
  return { scenario, booked: [...booked] }
}

/** A recorded load has millions of numbers, which every worker only reads. */
function withSharedLists(scenario: Scenario): Scenario {
  const { replay } = scenario.workload
  if (replay === undefined) return scenario
  const shared = Object.entries(replay).map(
    ([name, value]: [string, ArrayLike<number> | number]) =>
      typeof value === 'number' ? [name, value] : [name, sharedList(value)],
  )
  const packed = Object.fromEntries(shared) as typeof replay
  return { ...scenario, workload: { ...scenario.workload, replay: packed } }
}

function sharedList(values: ArrayLike<number>): Float64Array {
  const { BYTES_PER_ELEMENT } = Float64Array
  const list = new Float64Array(new SharedArrayBuffer(values.length * BYTES_PER_ELEMENT))
  list.set(values)
  return list
}

/** The scenario with this thread's numbers. */
export function unpackScenario({ scenario, booked }: Travelling): Scenario {
  if (booked.length === 0) return scenario
  const numbers = new Map(booked.map(([number, text]) => [number, parseAddress(text)! >>> 0]))
  return withAddresses(scenario, (address) => numbers.get(address) ?? address)
}

/** The scenario with other addresses, wherever it has one. */
function withAddresses(scenario: Scenario, change: (address: number) => number): Scenario {
  const { directors, realServers, clients, services, vrrp } = scenario
  const addressed = <T extends { address: number }>(each: T): T => ({
    ...each,
    address: change(each.address),
  })
  return {
    ...scenario,
    directors: mapped(directors, addressed),
    realServers: mapped(realServers, addressed),
    clients: mapped(clients, (each) => ({ ...each, subnet: change(each.subnet) })),
    services: mapped(services, (each) => ({
      ...each,
      vip: change(each.vip),
      destinations: each.destinations.map(addressed),
    })),
    ...(vrrp === undefined ? {} : { vrrp: withVirtual(vrrp, change) }),
  }
}

/** Addresses of virtual routers, which are signed, and groups. */
function withVirtual(vrrp: VrrpSpec, change: (address: number) => number): VrrpSpec {
  const signed = (address: number): number => change(address >>> 0) | 0
  const moved = <T extends { address: number }>(each: T): T => ({
    ...each,
    address: signed(each.address),
  })
  const travelled = (instance: InstanceSettings): InstanceSettings => ({
    ...instance,
    addresses: instance.addresses.map(moved),
    excluded: instance.excluded.map(moved),
    group: signed(instance.group),
    peers: instance.peers.map(signed),
    source: instance.source === null ? null : signed(instance.source),
  })
  return {
    ...vrrp,
    gateway: vrrp.gateway === null ? null : change(vrrp.gateway),
    processes: vrrp.processes.map(({ director, settings }) => ({
      director,
      settings: { ...settings, instances: settings.instances.map(travelled) },
    })),
  }
}

function mapped<T>(all: Record<string, T>, change: (each: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(all).map(([name, each]) => [name, change(each)]))
}
