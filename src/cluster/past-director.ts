// In front of a real server that answers ARP for virtual addresses: counts the packets that come
// for them from anybody but the director. Nothing but the sender's MAC address tells.
import type { Time } from '../kernel/time.ts'
import type { Packet, Port } from '../net/packet.ts'
import type { RealServer } from './real-server.ts'

export class PastDirector implements Port {
  readonly server: RealServer
  packets = 0
  private readonly directorMacs: ReadonlySet<number>

  constructor(server: RealServer, directorMacs: ReadonlySet<number>) {
    this.server = server
    this.directorMacs = directorMacs
  }

  receive(packet: Packet, now: Time): void {
    if (packet.outerDst === 0 && !this.directorMacs.has(packet.srcMac)) this.packets++
    this.server.receive(packet, now)
  }
}
