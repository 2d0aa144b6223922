// Replays a recorded trace of a real kernel through the IPVS code: the same commands, packets and
// times in, decisions and counts out. What the trace saw is only compared with, never read from.
import { readFileSync } from 'node:fs'
import type { TimerHost } from '../../src/ipvs/connection-timers.ts'
import { FORWARD, NAT, TCP, TUN, UDP, type PacketHeader } from '../../src/ipvs/headers.ts'
import { RECORD_SHIFT, SERVER, VIRTUAL, type Connections } from '../../src/ipvs/connections.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import { STATE_NAMES } from '../../src/ipvs/tcp-states.ts'
import type { Destination, Service } from '../../src/ipvs/service.ts'
import { formatIpv4 } from '../../src/net/address.ts'

const PS_PER_MS = 1_000_000_000
const FLAGS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 }

export interface Step {
  do: string
  args?: string | string[]
  stdin?: string
  mode?: string
  proto?: string
  to?: string
  open?: string
  events?: string[]
  ms?: number
  src?: string
  dst?: string
  flags?: string
  from?: 'client' | 'server'
  watch?: string[]
  saw: {
    t: number
    t_end?: number
    at?: number[]
    servers?: (string | null)[]
    dests?: Record<string, string[]>
    conns?: string[]
  }
}

export interface Trace {
  name: string
  steps: Step[]
}

export function readTrace(path: string): Trace {
  const file = new URL(`../golden/${path}`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Trace
}

/** Timers of the connections, in the order in which they are due. */
class Timers implements TimerHost {
  private readonly entries: { connection: number; at: number }[] = []

  expireAt(connection: number, at: number): void {
    const place = this.entries.findIndex((entry) => entry.at > at)
    this.entries.splice(place < 0 ? this.entries.length : place, 0, { connection, at })
  }

  runUntil(now: number, due: (connection: number, at: number) => void): void {
    for (;;) {
      const [entry] = this.entries
      if (entry === undefined || entry.at > now) return
      this.entries.shift()
      due(entry.connection, entry.at)
    }
  }
}

interface Connection {
  client: [address: number, port: number]
  virtual: [address: number, port: number]
  protocol: number
  server: Destination | null
}

/** One director told what the trace tells. */
export class DirectorReplay {
  private readonly timers = new Timers()
  readonly ipvs: Ipvs = new Ipvs({
    address: parseAddress('10.0.1.1'),
    tableSize: 4096,
    kernel: '6.1',
    timers: this.timers,
    tcpPs: 900_000 * PS_PER_MS,
    tcpFinPs: 120_000 * PS_PER_MS,
    udpPs: 300_000 * PS_PER_MS,
  })
  private readonly connections: Connection[] = []
  private now = 0

  /** Lets the time pass; timers fire. */
  passTo(ms: number): void {
    this.now = Math.max(this.now, Math.round(ms * PS_PER_MS))
    this.timers.runUntil(this.now, (connection, at) => this.ipvs.connectionDue(connection, at))
  }

  /** Lines as `ipvsadm` or `ipvsadm -R` takes them. */
  command(text: string): void {
    for (const line of text.split('\n').filter((words) => words.trim() !== '')) this.line(line)
  }

  private line(line: string): void {
    const words = line.trim().split(/\s+/)
    const option = (name: string) => words[words.indexOf(name) + 1] ?? ''
    const has = (name: string) => words.includes(name)
    const protocol = has('-u') ? UDP : TCP
    const [address, port] = endpoint(option(has('-u') ? '-u' : '-t'))
    const service = this.ipvs.services.find(
      (own) => own.protocol === protocol && own.address === address && own.port === port,
    )
    const scheduler = {
      scheduler: has('-s') ? option('-s') : 'wlc',
      flags: flagsOf(option('-b'), has('-b')),
    }
    if (has('-A')) return void this.ipvs.addService({ protocol, address, port, ...scheduler })
    if (has('-E')) return this.ipvs.editService(service!, scheduler)
    const [server, serverPort] = endpoint(option('-r'))
    const forwarding = has('-m') ? 'nat' : has('-i') ? 'tun' : 'dr'
    const spec = {
      address: server,
      // DR and TUN keep the port of the packet; -d names the destination as it is.
      port: serverPort === 0 || (forwarding !== 'nat' && !has('-d')) ? port : serverPort,
      weight: has('-w') ? Number(option('-w')) : 1,
      forwarding,
      upperThreshold: has('-x') ? Number(option('-x')) : 0,
      lowerThreshold: has('-y') ? Number(option('-y')) : 0,
      tag: -1,
    } as const
    if (has('-a')) return void this.ipvs.addDestination(service!, spec)
    const destination = service!.destinations.find(
      (own) => own.address === server && own.port === spec.port,
    )!
    if (has('-e')) this.ipvs.editDestination(service!, destination, spec)
    else if (has('-d')) this.ipvs.removeDestination(service!, destination)
    else throw new Error(`the replay does not know: ${line}`)
  }

  /** One packet, from a client unless it says otherwise. */
  packet(step: Step): void {
    this.passTo(step.saw.t)
    const protocol = step.proto === 'udp' ? UDP : TCP
    const packet = packetOf(protocol, endpoint(step.src!), endpoint(step.dst!), step.flags ?? '')
    if (step.from === 'server') this.ipvs.handleFromServer(packet, this.now)
    else this.ipvs.handleFromClient(packet, this.now)
    // A connection that is replaced goes at the end of this instant.
    this.passTo(step.saw.t)
  }

  /** Connections as the traces write them, and the seconds that they have left. */
  conns(): Map<string, number> {
    const lines = new Map<string, number>()
    const { connections } = this.ipvs
    connections.forEach((id) => {
      const isTcp = connections.protocolOf(id) === TCP
      const [client, virtual, server] = endpointsOf(connections, id)
      const state = isTcp ? STATE_NAMES[connections.stateOf(id)]! : 'UDP'
      const left = (connections.deadlineOf(id) - this.now) / (1000 * PS_PER_MS)
      lines.set(`${isTcp ? 'TCP' : 'UDP'} ${client} ${virtual} ${server} ${state}`, left)
    })
    return lines
  }

  /** Events of a burst; gives the server of every connection that was opened. */
  burst(step: Step): (string | null)[] {
    const opened: (string | null)[] = []
    step.events!.forEach((event, index) => {
      this.passTo(step.saw.t + step.saw.at![index]!)
      const ended = /^([fdr])(\d+)$/.exec(event)
      if (ended === null) opened.push(this.open(event, step))
      else this.goOn(ended[1]!, this.connections[Number(ended[2])]!, step)
    })
    this.passTo(step.saw.t_end ?? step.saw.t)
    return opened
  }

  private open(event: string, step: Step): string | null {
    const [from = '', to = step.to!] = event.split('>')
    const protocol = step.proto === 'udp' ? UDP : TCP
    const connection: Connection = {
      client: endpoint(from),
      virtual: endpoint(to),
      protocol,
      server: null,
    }
    this.connections.push(connection)
    connection.server = this.fromClient(connection, 'S')
    if (connection.server === null) return null
    if (protocol === TCP && step.open !== 'syn') {
      if (step.mode === 'nat') this.fromServer(connection, 'SA')
      this.fromClient(connection, 'A')
    }
    return nameOf(connection.server, connection.virtual[1])
  }

  private goOn(what: string, connection: Connection, step: Step): void {
    if (connection.server === null) return
    if (what === 'd') this.fromClient(connection, 'PA')
    else if (what === 'r') this.fromClient(connection, 'R')
    else {
      this.fromClient(connection, 'FA')
      if (step.mode === 'nat') this.fromServer(connection, 'FA')
      this.fromClient(connection, 'A')
    }
  }

  private fromClient(connection: Connection, flags: string): Destination | null {
    const { client, virtual, protocol } = connection
    const verdict = this.ipvs.handleFromClient(packetOf(protocol, client, virtual, flags), this.now)
    return verdict === FORWARD ? this.ipvs.destination : null
  }

  private fromServer({ client, virtual, protocol, server }: Connection, flags: string): void {
    const from: [number, number] = [server!.address, server!.port === 0 ? virtual[1] : server!.port]
    this.ipvs.handleFromServer(packetOf(protocol, from, client, flags), this.now)
  }

  /** Services with their destinations, as the traces write them. */
  dests(): Record<string, string[]> {
    return Object.fromEntries(
      this.ipvs.services.map((service) => [
        serviceName(service),
        service.destinations.map((own) => {
          const method = own.method === NAT ? 'Masq' : own.method === TUN ? 'Tunnel' : 'Route'
          const counts = [own.weight, own.activeConnections, own.inactiveConnections]
          return `${formatIpv4(own.address)}:${own.port} ${method} ${counts.join(' ')}`
        }),
      ]),
    )
  }
}

function endpointsOf(connections: Connections, id: number): [string, string, string] {
  const at = id << RECORD_SHIFT
  const word = (place: number) => connections.words[at + place]!
  const clientPort = connections.clientPortOf(id)
  return [
    `${formatIpv4(connections.clientOf(id))}:${clientPort}`,
    `${formatIpv4(word(VIRTUAL))}:${connections.virtualPortOf(id)}`,
    `${formatIpv4(word(SERVER))}:${connections.serverPortOf(id)}`,
  ]
}

function serviceName({ protocol, address, port, schedulerName }: Service): string {
  return `${protocol === UDP ? 'UDP' : 'TCP'} ${formatIpv4(address)}:${port} ${schedulerName}`
}

function flagsOf(text: string, given: boolean): string[] {
  return given ? text.split(',') : []
}

function nameOf({ address, port }: Destination, virtualPort: number): string {
  return `${formatIpv4(address)}:${port === 0 ? virtualPort : port}`
}

function endpoint(text: string): [address: number, port: number] {
  const [address = '0.0.0.0', port = '0'] = text.split(':')
  return [parseAddress(address), Number(port)]
}

function parseAddress(text: string): number {
  return text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0) | 0
}

function packetOf(
  protocol: number,
  [src, srcPort]: [number, number],
  [dst, dstPort]: [number, number],
  flags: string,
): PacketHeader {
  const tcpFlags = Array.from(flags).reduce((sum, flag) => sum | FLAGS[flag]!, 0)
  return {
    protocol,
    src,
    srcPort,
    dst,
    dstPort,
    tcpFlags: protocol === TCP ? tcpFlags : 0,
    ttl: 64,
    ipBytes: 40,
    outerSrc: 0,
    outerDst: 0,
  }
}
