// How requests travel: the client's half and the server's half of one protocol. UDP is one packet
// each way (udp.ts); TCP is a connection of two real ends (tcp-transport.ts).
import type { Time } from '../kernel/time.ts'
import type { Packet, Port, Terminus } from '../net/packet.ts'
import type { Demand } from './demand.ts'
import type { RealServer } from './real-server.ts'

/** What servers and the network know of it. */
export interface ServerSide {
  /** A packet reached a real server, its outer header taken off. */
  atServer(packet: Packet, server: RealServer, now: Time): void
  /** A server has done the work that the packet asked for. */
  answer(packet: Packet, server: RealServer, now: Time): void
  /** A packet was dropped somewhere. */
  lost(packet: Packet, now: Time): void
  /** A server has crashed: it knows no connection any more. */
  forgotten(server: RealServer, now: Time): void
  /** The program of a server has ended: the kernel closes its connections. */
  closed(server: RealServer, now: Time): void
  /** A server that stood still works again. */
  resumed(server: RealServer, now: Time): void
}

export interface Transport extends ServerSide {
  /** Sends one request that means to leave now; over TCP it opens a connection. */
  request(demand: Demand, now: Time): void
  /** A packet reached a client's host. */
  atClient(packet: Packet, now: Time): void
}

/** Where the wires to the hosts of a population end. */
export class ClientPort implements Port {
  private readonly transport: Transport

  constructor(transport: Transport) {
    this.transport = transport
  }

  receive(packet: Packet, now: Time): void {
    this.transport.atClient(packet, now)
  }
}

/**
 * Where the wires to hosts end from which load goes to several services: every packet knows to
 * which population it belongs.
 */
export class SharedClientPort implements Port, Terminus {
  /** By number of the population. */
  private readonly ports: Port[] = []
  private readonly termini: (Terminus | null)[] = []

  join(population: number, port: Port, terminus: Terminus | null): void {
    this.ports[population] = port
    this.termini[population] = terminus
  }

  receive(packet: Packet, now: Time): void {
    this.ports[packet.population]!.receive(packet, now)
  }

  /** Only where all of them can be told ahead of time. */
  arriveAt(packet: Packet, due: Time): void {
    this.termini[packet.population]!.arriveAt(packet, due)
  }
}

/**
 * The transports of all populations as servers see them, and the probes of directors: every packet
 * knows to which it belongs. They are known last, when servers and network stand.
 */
export class Transports implements ServerSide {
  /** By number of the population; numbers that nobody has are passed over. */
  readonly all: ServerSide[] = []

  atServer(packet: Packet, server: RealServer, now: Time): void {
    this.all[packet.population]!.atServer(packet, server, now)
  }

  answer(packet: Packet, server: RealServer, now: Time): void {
    this.all[packet.population]!.answer(packet, server, now)
  }

  lost(packet: Packet, now: Time): void {
    this.all[packet.population]!.lost(packet, now)
  }

  forgotten(server: RealServer, now: Time): void {
    this.all.forEach((each) => each.forgotten(server, now))
  }

  closed(server: RealServer, now: Time): void {
    this.all.forEach((each) => each.closed(server, now))
  }

  resumed(server: RealServer, now: Time): void {
    this.all.forEach((each) => each.resumed(server, now))
  }
}
