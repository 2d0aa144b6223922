// The director that the kernel lab builds for a recording: a device to the clients with the virtual
// addresses, one to the servers, a gateway for the rest of the world, and a neighbour for each
// server, so that a frame shows by its receiver which server was chosen.
import type { Frame } from '../machine/frame.ts'
import { Machine } from '../machine/machine.ts'
import { ON_LINK } from '../machine/routing.ts'
import type { DaemonHost, SyncDatagram } from '../ipvsadm/control-plane.ts'
import { ipv4, ipv4Value, ipv6, isIpv6, isMulticast, type Address } from '../wire/address.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { TraceError } from './problem.ts'
import { ReplayTimers } from './timers.ts'
import type { Topology } from './trace.ts'

const PS_PER_MS = 1_000_000_000
const TABLE_SIZE = 4096
/** Devices by their numbers. */
export const CLIENT_SIDE = 0
export const SERVER_SIDE = 1
/** Of directors that are joined. */
const SYNC_SIDE = 2
const USUAL_MTU = 1500
const SIDES = ['client', 'server'] as const

const GATEWAYS = ['10.0.0.254', '2001:db8::fe']

/** What a recording does not say of the kernel's clock; one value must explain all of a file. */
export interface Unknowns {
  /** How long before the recording began its first tick had come, ms: 0 to 4. */
  tickPhaseMs: number
  /** When the estimator first takes its snapshot, ticks after that tick. */
  estimateAt: number
}

export interface BenchOptions extends Unknowns {
  /** Of a director that has a partner, 1 or 2: they are joined by a device more; 0: it has none. */
  number: number
  topology: Topology
  /** The kernel's tick counter when the recording began. */
  jiffies: number
}

export class Bench implements DaemonHost {
  readonly machine: Machine
  /** A message for other directors leaves. */
  onSync: (datagram: SyncDatagram, now: number) => void = () => {}
  private readonly timers = new ReplayTimers()
  private readonly owners = new Map<Address, string>()
  private readonly phasePs: number
  private nowPs = 0

  constructor({ topology, jiffies, number, estimateAt, tickPhaseMs }: BenchOptions) {
    this.phasePs = Math.round(tickPhaseMs * PS_PER_MS)
    this.machine = new Machine({
      ...{ tableSize: TABLE_SIZE, kernel: '6.1', timers: this.timers, firstTick: jiffies },
      estimateAt,
    })
    const { routing } = this.machine
    routing.addDevice({ name: 'cl', mtu: topology.mtu.cl, addresses: [] })
    routing.addDevice({ name: 'sv', mtu: topology.mtu.sv, addresses: [] })
    this.addOwnAddresses(topology, Math.max(number, 1))
    if (number > 0) {
      routing.addDevice({ name: 'sy', mtu: USUAL_MTU, addresses: [] })
      routing.addAddress(SYNC_SIDE, addressOf(`10.0.2.${number}`), 24)
    }
    for (const gateway of GATEWAYS) this.addNeighbour(addressOf(gateway), 'gateway')
    for (const server of topology.servers) this.addServer(server)
  }

  /** Time since the tick before the recording began, ps. */
  get now(): number {
    return this.nowPs
  }

  /** A time of the recording. */
  timeOf(ms: number): number {
    return Math.max(this.nowPs, Math.round(ms * PS_PER_MS) + this.phasePs)
  }

  msOf(now: number): number {
    return (now - this.phasePs) / PS_PER_MS
  }

  /** When something happens next by itself. */
  get nextDue(): number {
    return this.timers.nextAt
  }

  /** Lets time pass; what is due happens. */
  runUntil(until: number): void {
    this.timers.runUntil(until, (connection, at) => {
      this.nowPs = at
      this.machine.ipvs.connectionDue(connection, at)
    })
    this.nowPs = until
    this.machine.runUntil(until)
  }

  /** What has left the director since, the clients' side before the servers'. */
  takeFrames(): Frame[] {
    const frames = this.machine.takeFrames()
    return [CLIENT_SIDE, SERVER_SIDE].flatMap((side) =>
      frames.filter(({ device }) => device === side),
    )
  }

  sideOf({ device }: Frame): 'client' | 'server' {
    return SIDES[device]!
  }

  /** Who gets the frame: a server, the gateway, or everyone. */
  receiverOf({ neighbour }: Frame): string {
    if (neighbour === 0) return 'everyone'
    if (isMulticast(neighbour)) return multicastMac(neighbour)
    return this.owners.get(neighbour) ?? formatAddress(neighbour)
  }

  mtuOf(device: string): number | null {
    const { devices } = this.machine.routing
    return devices.find(({ name }) => name === device)?.mtu ?? null
  }

  /** Its IPv4 address on a device. */
  addressOf(device: string): Address {
    return this.machine.routing.devices[this.deviceNamed(device)]!.addresses[0]!
  }

  sendSync(datagram: SyncDatagram, now: number): void {
    this.onSync(datagram, now)
  }

  join(device: string, group: Address): void {
    this.machine.groups.join(this.deviceNamed(device), group, this.nowPs)
  }

  leave(device: string, group: Address): void {
    this.machine.groups.leave(this.deviceNamed(device), group, this.nowPs)
  }

  private deviceNamed(device: string): number {
    return this.machine.routing.devices.findIndex(({ name }) => name === device)
  }

  private addOwnAddresses(topology: Topology, number: number): void {
    const { routing } = this.machine
    routing.addAddress(CLIENT_SIDE, addressOf(`10.0.0.${number}`), 24)
    routing.addAddress(SERVER_SIDE, addressOf(`10.0.1.${number}`), 24)
    routing.add({ ...ON_LINK, network: ipv4(0), gateway: addressOf(GATEWAYS[0]!), device: 0 })
    if (topology.ipv6) {
      routing.addAddress(CLIENT_SIDE, addressOf('2001:db8::1'), 64)
      routing.addAddress(SERVER_SIDE, addressOf('2001:db8:0:1::1'), 64)
      const network = ipv6(0, 0, 0, 0)
      routing.add({ ...ON_LINK, network, gateway: addressOf(GATEWAYS[1]!), device: 0 })
    }
    for (const vip of topology.vips) {
      const address = addressOf(vip)
      routing.addAddress(CLIENT_SIDE, address, isIpv6(address) ? 128 : 32)
    }
  }

  private addServer(text: string): void {
    const address = addressOf(text)
    this.addNeighbour(address, text)
    if (text.startsWith('10.0.1.') || text.startsWith('2001:db8:0:1:')) return
    const prefix = isIpv6(address) ? 128 : 32
    this.machine.routing.add({ ...ON_LINK, network: address, prefix, device: SERVER_SIDE })
  }

  private addNeighbour(address: Address, owner: string): void {
    this.machine.neighbours.add(address)
    this.owners.set(address, owner)
  }
}

/** The MAC address of an IPv4 group: its low 23 bits (RFC 1112, 6.4). */
function multicastMac(group: Address): string {
  const low = ipv4Value(group) & 0x7fffff
  const bytes = [0x01, 0x00, 0x5e, low >>> 16, (low >>> 8) & 255, low & 255]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address === null) throw new TraceError('topology', `expected an address, got "${text}"`)
  return address
}
