// The router in front of directors that have the virtual addresses at once: on every network on
// which senders find the directors the switch is that router, and answers for the addresses.
import { AddressWatch } from '../cluster/address-watch.ts'
import { SharedRoute } from '../cluster/shared-route.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { EventLog } from '../measure/event-log.ts'
import type { Neighbours } from '../net/address.ts'
import { Multipath } from '../net/multipath.ts'
import { MultipathHop } from '../net/multipath-hop.ts'
import type { DropSink } from '../net/packet.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { BuiltDirector } from './build-director.ts'
import type { Network } from './build-network.ts'
import type { EcmpSpec } from './ecmp-spec.ts'
import type { Scenario } from './scenario.ts'

export interface EcmpParts {
  kernel: Kernel
  scenario: Scenario
  network: Network
  drops: DropSink
  log: EventLog
}

export interface BuiltEcmp {
  route: SharedRoute
  watch: AddressWatch
  hops: { at: string; hop: MultipathHop }[]
}

/** Null where the scenario has none. */
export function buildEcmp(parts: EcmpParts, directors: readonly BuiltDirector[]): BuiltEcmp | null {
  const { scenario, kernel, network, log } = parts
  const { ecmp, services } = scenario
  if (ecmp === undefined) return null
  const members = membersOf(ecmp, directors)
  const multipath = new Multipath(members.length, ecmp.hash)
  const addresses = [...new Set(Object.values(services).map(({ vip }) => vip | 0))]
  const fronts = network.topology.frontsOf(scenario.directors[ecmp.directors[0]!]!)
  const hops = fronts.map((link) => {
    return { at: hopName(link), hop: buildHop(parts, members, link, multipath, addresses) }
  })
  const neighbours = { outcome: () => whereFound(hops.map(({ hop }) => hop)) }
  const watch = new AddressWatch(
    addresses.map((address) => {
      return { address, text: formatAddress(address), neighbours, isShared: true }
    }),
    directors.map(({ machine }) => machine),
  )
  const cardsOf = ({ director }: BuiltDirector) => {
    const { nics } = scenario.directors[director.name]!
    return nics.filter(({ link }) => fronts.includes(link)).map(({ name }) => name)
  }
  const route = new SharedRoute({
    ...{ kernel, multipath, addresses, watch, log, detectionPs: ecmp.detectionPs },
    members: members.map((member) => ({ machine: member.machine, cards: cardsOf(member) })),
  })
  return { route, watch, hops }
}

function membersOf(
  { directors: names }: EcmpSpec,
  directors: readonly BuiltDirector[],
): BuiltDirector[] {
  return names.map((name) => directors.find(({ director }) => director.name === name)!)
}

function buildHop(
  { scenario, network, drops }: EcmpParts,
  members: readonly BuiltDirector[],
  link: string,
  multipath: Multipath,
  addresses: readonly number[],
): MultipathHop {
  const lan = network.switches.get(link)!
  const mac = network.takeMac(`${hopName(link)}.${link}`)
  const hosts = members.map(({ director }) => {
    const { nics } = scenario.directors[director.name]!
    return director.nics[nics.findIndex(({ link: own }) => own === link)]!.mac
  })
  const hop = new MultipathHop({ mac, hosts }, multipath, lan, drops)
  lan.connect(mac, hop)
  for (const address of addresses) lan.neighbours.answer(address, mac)
  return hop
}

function hopName(link: string): string {
  return `the switch of ${link}`
}

/** Where packets for the addresses end up; nowhere when no director is left. */
function whereFound(hops: readonly MultipathHop[]): ReturnType<Neighbours['outcome']> {
  const macs = hops.flatMap(({ found }) => found)
  return { answering: macs.length, learnt: (macs.length > 0 ? macs : [-1]).map((mac) => ({ mac })) }
}
