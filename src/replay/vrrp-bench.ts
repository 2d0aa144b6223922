// The bench on which VRRP was recorded: machines with one interface each on one bridge, a
// keepalived on each, and one processor for all of them, so that nobody hears a packet before its
// sender is done.
import { readConf } from '../keepalived/conf.ts'
import { Vrrp } from '../keepalived/vrrp.ts'
import type { HeldAddress, VrrpFrame } from '../keepalived/vrrp-outbox.ts'
import { vrrpSettings } from '../keepalived/vrrp-settings.ts'
import { isMulticast, type Address } from '../wire/address.ts'
import { formatAddress, parseAddress } from '../wire/address-text.ts'
import { withAddress } from './held-addresses.ts'
import { TraceError } from './problem.ts'
import type { VrrpNode } from './trace.ts'

export const PS_PER_MS = 1_000_000_000
const INTERFACE = 'eth0'
/** What the recording machine needed, ms. */
const START_MS = 36.4
const LINK_MS = 4.1
const STOP_MS = 0.2
const RELOAD_MS = 0.6
/** net.ipv4.neigh.default.delay_first_probe_time, to the kernel's tick. */
const CONFIRM_MS = 5100
const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff'

export interface SeenFrame {
  at: number
  from: string
  /** Bytes of the IP packet of an advertisement. */
  advert: Uint8Array | null
  arp: { op: number; sender: string; target: string } | null
  sourceMac: string
  to: string
}

interface Machine {
  name: string
  ip: Address
  mac: string
  conf: string
  isUp: boolean
  daemon: Vrrp | null
  /** As `ip addr` lists them. */
  held: string[]
  /** Neighbours whose link address it knows; false: not confirmed, and not used since. */
  neighbours: Map<Address, boolean>
}

interface Event {
  at: number
  owner: Machine
  isTimer?: boolean
  run: (now: number) => void
}

export class VrrpBench {
  private readonly machines: Machine[]
  private events: Event[] = []
  private frames: SeenFrame[] = []
  /** The one processor is busy until then. */
  private busyUntil = 0
  /** Whose work that is: of what is late then, it comes last. */
  private busy: Machine | null = null

  constructor(nodes: readonly VrrpNode[]) {
    this.machines = nodes.map(({ name, ip, conf }, index) => {
      const address = parseAddress(ip)
      if (address === null) throw new TraceError(`topology.nodes.${name}.ip`, `no address: ${ip}`)
      const mac = `02:00:00:00:01:${(index + 1).toString(16).padStart(2, '0')}`
      const held = [`${ip}/24`]
      return {
        ...{ name, ip: address, mac, conf, held, isUp: true, daemon: null },
        neighbours: new Map<Address, boolean>(),
      }
    })
  }

  takeFrames(): SeenFrame[] {
    const { frames } = this
    this.frames = []
    return frames
  }

  addresses(): Record<string, string[]> {
    return Object.fromEntries(this.machines.map(({ name, held }) => [name, [...held]]))
  }

  runUntil(end: number): void {
    for (;;) {
      const event = this.nextEvent(end)
      if (event === null) return
      event.run(Math.max(event.at, this.busyUntil))
    }
  }

  start(name: string, conf: string | null, at: number): void {
    const machine = this.named(name)
    if (conf !== null) machine.conf = conf
    this.schedule(machine, at + START_MS * PS_PER_MS, (now) => {
      machine.daemon = this.daemonOf(machine)
      machine.daemon?.start(now)
      this.settle(machine)
    })
  }

  signal(name: string, signal: string, conf: string | null, at: number): void {
    const machine = this.named(name)
    if (conf !== null) machine.conf = conf
    if (signal === 'SIGKILL') machine.daemon = null
    else if (signal === 'SIGTERM') {
      this.schedule(machine, at + STOP_MS * PS_PER_MS, (now) => {
        machine.daemon?.handleStop(now)
        this.settle(machine)
        machine.daemon = null
      })
    } else {
      this.schedule(machine, at + RELOAD_MS * PS_PER_MS, (now) => {
        const settings = settingsOf(machine.conf)
        if (settings !== null) machine.daemon?.handleReload(settings, now)
        this.settle(machine)
      })
    }
  }

  link(name: string, isUp: boolean, at: number): void {
    const machine = this.named(name)
    this.schedule(machine, at + LINK_MS * PS_PER_MS, (now) => {
      machine.isUp = isUp
      machine.daemon?.handleLink(INTERFACE, isUp, now)
      this.settle(machine)
    })
  }

  /** `addr add` and `addr del`; false when the address cannot be. */
  changeAddress(name: string, isAdded: boolean, text: string): boolean {
    const machine = this.named(name)
    const { held } = machine
    const place = held.indexOf(text)
    if (isAdded === place >= 0) return false
    machine.held = isAdded ? withAddress(held, text) : held.filter((each) => each !== text)
    return true
  }

  private daemonOf({ conf, ip, mac, isUp }: Machine): Vrrp | null {
    const settings = settingsOf(conf)
    if (settings === null) return null
    const bytes = Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16))
    return new Vrrp({ settings, interfaces: [{ name: INTERFACE, address: ip, mac: bytes, isUp }] })
  }

  private named(name: string): Machine {
    const machine = this.machines.find((each) => each.name === name)
    if (machine !== undefined) return machine
    throw new TraceError('steps', `no node "${name}"`, {
      suggestion: `nodes are ${this.machines.map((each) => each.name).join(', ')}`,
    })
  }

  private schedule(owner: Machine, at: number, run: Event['run']): void {
    this.events.push({ at, owner, run })
  }

  /**
   * What is late comes before what is not, packets before timers, and what the busy machine has to
   * do after the others' work: so the recording machine's scheduler shared its processor.
   */
  private nextEvent(end: number): Event | null {
    const timers = this.machines.flatMap((owner): Event[] => {
      const at = owner.daemon?.nextTimeout()
      return at === undefined
        ? []
        : [{ at, owner, isTimer: true, run: (now) => this.wake(owner, now) }]
    })
    const [next] = [...this.events, ...timers].sort((a, b) => {
      return this.rank(a) - this.rank(b) || a.at - b.at
    })
    if (next === undefined || next.at > end) return null
    this.events = this.events.filter((event) => event !== next)
    return next
  }

  private rank({ at, owner, isTimer = false }: Event): number {
    if (at > this.busyUntil) return 4
    return (owner === this.busy ? 2 : 0) + (isTimer ? 1 : 0)
  }

  private wake(machine: Machine, now: number): void {
    machine.daemon?.handleTimer(now)
    this.settle(machine)
  }

  /** Carries out what a daemon has asked for. */
  private settle(machine: Machine): void {
    const { daemon } = machine
    if (daemon === null) return
    if (daemon.busyUntil > this.busyUntil) this.busy = machine
    this.busyUntil = Math.max(this.busyUntil, daemon.busyUntil)
    for (const { added, removed } of daemon.takeChanges()) {
      const gone = new Set(removed.map(textOf))
      machine.held = machine.held.filter((text) => !gone.has(text))
      machine.held = added.map(textOf).reduce(withAddress, machine.held)
    }
    for (const frame of daemon.takeFrames()) if (machine.isUp) this.carry(machine, frame)
  }

  private carry(machine: Machine, frame: VrrpFrame): void {
    const { at, kind, bytes, destination } = frame
    const common = { at, from: machine.name, sourceMac: machine.mac }
    if (kind === 'arp') {
      const address = formatAddress(addressIn(bytes))
      const arp = { op: 1, sender: address, target: address }
      this.frames.push({ ...common, advert: null, arp, to: BROADCAST_MAC })
      return
    }
    if (kind !== 'advert') return
    const isToMany = isMulticast(destination!)
    const receiver = this.machines.find(({ ip }) => ip === destination)
    if (!isToMany && !this.resolve(machine, receiver, at)) return
    const to = isToMany ? groupMac(destination!) : receiver!.mac
    this.frames.push({ ...common, advert: bytes, arp: null, to })
    for (const other of this.machines) {
      if (other === machine || (!isToMany && other !== receiver)) continue
      this.schedule(other, this.busyUntil, (now) => this.deliver(other, bytes, now))
    }
  }

  private deliver(machine: Machine, bytes: Uint8Array, now: number): void {
    if (!machine.isUp) return
    machine.daemon?.handlePacket(INTERFACE, bytes, now)
    this.settle(machine)
  }

  /**
   * Asks for a link address that is not known yet; who is asked learns the asker's, and has it
   * confirmed some seconds after using it (RFC 4861, 7.3, which Linux keeps to for ARP).
   */
  private resolve(machine: Machine, receiver: Machine | undefined, at: number): boolean {
    if (receiver === undefined || !receiver.isUp) return false
    const isConfirmed = machine.neighbours.get(receiver.ip)
    if (isConfirmed === undefined) {
      this.ask(machine, receiver, at, BROADCAST_MAC)
      if (!receiver.neighbours.has(machine.ip)) receiver.neighbours.set(machine.ip, false)
    } else if (!isConfirmed) {
      this.schedule(machine, at + CONFIRM_MS * PS_PER_MS, (now) => {
        if (machine.isUp && receiver.isUp) this.ask(machine, receiver, now, receiver.mac)
      })
    }
    machine.neighbours.set(receiver.ip, true)
    return true
  }

  private ask(machine: Machine, receiver: Machine, at: number, to: string): void {
    const [asker, asked] = [formatAddress(machine.ip), formatAddress(receiver.ip)]
    this.frames.push(
      {
        ...{ at, from: machine.name, advert: null, sourceMac: machine.mac, to },
        arp: { op: 1, sender: asker, target: asked },
      },
      {
        ...{ at, from: receiver.name, advert: null, sourceMac: receiver.mac, to: machine.mac },
        arp: { op: 2, sender: asked, target: asker },
      },
    )
  }
}

function settingsOf(text: string): ReturnType<typeof vrrpSettings> | null {
  const conf = readConf({ file: 'node.conf', text, id: '' }, ['vrrp'])
  if (conf.hasStopped) return null
  const settings = vrrpSettings(conf.root)
  return settings.fatal === null ? settings : null
}

function textOf({ address, prefixLength }: HeldAddress): string {
  return `${formatAddress(address)}/${prefixLength}`
}

/** The sender of an ARP packet, as an address. */
function addressIn(arp: Uint8Array): Address {
  return parseAddress([...arp.subarray(14, 18)].join('.'))!
}

/** 01:00:5e and the low 23 bits of an IPv4 group (RFC 1112). */
function groupMac(group: Address): string {
  const parts = formatAddress(group).split('.').map(Number)
  const low = [parts[1]! & 0x7f, parts[2]!, parts[3]!]
  return `01:00:5e:${low.map((part) => part.toString(16).padStart(2, '0')).join(':')}`
}
