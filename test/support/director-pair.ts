// Two directors with the same services, of which the first tells the second of its connections; a
// notation for tests: `pair.client('40000 S')` is a SYN from port 40000.
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import {
  TCP,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  UDP,
  type PacketHeader,
  type Verdict,
} from '../../src/ipvs/headers.ts'
import type { DestinationSpec, ServiceSpec } from '../../src/ipvs/service-spec.ts'
import { connectionRows, type ConnectionRow } from '../../src/ipvs/connection-rows.ts'
import { ReplayTimers } from '../../src/replay/timers.ts'
import { parseAddress } from '../../src/wire/address-text.ts'

const SECOND_PS = 1_000_000_000_000
const FLAGS: Record<string, number> = { S: TCP_SYN, A: TCP_ACK, F: TCP_FIN, R: TCP_RST }

export const CLIENT: number = parseAddress('198.51.100.7')!
export const VIP: number = parseAddress('10.0.0.100')!
export const SERVERS: number[] = ['10.0.1.2', '10.0.1.3'].map((text) => parseAddress(text)!)

export interface PairOptions {
  sysctls?: Record<string, string>
  service?: Partial<ServiceSpec>
  forwarding?: DestinationSpec['forwarding']
  backupHasServices?: boolean
  syncId?: number
  backupSyncId?: number
  maxBytes?: number
  firstTick?: number
}

interface Sent {
  message: Uint8Array
  thread: number
  seconds: number
}

function flagsOf(letters: string): number {
  return letters.split('').reduce((all, letter) => all | FLAGS[letter]!, 0)
}

export class DirectorPair {
  readonly a: Ipvs
  readonly b: Ipvs
  readonly sent: Sent[] = []
  private readonly timers = [new ReplayTimers(), new ReplayTimers()] as const
  private now = 0

  constructor(options: PairOptions = {}) {
    const { firstTick = 0, syncId = 1, backupSyncId = syncId, maxBytes = 1472 } = options
    const [a, b] = this.timers.map((timers) => {
      const route = { isLocal: false, device: 0, gateway: 0, mtu: 1500, source: 1 }
      const routes = { generation: 0, find: () => route }
      return new Ipvs({ tableSize: 4096, kernel: '6.1', timers, routes, firstTick })
    })
    this.a = a!
    this.b = b!
    for (const [name, value] of Object.entries(options.sysctls ?? {})) {
      for (const ipvs of [this.a, this.b]) ipvs.setSysctl(name, value, 0)
    }
    for (const ipvs of options.backupHasServices === false ? [this.a] : [this.a, this.b]) {
      this.configure(ipvs, options)
    }
    this.b.sync.startBackup(backupSyncId)
    const send = (message: Uint8Array, thread: number, now: number): void => {
      this.sent.push({ message, thread, seconds: now / SECOND_PS })
      this.b.sync.backup?.receive(message, now)
    }
    this.a.sync.startMaster({ syncId, maxBytes, send }, 0)
  }

  get records(): number {
    return this.sent.reduce((sum, { message }) => sum + (message[4] ?? 0), 0)
  }

  get seconds(): number {
    return this.now / SECOND_PS
  }

  pass(seconds: number): void {
    const until = this.now + Math.round(seconds * SECOND_PS)
    for (;;) {
      const next = Math.min(...this.timers.map(({ nextAt }) => nextAt))
      if (next > until) break
      this.runBoth(next)
    }
    this.runBoth(until)
  }

  /** Packets of the client to a director, each `PORT FLAGS`. */
  client(packets: string, to: Ipvs = this.a): Verdict {
    let verdict: Verdict = 0
    for (const each of packets.split(', ')) {
      verdict = to.handleFromClient(this.packet(each), this.now)
    }
    return verdict
  }

  /** An answer of the server's, through the first director. */
  server(packet: string): Verdict {
    const header = this.packet(packet)
    const id = this.a.connections.fromClient(header)
    const { srcPort } = header
    header.src = this.a.connections.serverOf(id)
    header.srcPort = this.a.connections.serverPortOf(id)
    header.dst = CLIENT
    header.dstPort = srcPort
    return this.a.handleFromServer(header, this.now)
  }

  open(port: number): void {
    this.client(`${port} S`)
    this.server(`${port} SA`)
    this.client(`${port} A`)
  }

  rows(ipvs: Ipvs): ConnectionRow[] {
    return connectionRows(ipvs, this.now).sort((x, y) => x.clientPort - y.clientPort)
  }

  private packet(text: string): PacketHeader {
    const [port = '', letters = ''] = text.split(' ')
    const isUdp = letters === 'udp'
    return {
      ...{ src: CLIENT, dst: VIP, srcPort: Number(port), dstPort: 80, chunk: -1, ttl: 64 },
      ...{ ipBytes: 60, dontFragment: true, mark: 0, callId: null, outerSrc: 0, outerDst: 0 },
      protocol: isUdp ? UDP : TCP,
      tcpFlags: isUdp ? 0 : flagsOf(letters),
    }
  }

  private configure(ipvs: Ipvs, { service, forwarding = 'nat' }: PairOptions): void {
    const added = ipvs.addService({
      ...{ protocol: TCP, address: VIP, port: 80, scheduler: 'rr', ...service },
    })
    for (const address of SERVERS) {
      ipvs.addDestination(added, { address, port: 80, weight: 1, forwarding })
    }
  }

  private runBoth(now: number): void {
    this.now = now
    const directors = [this.a, this.b]
    directors.forEach((ipvs, index) =>
      this.timers[index]!.runUntil(now, (connection, at) => ipvs.connectionDue(connection, at)),
    )
  }
}
