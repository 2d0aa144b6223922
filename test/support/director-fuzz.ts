// Random directors and random packets, on two paths at once: packets of header fields alone, as
// simulations have them, and packets of bytes, as the machine has them. Both ask the same IPVS for
// its decisions, and must come to the same: verdict, next hop, ports, states, counters. After every
// step the books are checked.
import {
  ACCEPT,
  FORWARD,
  SCTP,
  TCP,
  UDP,
  type PacketHeader,
  type Verdict,
} from '../../src/ipvs/headers.ts'
import {
  CONTROL,
  CONTROLLED,
  DEADLINE,
  INACTIVE,
  RECORD_SHIFT,
  STATE,
  TEMPLATE,
  TIMES_SHIFT,
} from '../../src/ipvs/connection-record.ts'
import { connectionRows } from '../../src/ipvs/connection-rows.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import { IpvsError, type Service } from '../../src/ipvs/service.ts'
import { SCHEDULER_NAMES } from '../../src/ipvs/schedulers/index.ts'
import { NEVER_PS } from '../../src/ipvs/headers.ts'
import { sctpEvent } from '../../src/ipvs/sctp-states.ts'
import { Streams, type Stream } from '../../src/kernel/random.ts'
import { Machine } from '../../src/machine/machine.ts'
import { ON_LINK } from '../../src/machine/routing.ts'
import { build, type PacketSpec } from '../../src/replay/packet-words.ts'
import { describe as inWords } from '../../src/replay/describe.ts'
import { ReplayTimers } from '../../src/replay/timers.ts'
import { ipv4, type Address } from '../../src/wire/address.ts'
import { formatEndpoint, parseAddress, parseEndpoint } from '../../src/wire/address-text.ts'

const PS_PER_MS = 1_000_000_000
const PROTOCOLS = { tcp: TCP, udp: UDP, sctp: SCTP }
const FLAGS = ['S', 'S', 'S', 'A', 'PA', 'SA', 'FA', 'R', '', 'F']
const CHUNKS = ['INIT', 'COOKIE_ECHO', 'DATA', 'ABORT', 'SHUTDOWN', 'SHUTDOWN_ACK']
const CHUNK_NUMBERS = [1, 10, 0, 6, 7, 8]
const SYSCTLS: [string, string[]][] = [
  ['conn_reuse_mode', ['0', '1', '2']],
  ['sloppy_tcp', ['0', '1']],
  ['sloppy_sctp', ['0', '1']],
  ['expire_nodest_conn', ['0', '1']],
  ['expire_quiescent_template', ['0', '1']],
  ['secure_tcp', ['0', '3']],
  ['drop_packet', ['0', '3']],
  ['drop_entry', ['0', '3']],
  ['nat_icmp_send', ['0', '1']],
]

interface World {
  vips: string[]
  clients: string[]
  servers: string[]
  gateway: string
  own: [string, string]
}

const FOUR: World = {
  vips: ['10.0.0.100', '10.0.0.101'],
  clients: ['198.51.100.1', '198.51.100.2', '198.51.100.9', '198.51.103.7'],
  servers: ['10.0.1.2', '10.0.1.3', '10.0.1.4'],
  gateway: '10.0.0.254',
  own: ['10.0.0.1/24', '10.0.1.1/24'],
}
const SIX: World = {
  vips: ['2001:db8::100', '2001:db8::101'],
  clients: ['2001:db8:9::1', '2001:db8:9::2', '2001:db8:a::1', '2001:db8:b:1::1'],
  servers: ['2001:db8:0:1::2', '2001:db8:0:1::3', '2001:db8:0:1::4'],
  gateway: '2001:db8::fe',
  own: ['2001:db8::1/64', '2001:db8:0:1::1/64'],
}

function address(text: string): Address {
  return parseAddress(text)!
}

/** One director of bytes and one of header fields, given the same services and packets. */
export class DirectorFuzz {
  /** Packets that went to a server on either path. */
  forwarded = 0
  steps = 0
  private readonly draw: Stream
  private readonly world: World
  private readonly machine: Machine
  private readonly plain: Ipvs
  private readonly timers = [new ReplayTimers(), new ReplayTimers()] as const
  private now = 0

  constructor(seed: string) {
    const streams = new Streams(seed)
    this.draw = streams.stream('fuzz')
    this.world = this.draw.below(3) === 0 ? SIX : FOUR
    const random = (): (() => number) => {
      const own = new Streams(seed).stream('director')
      return () => own.uint32()
    }
    const options = { tableSize: 256, kernel: '6.1' as const, firstTick: this.draw.below(5000) }
    this.machine = new Machine({ ...options, timers: this.timers[0], random: random() })
    this.setUp()
    const { routing } = this.machine
    this.plain = new Ipvs({
      ...{ ...options, timers: this.timers[1], random: random() },
      routes: routing,
    })
    for (let i = 1 + this.draw.below(3); i > 0; i--) this.operate()
  }

  private setUp(): void {
    const { routing, neighbours } = this.machine
    const { vips, servers, gateway, own } = this.world
    routing.addDevice({ name: 'cl', mtu: 1500, addresses: [] })
    routing.addDevice({ name: 'sv', mtu: this.draw.below(2) === 0 ? 1500 : 1300, addresses: [] })
    own.forEach((text, device) => {
      const [host = '', prefix] = text.split('/')
      routing.addAddress(device, address(host), Number(prefix))
    })
    for (const vip of vips) routing.addAddress(0, address(vip), vip.includes(':') ? 128 : 32)
    const anywhere = gateway.includes(':') ? address('::') : ipv4(0)
    routing.add({ ...ON_LINK, network: anywhere, gateway: address(gateway), device: 0 })
    for (const each of [gateway, ...servers]) neighbours.add(address(each))
  }

  /** One thing that an operator, a client, a server or time does. */
  step(): void {
    this.steps++
    const kind = this.draw.below(20)
    if (kind < 2) this.operate()
    else if (kind < 4) this.pass()
    else this.packet(kind < 15 ? 'client' : 'server')
    this.audit(this.machine.ipvs)
    this.audit(this.plain)
    this.agree()
  }

  private pass(): void {
    this.now += PS_PER_MS * [1, 40, 900, 11_000, 61_000, 130_000, 301_000][this.draw.below(7)]!
    const both = [this.machine.ipvs, this.plain]
    this.timers.forEach((timers, index) => {
      timers.runUntil(this.now, (id, at) => both[index]!.connectionDue(id, at))
    })
    this.machine.runUntil(this.now)
  }

  /** An operator's command, on both; both refuse it or neither does. */
  private operate(): void {
    const kind = this.draw.below(10)
    const picks = Array.from({ length: 12 }, () => this.draw.uint32())
    const results = [this.machine.ipvs, this.plain].map((ipvs) => {
      try {
        this.command(ipvs, kind, picks)
        return 'done'
      } catch (error) {
        if (error instanceof IpvsError) return error.code
        throw error
      }
    })
    if (results[0] !== results[1]) throw new Error(`one refused: ${results.join(', ')}`)
  }

  private command(ipvs: Ipvs, kind: number, picks: number[]): void {
    const pick = <T>(values: readonly T[], place: number): T =>
      values[picks[place]! % values.length]!
    const { services } = ipvs
    if (kind < 3 || services.length === 0) return void this.addService(ipvs, picks, pick)
    const service = pick(services, 0)
    const spec = {
      address: address(pick(this.world.servers, 1)),
      port: pick([80, 8080], 2),
      weight: pick([0, 1, 1, 2, 5], 3),
      forwarding: pick(['nat', 'dr', 'tun'] as const, 4),
      upperThreshold: pick([0, 0, 3, 5], 5),
    }
    if (kind < 6) return void ipvs.addDestination(service, spec)
    if (kind === 9) {
      const [name, values] = pick(SYSCTLS, 6)
      return ipvs.setSysctl(name, pick(values, 7), this.now)
    }
    if (service.destinations.length === 0) return
    const destination = pick(service.destinations, 8)
    if (kind === 6) ipvs.editDestination(service, destination, { ...spec, port: destination.port })
    else if (kind === 7) ipvs.removeDestination(service, destination, this.now)
    else if (picks[9]! % 8 === 0) ipvs.deleteService(service, this.now)
  }

  private addService(
    ipvs: Ipvs,
    picks: number[],
    pick: <T>(values: readonly T[], place: number) => T,
  ): Service {
    const isPersistent = picks[3]! % 3 === 0
    const protocol = pick([TCP, TCP, UDP, SCTP], 1)
    const service = ipvs.addService(
      {
        protocol,
        address: address(pick(this.world.vips, 0)),
        port: isPersistent && picks[4]! % 3 === 0 ? 0 : pick([80, 443, 21], 2),
        scheduler: pick(SCHEDULER_NAMES, 5),
        flags: (isPersistent ? 1 : 0) | (protocol === UDP && picks[6]! % 4 === 0 ? 4 : 0),
        timeoutSeconds: 50,
      },
      this.now,
    )
    this.world.servers.forEach((server, index) =>
      ipvs.addDestination(service, {
        address: address(server),
        port: 80,
        weight: 1 + index,
        forwarding: pick(['nat', 'dr', 'tun'] as const, 7 + (picks[8]! % 2) * index),
      }),
    )
    return service
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.draw.below(values.length)]!
  }

  private packet(from: 'client' | 'server'): void {
    const ends = this.ends(from)
    const { proto } = ends
    const chunk = this.draw.below(CHUNKS.length)
    const spec: PacketSpec = {
      ...ends,
      ttl: this.pick([64, 64, 64, 2, 1]),
      df: this.draw.below(2) === 0,
      ...(proto === 'tcp' ? { flags: this.pick(FLAGS) } : {}),
      ...(proto === 'sctp' ? { chunks: [{ type: CHUNKS[chunk]! }] } : {}),
      ...(proto === 'sctp' ? {} : { len: this.pick([0, 10, 1260, 1400]) }),
    }
    const bytes = build(spec)
    const header = headerOf(spec, bytes.length, CHUNK_NUMBERS[chunk]!)
    if (from === 'client') this.fromClient(bytes, header)
    else this.fromServer(bytes, header)
  }

  /** Mostly to a service that there is, and back from where connections went; else anywhere. */
  private ends(from: 'client' | 'server'): { proto: string; src: string; dst: string } {
    // Port 0 finds no connection, and what the machine's own stack then answers may end one.
    const port = this.pick([20, 1024, 2000, 3000])
    const client = formatEndpoint(address(this.pick(this.world.clients)), port)
    const isStray = this.draw.below(4) === 0
    if (from === 'client') {
      const service = this.plain.services[this.draw.below(this.plain.services.length + 1)]
      if (isStray || service === undefined) {
        return { proto: this.anyProtocol(), src: client, dst: this.target(this.world.vips) }
      }
      const dst = formatEndpoint(service.address, service.port || this.pick([80, 443]))
      return { proto: nameOf(service.protocol), src: client, dst }
    }
    const rows = connectionRows(this.plain, this.now).filter((row) => row.clientPort !== 0)
    const row = rows[this.draw.below(rows.length + 1)]
    if (isStray || row === undefined) {
      return { proto: this.anyProtocol(), src: this.target(this.world.servers), dst: client }
    }
    const src = formatEndpoint(row.server, row.serverPort)
    return {
      proto: row.protocol.toLowerCase(),
      src,
      dst: formatEndpoint(row.client, row.clientPort),
    }
  }

  private anyProtocol(): string {
    return this.pick(['tcp', 'tcp', 'tcp', 'udp', 'sctp'])
  }

  private target(hosts: readonly string[]): string {
    return formatEndpoint(address(this.pick(hosts)), this.pick([80, 443, 8080, 21, 5000]))
  }

  private fromClient(bytes: Uint8Array, header: PacketHeader): void {
    // Hooks are there as long as a service is.
    const isHooked = this.plain.services.length > 0
    this.machine.takeFrames()
    this.machine.receive(bytes, this.now)
    const frames = this.machine.takeFrames().filter(({ device }) => device === 1)
    const before = header.ttl
    const verdict: Verdict = isHooked ? this.plain.handleFromClient(header, this.now) : ACCEPT
    const isSent = verdict === FORWARD
    if (isSent !== frames.length > 0) {
      throw new Error(`fields say ${verdict}, bytes sent ${frames.length} frames`)
    }
    if (!isSent) return
    this.forwarded++
    const [frame] = frames
    if (frame!.neighbour !== this.plain.nextHop) throw new Error('another next hop')
    this.compareForwarded(frame!.bytes, header, before)
  }

  private compareForwarded(bytes: Uint8Array, header: PacketHeader, ttlBefore: number): void {
    const outer = inWords(bytes, [])
    const words = header.outerDst === 0 ? outer : outer.inner!
    const end = formatEndpoint(header.dst, header.dstPort)
    if (header.outerDst !== 0 && parseEndpoint(outer.dst!)!.address !== header.outerDst) {
      throw new Error('another outer destination')
    }
    if (words.dst !== end || words.ttl !== header.ttl || header.ttl !== ttlBefore - 1) {
      throw new Error(`bytes ${words.dst} ttl ${words.ttl}, fields ${end} ttl ${header.ttl}`)
    }
    if (words.csum !== undefined || words.ip_csum !== undefined) throw new Error('bad checksum')
  }

  private fromServer(bytes: Uint8Array, header: PacketHeader): void {
    const isHooked = this.plain.services.length > 0
    this.machine.takeFrames()
    const both = [this.machine.ipvs, this.plain]
    const before = both.map(outOf)
    this.machine.receive(bytes, this.now)
    const frames = this.machine.takeFrames().filter(({ device }) => device === 0)
    // Ordinary forwarding comes first: it ends short lives before IPVS sees them.
    if (header.ttl <= 1) return
    const verdict = isHooked ? this.plain.handleFromServer(header, this.now) : ACCEPT
    const passes = verdict === FORWARD || verdict === ACCEPT
    const [onBytes, onFields] = both.map((ipvs, index) => outOf(ipvs) - before[index]!)
    if (onBytes !== onFields) throw new Error(`replies counted: ${onBytes} and ${onFields}`)
    if (passes !== frames.length > 0)
      throw new Error(`a reply: ${verdict}, ${frames.length} frames`)
    if (!passes) return
    const words = inWords(frames[0]!.bytes, [])
    const from = formatEndpoint(header.src, header.srcPort)
    if (words.src !== from) throw new Error(`reply from ${words.src}, fields say ${from}`)
  }

  /** Both directors have the same connections and counts. */
  private agree(): void {
    const [one, two] = [this.machine.ipvs, this.plain].map((ipvs) => this.books(ipvs)) as [
      string[],
      string[],
    ]
    const place = one.findIndex((line, index) => line !== two[index])
    if (place < 0 && one.length === two.length) return
    throw new Error(`bytes: ${one[place] ?? 'less'}, fields: ${two[place] ?? 'less'}`)
  }

  /** Connections and counts as lines. */
  private books(ipvs: Ipvs): string[] {
    const rows = connectionRows(ipvs, this.now).map((row) => JSON.stringify(row))
    const counts = ipvs.services.flatMap(({ counters, destinations }) => [
      `service ${inOf(counters).join(' ')}`,
      ...destinations.map((each) => {
        const { weight, activeConnections, totalConnections, persistentConnections } = each
        const kept = [weight, activeConnections, totalConnections, persistentConnections]
        return [...kept, each.overloaded, ...inOf(each.counters)].join(' ')
      }),
    ])
    return [...rows.sort(), ...counts]
  }

  /** Counters equal recounts; nothing without destination or timer; controllers know their own. */
  private audit(ipvs: Ipvs): void {
    const { connections } = ipvs
    const counted = new Map<number, [active: number, total: number, templates: number]>()
    const controlled = new Map<number, number>()
    let entries = 0
    connections.forEach((id) => {
      entries++
      const at = id << RECORD_SHIFT
      const flags = connections.words[at + STATE]!
      const index = connections.destinationOf(id)
      if (index < 0) throw new Error('a connection without a destination')
      if (connections.times[(id << TIMES_SHIFT) + DEADLINE]! >= NEVER_PS) {
        throw new Error('a connection without a timer')
      }
      const counts = counted.get(index) ?? [0, 0, 0]
      if ((flags & TEMPLATE) !== 0) counts[2]++
      else {
        counts[1]++
        if ((flags & INACTIVE) === 0) counts[0]++
      }
      counted.set(index, counts)
      const control = connections.words[at + CONTROL]!
      if (control >= 0) controlled.set(control, (controlled.get(control) ?? 0) + 1)
    })
    if (entries !== connections.count)
      throw new Error(`${entries} entries, not ${connections.count}`)
    for (const service of ipvs.services) {
      for (const each of service.destinations) {
        const counts = counted.get(each.index) ?? [0, 0, 0]
        const own = [each.activeConnections, each.totalConnections, each.persistentConnections]
        if (counts.join() !== own.join())
          throw new Error(`counted ${counts.join()}, kept ${own.join()}`)
      }
    }
    connections.forEach((id) => {
      const kept = connections.words[(id << RECORD_SHIFT) + CONTROLLED]!
      if (kept !== (controlled.get(id) ?? 0)) throw new Error('a controller that miscounts')
    })
  }
}

function nameOf(protocol: number): string {
  return protocol === UDP ? 'udp' : protocol === SCTP ? 'sctp' : 'tcp'
}

function inOf({ connections, inPackets, inBytes }: Service['counters']): number[] {
  return [connections, inPackets, inBytes]
}

/** Replies; a machine's own ICMP errors count among them, which header fields know nothing of. */
function outOf(ipvs: Ipvs): number {
  return ipvs.services.reduce((sum, { counters }) => sum + counters.outBytes, 0)
}

function headerOf(spec: PacketSpec, ipBytes: number, chunk: number): PacketHeader {
  const src = parseEndpoint(spec.src!)!
  const dst = parseEndpoint(spec.dst!)!
  const protocol = PROTOCOLS[spec.proto as 'tcp']
  const letters = 'FSRPA'
  const flags = Array.from(spec.flags ?? '').reduce(
    (sum, each) => sum | (1 << letters.indexOf(each)),
    0,
  )
  return {
    ...{ src: src.address, srcPort: src.port, dst: dst.address, dstPort: dst.port, protocol },
    ...{ tcpFlags: protocol === TCP ? flags : 0, ttl: spec.ttl ?? 64, ipBytes, mark: 0 },
    chunk: protocol === SCTP ? sctpEvent(chunk, -1) : -1,
    ...{ dontFragment: spec.df ?? true, callId: null, outerSrc: 0, outerDst: 0 },
  }
}
