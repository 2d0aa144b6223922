// The keepalived of every director of a scenario: what they have agreed on before the run, the
// processes that go on from there, and the watch over the addresses that they move.
import { AddressWatch } from '../cluster/address-watch.ts'
import type { DirectorMachine } from '../cluster/director-machine.ts'
import { SyncDaemons } from '../cluster/sync-daemons.ts'
import { VrrpPrelude, type PreludeNode } from '../cluster/vrrp-prelude.ts'
import { VrrpProcess } from '../cluster/vrrp-process.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Streams } from '../kernel/random.ts'
import { Vrrp } from '../keepalived/vrrp.ts'
import type { VrrpSettings } from '../keepalived/vrrp-settings.ts'
import { formatMac } from '../net/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { linkLocalOf } from '../wire/address.ts'
import type { BuiltDirector } from './build-director.ts'
import type { Network } from './build-network.ts'
import { movingAddresses } from './moving-addresses.ts'
import type { Scenario } from './scenario.ts'
import type { VrrpProcessSpec } from './vrrp-spec.ts'

interface Node extends PreludeNode {
  daemon: VrrpProcessSpec
  host: DirectorMachine
}

/** Starts the daemons; null where the scenario has none. */
export function buildVrrp(
  kernel: Kernel,
  scenario: Scenario,
  network: Network,
  built: readonly BuiltDirector[],
  streams: Streams,
): AddressWatch | null {
  const { vrrp } = scenario
  if (vrrp === undefined) return null
  const nodes = vrrp.processes.map((daemon) => nodeOf(scenario, daemon, built))
  for (const { host } of nodes) makeKnown(network, host)
  const prelude = new VrrpPrelude(nodes)
  if (vrrp.start === 'settled') {
    const chance = streams.stream('vrrp/prelude')
    prelude.run(() => chance.uniform())
  }
  placeAddresses(scenario, network, prelude)
  const watch = new AddressWatch(
    watchedAddresses(scenario, network),
    built.map(({ machine }) => machine),
  )
  network.watchedBy(watch)
  for (const node of nodes) start(kernel, scenario, node, prelude, watch)
  return watch
}

function nodeOf(
  scenario: Scenario,
  daemon: VrrpProcessSpec,
  built: readonly BuiltDirector[],
): Node {
  const { nics } = scenario.directors[daemon.director]!
  const { director, machine } = built.find(({ director: each }) => each.name === daemon.director)!
  return {
    ...{ daemon, host: machine, settings: daemon.settings, address: director.address },
    machine: newMachine(daemon.settings, machine),
    ports: director.nics.map(({ name, mac }, index) => ({ name, mac, link: nics[index]!.link })),
  }
}

function newMachine(settings: VrrpSettings, host: DirectorMachine): Vrrp {
  const { address, nics } = host.parts.director
  const interfaces = nics.map(({ name, mac }) => {
    const bytes = bytesOf(mac)
    return {
      ...{ name, address, linkLocal: linkLocalOf(bytes), mac: bytes },
      isUp: host.isConnected(name),
    }
  })
  return new Vrrp({ settings, interfaces, observed: host.things })
}

function bytesOf(mac: number): Uint8Array {
  return Uint8Array.from(formatMac(mac).split(':'), (byte) => Number.parseInt(byte, 16))
}

/** Directors find each other by their own addresses, and listen to groups. */
function makeKnown(network: Network, { parts }: DirectorMachine): void {
  const { director } = parts
  for (const { mac, neighbours } of director.nics) {
    neighbours.add(director.address, 1, mac, 1)
    for (const lan of network.switches.values()) {
      if (lan.neighbours === neighbours) lan.listen(mac)
    }
  }
}

/** Who is found at an address is who has announced it last. */
function placeAddresses(scenario: Scenario, network: Network, prelude: VrrpPrelude): void {
  const { services, directors } = scenario
  const moving = movingAddresses(scenario)
  for (const { vip, director } of Object.values(services)) {
    const front = network.topology.frontOf(directors[director]!)
    if (moving.has(vip | 0)) network.switches.get(front)!.neighbours.expect(vip | 0)
  }
  for (const [link, announced] of prelude.announced) {
    const { neighbours } = network.switches.get(link)!
    for (const [address, mac] of announced) neighbours.answer(address, mac)
  }
}

function watchedAddresses(
  scenario: Scenario,
  network: Network,
): ConstructorParameters<typeof AddressWatch>[0] {
  const { services, directors } = scenario
  const moving = movingAddresses(scenario)
  const fronts = new Map(
    Object.values(services).map(({ vip, director }) => {
      return [vip | 0, network.topology.frontOf(directors[director]!)] as const
    }),
  )
  return [...fronts].flatMap(([address, front]) => {
    if (!moving.has(address)) return []
    const { neighbours } = network.switches.get(front)!
    return [{ address, text: formatAddress(address), neighbours }]
  })
}

function start(
  kernel: Kernel,
  scenario: Scenario,
  node: Node,
  prelude: VrrpPrelude,
  watch: AddressWatch,
): void {
  const { host, daemon: spec } = node
  const isCold = scenario.vrrp!.start === 'cold'
  const { director, log, pool } = host.parts
  const { sync: options } = scenario.directors[host.name]!
  const card = director.nics.find(({ name }) => name === options?.card)
  const sync = card === undefined ? null : new SyncDaemons(options!, director, card, pool)
  for (const address of prelude.heldBy(node)) director.hold(address)
  for (const { name } of isCold ? [] : spec.settings.instances) {
    const state = node.machine.stateOf(name)!
    log.say('vrrp', `${host.name} is ${state} in ${name}`, 0)
    if (options?.instance === name) sync?.follow(state === 'MASTER', 0)
  }
  const daemon = new VrrpProcess(kernel, isCold ? null : node.machine, prelude.now, host)
  const create = (settings: VrrpSettings): Vrrp => newMachine(settings, host)
  host.run({ daemon, settings: spec.settings, create, watch, sync })
  if (isCold) kernel.agenda.plan(0, { due: (_, now) => host.startKeepalived(now) }, 0)
}
