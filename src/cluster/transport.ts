// How requests travel: the client's half and the server's half of one protocol. UDP is one packet
// each way (udp.ts); TCP is a connection of two real ends (tcp-transport.ts).
import type { Time } from '../kernel/time.ts'
import type { Packet } from '../net/packet.ts'
import type { Demand } from './demand.ts'
import type { RealServer } from './real-server.ts'

export interface Transport {
  /** Sends one request that means to leave now; over TCP it opens a connection. */
  request(demand: Demand, now: Time): void
  /** A packet reached a client's host. */
  atClient(packet: Packet, now: Time): void
  /** A packet reached a real server, its outer header taken off. */
  atServer(packet: Packet, server: RealServer, now: Time): void
  /** A server has done the work that the packet asked for. */
  answer(packet: Packet, server: RealServer, now: Time): void
  /** A packet was dropped somewhere. */
  lost(packet: Packet, now: Time): void
}
