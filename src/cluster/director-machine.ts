// The machine that a director runs on, with all that can befall it: it crashes and boots, hangs and
// goes on; its keepalived is stopped and started. Its VRRP process speaks over the director's cards
// and gives the director its addresses.
import type { Time } from '../kernel/time.ts'
import type { Vrrp } from '../keepalived/vrrp.ts'
import type { VirtualServer } from '../keepalived/virtual-servers.ts'
import type { VrrpChange, VrrpFrame } from '../keepalived/vrrp-outbox.ts'
import type { VrrpSettings } from '../keepalived/vrrp-settings.ts'
import type { EventLog } from '../measure/event-log.ts'
import {
  ARP,
  EVERYBODY,
  ICMP,
  LISTENERS,
  UDP,
  VRRP,
  type Packet,
  type PacketPool,
} from '../net/packet.ts'
import { formatAddress } from '../wire/address-text.ts'
import { isMulticast, readAddress, type Address } from '../wire/address.ts'
import type { AddressHolder, AddressWatch } from './address-watch.ts'
import type { Core } from './core.ts'
import type { Director, MessageTaker } from './director.ts'
import type { Door } from './door.ts'
import type { FaultyHost } from './faulty-host.ts'
import type { Nic } from './nic.ts'
import { ObservedThings } from './observed-things.ts'
import type { SyncDaemons } from './sync-daemons.ts'
import type { VrrpActor, VrrpProcess } from './vrrp-process.ts'

const PROTOCOLS = { advert: VRRP, arp: ARP, neighbour: ICMP }

/** Where a packet of IPv6 names its source. */
const SOURCE_6 = 8

export interface DirectorMachineParts {
  director: Director
  cores: readonly Core[]
  /** One in front of each card. */
  doors: readonly Door[]
  /** Networks of its cards, by their names. */
  links: ReadonlyMap<string, string>
  pool: PacketPool
  log: EventLog
}

/** Its keepalived. */
export interface Keepalived {
  daemon: VrrpProcess
  /** What the file says of VRRP, from the next start or reload on. */
  settings: VrrpSettings
  /** A daemon that starts anew. */
  create: (settings: VrrpSettings) => Vrrp
  watch: AddressWatch
  /** Null: nobody is told of connections. */
  sync: SyncDaemons | null
}

/** The part of keepalived that looks after real servers. */
export interface CheckerProcess {
  /** What the file asks for, from the next start or reload on. */
  servers: readonly VirtualServer[]
  /** Services go into IPVS, and checks begin. */
  start(now: Time): void
  /** A polite end: IPVS is emptied of all that is keepalived's. */
  stop(now: Time): void
  /** An end without a word: IPVS stays as it is. */
  kill(): void
  hang(): void
  resume(now: Time): void
  /** The file is read again. */
  reload(now: Time): void
  /** A file that it follows has changed. */
  look(now: Time): void
}

/** A keepalived.conf as it is read. */
export interface KeepalivedConf {
  servers: readonly VirtualServer[]
  /** Null: it is not this file that tells its VRRP process. */
  vrrp: VrrpSettings | null
}

/** Whoever finds out what befalls a director by its routes. */
export interface RouteWitness {
  hear(cause: string, now: Time): void
}

export class DirectorMachine implements FaultyHost, MessageTaker, VrrpActor, AddressHolder {
  readonly name: string
  readonly parts: DirectorMachineParts
  /** Null where no service is checked. */
  checkers: CheckerProcess | null = null
  /** Null where nobody looks after its routes. */
  route: RouteWitness | null = null
  /** What its keepalived follows, scripts and files among them. */
  readonly things: ObservedThings = new ObservedThings()
  private keepalived: Keepalived | null = null
  /** Cards whose wire is cut. */
  private readonly cut = new Set<string>()
  private isDown = false
  private isHanging = false
  /** A signal to reload that nobody could take. */
  private isToReload = false

  constructor(parts: DirectorMachineParts) {
    this.parts = parts
    this.name = parts.director.name
    parts.director.messages = this
  }

  /** A keepalived that runs from now on. */
  run(keepalived: Keepalived): void {
    this.keepalived = keepalived
  }

  /** Null: nobody is told of connections. */
  get sync(): SyncDaemons | null {
    return this.keepalived?.sync ?? null
  }

  get isWorking(): boolean {
    return !this.isDown && !this.isHanging
  }

  serves(address: number, mac: number): boolean {
    const { director } = this.parts
    if (!this.isWorking || !director.holds(address)) return false
    if (!director.ipvs.services.some((service) => service.address === address)) return false
    return director.nics.some((nic) => nic.mac === mac && this.isConnected(nic.name))
  }

  isConnected(card: string): boolean {
    return !this.cut.has(card)
  }

  crash(now: Time): void {
    const { director, cores, doors } = this.parts
    this.isDown = true
    this.isToReload = false
    for (const door of doors) door.isOpen = false
    for (const core of cores) core.empty(now)
    this.checkers?.kill()
    this.keepalived?.daemon.kill()
    this.keepalived?.sync?.stop(now)
    if (this.keepalived !== null) director.releaseAll()
    this.tell(`${this.name} crashes`, now)
  }

  boot(now: Time): void {
    const { director, doors } = this.parts
    this.isDown = false
    director.boot()
    for (const door of doors) door.isOpen = true
    this.tell(`${this.name} is back`, now)
    this.startKeepalived(now)
  }

  hang(now: Time): void {
    this.isHanging = true
    for (const core of this.parts.cores) core.halt(now)
    this.checkers?.hang()
    this.keepalived?.daemon.hang()
    this.keepalived?.sync?.hang(true)
    this.tell(`${this.name} hangs`, now)
  }

  resume(now: Time): void {
    this.isHanging = false
    for (const core of this.parts.cores) core.resume(now)
    this.checkers?.resume(now)
    this.keepalived?.sync?.hang(false)
    this.keepalived?.daemon.resume(now)
    this.tell(`${this.name} goes on`, now)
    if (this.isToReload) this.reload(now)
  }

  /** SIGTERM to keepalived: masters say goodbye and give their addresses up. */
  stopKeepalived(now: Time): void {
    this.tell(`keepalived stops on ${this.name}`, now)
    this.checkers?.stop(now)
    this.keepalived?.daemon.stop(now)
    this.keepalived?.sync?.stop(now)
  }

  startKeepalived(now: Time): void {
    this.checkers?.start(now)
    const { keepalived } = this
    keepalived?.daemon.start(keepalived.create(keepalived.settings), now)
  }

  /** Another file, and SIGHUP: who does not run reads it at its next start. */
  reloadKeepalived({ servers, vrrp }: KeepalivedConf, now: Time): void {
    if (this.checkers !== null) this.checkers.servers = servers
    if (this.keepalived !== null && vrrp !== null) this.keepalived.settings = vrrp
    this.isToReload = this.isHanging
    if (this.isWorking) this.reload(now)
  }

  private reload(now: Time): void {
    const { checkers, keepalived } = this
    this.isToReload = false
    checkers?.reload(now)
    this.tell(`keepalived is reloaded on ${this.name}`, now)
    keepalived?.daemon.tell((machine, at) => machine.handleReload(keepalived.settings, at), now)
  }

  /** Somebody has changed its table of services. */
  changeServices(now: Time): void {
    this.tell(`the services of ${this.name} are changed`, now)
  }

  /** Something that its keepalived follows changes; of scripts it hears by their next runs. */
  observe(cause: string, change: (things: ObservedThings) => void, now: Time): void {
    change(this.things)
    this.tell(cause, now)
    this.keepalived?.daemon.tell((machine, at) => machine.handleObserved(at), now)
    this.checkers?.look(now)
  }

  /** The wire of its cards on that network, or of all, has gone or come: keepalived sees that. */
  changeCarrier(link: string | null, isUp: boolean, now: Time): void {
    const names = [...this.parts.links].flatMap(([name, own]) => {
      return link === null || own === link ? [name] : []
    })
    for (const name of names) {
      if (isUp) this.cut.delete(name)
      else this.cut.add(name)
    }
    const cause = `the wire of ${this.name} is ${isUp ? 'mended' : 'cut'}`
    this.tell(cause, now)
    for (const name of names) {
      this.keepalived?.daemon.tell((machine, at) => machine.handleLink(name, isUp, at), now)
    }
  }

  /** Those who want to know what has befallen it. */
  private tell(cause: string, now: Time): void {
    this.keepalived?.watch.blame(cause, now)
    this.route?.hear(cause, now)
  }

  take(packet: Packet, now: Time): Time {
    const { director, pool } = this.parts
    const { message, protocol, dstMac } = packet
    const nic = director.nics.find(({ mac }) => mac === dstMac)
    pool.endMessage(packet)
    if (protocol === UDP) return this.keepalived?.sync?.hear(message!, now) ?? 0
    if (protocol === VRRP && nic !== undefined) {
      this.keepalived?.daemon.tell((machine, at) => {
        machine.handlePacket(nic.name, message!, at)
      }, now)
    }
    return 0
  }

  sendFrame({ interface: name, kind, destination, bytes }: VrrpFrame, now: Time): void {
    const { director, pool } = this.parts
    const nic = director.nics.find((each) => each.name === name)
    if (nic === undefined) return
    const mac = destination === null || kind !== 'advert' ? EVERYBODY : macOf(nic, destination)
    if (mac === -1) return
    const packet = pool.takeMessage(PROTOCOLS[kind], bytes, bytes.length)
    const isSix = kind !== 'arp' && bytes[0]! >> 4 === 6
    packet.src = isSix ? readAddress(bytes, SOURCE_6, 16) : director.address
    packet.dst = destination ?? 0
    nic.towards(packet, mac).receive(packet, now)
  }

  makeChange({ instance, state, added, removed, priority }: VrrpChange, now: Time): void {
    const { director, log } = this.parts
    const { watch, daemon, sync } = this.keepalived!
    for (const { address } of removed) director.release(address)
    for (const { address } of added) {
      director.hold(address)
      const skewPs = daemon.machine?.skewPsOf(instance) ?? 0
      watch.elected(this.name, address, now - skewPs, now)
    }
    if (state !== null) {
      if (sync?.options.instance === instance && state !== 'INIT') {
        sync.follow(state === 'MASTER', now)
      }
      const held = added.map(({ address }) => formatAddress(address)).join(' and ')
      const more = held === '' ? '' : `, and holds ${held}`
      log.say('vrrp', `${this.name} is ${state} in ${instance}${more}`, now)
    }
    if (priority !== undefined) {
      log.say('vrrp', `${this.name} has priority ${priority} in ${instance}`, now)
    }
    watch.look(now)
  }
}

/** Where a frame for that address goes; -1: nobody has it. */
function macOf(nic: Nic, address: Address): number {
  return isMulticast(address) ? LISTENERS : nic.neighbours.macOf(address)
}
