// A director without a network, for tests of its decisions: services from lines of ipvsadm, packets
// from a few words, time that passes when it is told to. What it does is told in words, too:
// "10.0.1.3:80" for a packet that went to that server, else "accept", "drop", "refuse" ...
import { connectionRows } from '../../src/ipvs/connection-rows.ts'
import {
  ACCEPT,
  DELIVER,
  DROP,
  FORWARD,
  REFUSE,
  SCTP,
  SECOND_PS,
  TCP,
  TIME_EXCEEDED,
  TOO_BIG,
  UDP,
  UNREACHABLE,
  type PacketHeader,
  type Verdict,
} from '../../src/ipvs/headers.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import type { Route, Routes } from '../../src/ipvs/routes.ts'
import { sctpEvent } from '../../src/ipvs/sctp-states.ts'
import type { Destination, Kernel, Service } from '../../src/ipvs/service.ts'
import { ControlPlane } from '../../src/ipvsadm/control-plane.ts'
import { runIpvsadm, type Said } from '../../src/ipvsadm/ipvsadm.ts'
import { ReplayTimers } from '../../src/replay/timers.ts'
import type { Address } from '../../src/wire/address.ts'
import { formatEndpoint, parseEndpoint } from '../../src/wire/address-text.ts'

export const VIP = '10.0.0.100'

const WORDS: Record<Verdict, string> = {
  [FORWARD]: 'forward',
  [ACCEPT]: 'accept',
  [DROP]: 'drop',
  [REFUSE]: 'refuse',
  [DELIVER]: 'deliver',
  [TIME_EXCEEDED]: 'time exceeded',
  [TOO_BIG]: 'too big',
  [UNREACHABLE]: 'unreachable',
}
const PROTOCOLS: Record<string, number> = { tcp: TCP, udp: UDP, sctp: SCTP, esp: 50, ah: 51 }
const CHUNKS: Record<string, number> = {
  ...{ DATA: 0, INIT: 1, INIT_ACK: 2, SHUTDOWN: 7, SHUTDOWN_ACK: 8, COOKIE_ECHO: 10 },
  ...{ COOKIE_ACK: 11, ABORT: 6, SHUTDOWN_COMPLETE: 14, HEARTBEAT: 4 },
}

export interface LoneDirectorOptions {
  kernel?: Kernel
  firstTick?: number
  tableSize?: number
  random?: () => number
  /** Ticks until the estimator first looks; without it there is none. */
  estimateAt?: number
  mtu?: number
  /** Of kernels before 5.9. */
  dropsReused?: boolean
}

/** All but these are on the link; each of the generation's changes makes them be asked anew. */
export class PlainRoutes implements Routes {
  generation = 0
  readonly local = new Set<Address>()
  readonly unreachable = new Set<Address>()
  mtu: number

  constructor(mtu: number) {
    this.mtu = mtu
  }

  find(address: Address): Route | null {
    if (this.unreachable.has(address)) return null
    const isLocal = this.local.has(address)
    return { isLocal, device: 0, gateway: 0, mtu: this.mtu, source: parseEndpoint(VIP)!.address }
  }
}

export class LoneDirector {
  readonly ipvs: Ipvs
  readonly plane: ControlPlane
  readonly routes: PlainRoutes
  now = 0
  private readonly timers = new ReplayTimers()

  constructor(options: LoneDirectorOptions = {}) {
    const { kernel = '6.1', tableSize = 4096, mtu = 1500, ...more } = options
    this.routes = new PlainRoutes(mtu)
    this.ipvs = new Ipvs({
      ...{ kernel, tableSize, timers: this.timers, routes: this.routes },
      ...more,
    })
    this.plane = new ControlPlane(this.ipvs, {
      mtuOf: (device) => (device === 'eth0' ? 1500 : null),
      join: () => undefined,
      leave: () => undefined,
      sendSync: () => undefined,
    })
  }

  /** Runs lines of ipvsadm, each of which must succeed. */
  rules(...lines: string[]): this {
    for (const line of lines) {
      const { err, rc } = this.ipvsadm(line)
      if (rc !== 0) throw new Error(`ipvsadm ${line}: ${err}`)
    }
    return this
  }

  ipvsadm(line: string, stdin = ''): Said {
    this.plane.now = this.now
    const words = line.split(' ').filter((word) => word !== '')
    return runIpvsadm(words, stdin, this.plane)
  }

  /** A scheduler's service of TCP port 80 with a server for each weight: 10.0.1.1, 10.0.1.2 ... */
  serve(scheduler: string, weights: readonly number[], options = ''): this {
    this.rules(`-A -t ${VIP}:80 -s ${scheduler} ${options}`)
    weights.forEach((weight, index) => {
      this.rules(`-a -t ${VIP}:80 -r 10.0.1.${index + 1}:80 -m -w ${weight}`)
    })
    return this
  }

  sysctl(name: string, value: number | string): this {
    this.ipvs.setSysctl(name, `${value}`, this.now)
    return this
  }

  /** A packet of a client's: 'tcp S', 'udp', 'sctp INIT', from and to these ends. */
  packet(kind: string, src: string, dst = `${VIP}:80`, more: Partial<PacketHeader> = {}): string {
    const packet = headerOf(kind, src, dst, more)
    const verdict = this.ipvs.handleFromClient(packet, this.now)
    return this.told(verdict)
  }

  /** A packet of a server's, or of whoever's, that is on its way to a client. */
  reply(kind: string, src: string, dst: string, more: Partial<PacketHeader> = {}): string {
    const packet = headerOf(kind, src, dst, more)
    const verdict = this.ipvs.handleFromServer(packet, this.now)
    return verdict === FORWARD ? formatEndpoint(packet.src, packet.srcPort) : WORDS[verdict]
  }

  /** A TCP connection, opened by NAT's three packets; gives its server. */
  connect(src: string, dst = `${VIP}:80`): string {
    const server = this.packet('tcp S', src, dst)
    if (!server.includes(':')) return server
    this.reply('tcp SA', server, src)
    this.packet('tcp A', src, dst)
    return server
  }

  /** Lets seconds pass. */
  pass(seconds: number): this {
    const until = this.now + Math.round(seconds * 1000) * (SECOND_PS / 1000)
    this.timers.runUntil(until, (connection, at) => {
      this.now = at
      this.ipvs.connectionDue(connection, at)
    })
    this.now = until
    return this
  }

  /** Connections as 'TCP client virtual server STATE seconds', sorted. */
  connections(): string[] {
    return connectionRows(this.ipvs, this.now)
      .map((row) => {
        const { protocol, client, clientPort, virtual, virtualPort, server, serverPort } = row
        const ends = [
          formatEndpoint(client, clientPort),
          formatEndpoint(virtual, virtualPort),
          formatEndpoint(server, serverPort),
        ]
        return `${protocol} ${ends.join(' ')} ${row.state} ${row.secondsLeft}`
      })
      .sort()
  }

  /** State and seconds left of a client's one connection; '' when there is none. */
  stateOf(client: string): string {
    const found = this.connections().filter((line) => line.split(' ')[1] === client)
    if (found.length > 1) throw new Error(found.join('\n'))
    return found.map((line) => line.split(' ').slice(4).join(' ')).join('')
  }

  service(index = 0): Service {
    return this.ipvs.services[index]!
  }

  destination(endpoint: string): Destination {
    const { address, port } = parseEndpoint(endpoint)!
    const found = this.ipvs.services
      .flatMap(({ destinations }) => destinations)
      .find((each) => each.address === address && each.port === port)
    if (found === undefined) throw new Error(`no destination ${endpoint}`)
    return found
  }

  /** 'active inactive templates' of a destination. */
  counts(endpoint: string): string {
    const { activeConnections, inactiveConnections, persistentConnections } =
      this.destination(endpoint)
    return [activeConnections, inactiveConnections, persistentConnections].join(' ')
  }

  private told(verdict: Verdict): string {
    const { destination, connection, connections } = this.ipvs
    if (verdict !== FORWARD) return WORDS[verdict]
    if (connection < 0) return 'forward'
    if (destination === null) return 'bypass'
    return formatEndpoint(destination.address, connections.serverPortOf(connection))
  }
}

export function headerOf(
  kind: string,
  src: string,
  dst: string,
  more: Partial<PacketHeader> = {},
): PacketHeader {
  const [name = '', detail = ''] = kind.split(' ')
  const protocol = PROTOCOLS[name]!
  const from = parseEndpoint(src)!
  const to = parseEndpoint(dst)!
  const flags = Array.from(detail).reduce((sum, each) => sum | (1 << 'FSRPA'.indexOf(each)), 0)
  const chunk = detail === '' ? -1 : sctpEvent(CHUNKS[detail]!, -1)
  return {
    ...{ src: from.address, srcPort: from.port, dst: to.address, dstPort: to.port, protocol },
    ...{ tcpFlags: protocol === TCP ? flags : 0, chunk: protocol === SCTP ? chunk : -1 },
    ...{ ttl: 64, ipBytes: 60, dontFragment: true, mark: 0, callId: null },
    ...{ outerSrc: 0, outerDst: 0 },
    ...more,
  }
}
