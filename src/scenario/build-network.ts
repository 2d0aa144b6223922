// The network of a scenario: one switch per link, one port with two wires per host, MAC addresses
// counted through. The queue of the switch stands in front of the wire to the host, the host's own
// in front of the wire to the switch; a crossing's delay is split between the two. On a wire
// between two hosts the sender's queue and the whole delay are in front, and the switch only joins.
// What a crossing loses, or delays beyond the rest, it does at its end.
import { sampler } from '../kernel/distributions.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Stream, Streams } from '../kernel/random.ts'
import type { Time } from '../kernel/time.ts'
import { AddressTable, type Choice } from '../net/address.ts'
import { ArpListener, type ArpWitness } from '../net/arp-listener.ts'
import { Breakage } from '../net/breakage.ts'
import { Reassembly } from '../net/fragments.ts'
import { Jitter } from '../net/jitter.ts'
import { Link } from '../net/link.ts'
import { Loss } from '../net/loss.ts'
import type { DropSink, PacketPool, Port, Terminus } from '../net/packet.ts'
import { SharedBuffer } from '../net/shared-buffer.ts'
import { Switch } from '../net/switch.ts'
import type { LinkSpec, Scenario } from './scenario.ts'
import { isLinkFault } from './timeline-spec.ts'
import { Topology } from './topology.ts'

/** Queue of a host towards its wire, packets: Linux's txqueuelen (calibration, section 7). */
const HOST_QUEUE_PACKETS = 1000

export interface Attachment {
  mac: number
  /** Wire from the host to the switch. */
  send: Link
}

/** Switches by link, and every wire in the order of the scenario. */
export class Network implements ArpWitness {
  readonly topology: Topology
  readonly switches: Map<string, Switch> = new Map()
  readonly links: Link[] = []
  readonly losses: Loss[] = []
  /** Where faults of the scenario may act. */
  readonly breakages: Breakage[] = []
  readonly pool: PacketPool
  /** 'lb1.eth0', by MAC address. */
  readonly ports: string[] = []
  private readonly kernel: Kernel
  private readonly scenario: Scenario
  private readonly drops: DropSink
  private readonly streams: Streams
  /** Networks of every wire, in the order of `links`. */
  private readonly networks: string[] = []
  private readonly shared = new Map<string, SharedBuffer>()
  private readonly chances = new Map<string, Stream>()
  /** Routers' MAC addresses by network and the addresses beyond them, for hosts on it. */
  private readonly beyond = new Map<string, AddressTable>()
  /** Whether packets may come in pieces, so that who takes them has to put them together. */
  private readonly cuts: boolean
  /** Whether addresses move between hosts, so that all of them listen for gratuitous ARP. */
  private readonly moves: boolean
  private witness: ArpWitness | null = null
  private nextMac = 0

  constructor(
    kernel: Kernel,
    scenario: Scenario,
    pool: PacketPool,
    drops: DropSink,
    streams: Streams,
  ) {
    this.kernel = kernel
    this.scenario = scenario
    this.pool = pool
    this.drops = drops
    this.streams = streams
    this.topology = new Topology(scenario)
    this.cuts = mayCut(scenario)
    this.moves = scenario.vrrp !== undefined
    pool.dontFragment = scenario.workload.dontFragment
    for (const { name, sharedBufferBytes, alpha } of Object.values(scenario.links)) {
      this.switches.set(name, new Switch(drops, pool))
      this.beyond.set(name, new AddressTable())
      if (sharedBufferBytes !== null)
        this.shared.set(name, new SharedBuffer(sharedBufferBytes, alpha))
    }
  }

  /** Who wants to know when hosts learn where an address has gone. */
  watchedBy(witness: ArpWitness): void {
    this.witness = witness
  }

  learnt(address: number, now: Time): void {
    this.witness?.learnt(address, now)
  }

  /** MAC address that the next host will get. */
  get upcomingMac(): number {
    return this.nextMac
  }

  /** A MAC address for what stands on a network without a wire. */
  takeMac(at: string): number {
    this.ports[this.nextMac] = at
    return this.nextMac++
  }

  /** Where hosts on the link send what is for other networks. */
  beyondOf(link: string): AddressTable {
    return this.beyond.get(link)!
  }

  /** Who is chosen when several hosts on the link answer for an address. */
  choiceOn(link: string): Choice {
    const chance = this.chances.get(link) ?? this.streams.stream(`links/${link}/arp`)
    this.chances.set(link, chance)
    return (n) => chance.below(n)
  }

  /** The wire from a host to its switch; `downlink` later gives the other direction. */
  uplink(at: string, link: string, queuePackets: number = HOST_QUEUE_PACKETS): Attachment {
    const spec = this.scenario.links[link]!
    const mac = this.nextMac++
    this.ports[mac] = at
    const isWire = spec.kind === 'wire'
    const send = new Link(
      this.kernel,
      {
        ...wireOptions(spec, at),
        resource: 'send',
        delayPs: isWire ? spec.delayPs : Math.floor(spec.delayPs / 2),
        queuePackets: isWire ? spec.bufferPackets : queuePackets,
        queueBytes: isWire ? spec.bufferBytes : null,
      },
      this.breakable(at, link, 'send', this.switches.get(link)!),
      this.drops,
    )
    this.keep(send, link)
    return { mac, send }
  }

  /**
   * The wire from the switch to a host that ends packets' journeys; `terminus` if nothing else
   * depends on when they arrive.
   */
  downlink(
    at: string,
    link: string,
    mac: number,
    host: Port,
    terminus: Terminus | null = null,
  ): void {
    const whole = this.cuts ? new Reassembly(this.pool, this.drops, host) : host
    this.passage(at, link, mac, whole, this.cuts ? null : terminus)
  }

  /** The same towards somebody who passes packets on, in pieces if they are. */
  passage(at: string, link: string, mac: number, host: Port, terminus: Terminus | null): void {
    const spec = this.scenario.links[link]!
    const { neighbours } = this.switches.get(link)!
    const hearing = this.moves ? new ArpListener(mac, neighbours, this.pool, this, host) : host
    const target = this.impaired(at, spec, hearing)
    if (spec.kind === 'wire') return this.switches.get(link)!.connect(mac, target)
    const receive = new Link(
      this.kernel,
      {
        ...wireOptions(spec, at),
        resource: 'receive',
        delayPs: Math.ceil(spec.delayPs / 2),
        queuePackets: spec.bufferPackets,
        queueBytes: spec.bufferBytes,
        shared: this.shared.get(link) ?? null,
      },
      target,
      this.drops,
      target === host ? terminus : null,
    )
    this.switches.get(link)!.connect(mac, receive)
    this.keep(receive, link)
  }

  /** Wires of that host, or of all, on that network, or on every one. */
  wiresOf(host: string | null, link: string | null): Link[] {
    return this.links.filter(({ options: { at } }, index) => {
      const isThere = link === null || this.networks[index] === link
      return isThere && (host === null || hostOf(at) === host)
    })
  }

  private keep(wire: Link, link: string): void {
    this.links.push(wire)
    this.networks.push(link)
  }

  /** The end of a crossing; in front of it what breaks, where the scenario has a fault for it. */
  private breakable(at: string, link: string, direction: string, target: Port): Port {
    const host = hostOf(at)
    const isNamed = this.scenario.faults.some((fault) => {
      if (!isLinkFault(fault)) return false
      return (fault.host ?? host) === host && (fault.link ?? link) === link
    })
    if (!isNamed) return target
    const chance = this.streams.stream(`links/${link}/${at}/${direction}/fault`)
    const options = { at: `${at} ${direction}`, host, link }
    const breakage = new Breakage(options, chance, target, this.drops)
    this.breakages.push(breakage)
    return breakage
  }

  /** The host behind what the crossing does to frames. */
  private impaired(at: string, { name, loss, jitter }: LinkSpec, host: Port): Port {
    const stream = (what: string) => this.streams.stream(`links/${name}/${at}/${what}`)
    let target = host
    if (jitter !== null) target = new Jitter(this.kernel, sampler(jitter, stream('jitter')), target)
    if (loss !== null) {
      const lossy = new Loss(`${at} receive`, loss, stream('loss'), target, this.drops)
      this.losses.push(lossy)
      target = lossy
    }
    return this.breakable(at, name, 'receive', target)
  }
}

/** 'lb1' of 'lb1.eth0' */
function hostOf(at: string): string {
  return at.slice(0, at.lastIndexOf('.'))
}

/** An ICMP error of 576 B in a tunnel. Errors have no DF. */
const LARGEST_ERROR_BYTES = 596

/**
 * Whether anybody may cut packets: their senders allow it, the tunnel's beginning does, or errors
 * are too large for a network.
 */
function mayCut({ workload, directors, links }: Scenario): boolean {
  return (
    !workload.dontFragment ||
    Object.values(directors).some(({ pmtuDiscovery }) => !pmtuDiscovery) ||
    Object.values(links).some(({ mtuBytes }) => mtuBytes < LARGEST_ERROR_BYTES)
  )
}

interface WireOptions {
  at: string
  rateBps: number
  overheadBytes: number
  mtuBytes: number
}

function wireOptions(spec: LinkSpec, at: string): WireOptions {
  return { at, rateBps: spec.rateBps, overheadBytes: spec.overheadBytes, mtuBytes: spec.mtuBytes }
}
