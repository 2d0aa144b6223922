// What the forwarding methods change in a packet (spec 5.1 to 5.4), one function each way. The way
// in takes a hop off the TTL; the way out leaves it to ordinary forwarding. Ports change with NAT
// alone.
import { RECORD_SHIFT, SERVER, VIRTUAL, type Connections } from './connections.ts'
import { NAT, TUN, type PacketHeader } from './headers.ts'

/** Towards the server; false when the packet's time to live is over, and it stays as it is. */
export function forwardToServer(
  packet: PacketHeader,
  connections: Connections,
  id: number,
  directorAddress: number,
): boolean {
  if (packet.ttl <= 1) return false
  packet.ttl--
  const method = connections.methodOf(id)
  const server = connections.words[(id << RECORD_SHIFT) + SERVER]!
  if (method === NAT) {
    packet.dst = server
    packet.dstPort = connections.serverPortOf(id)
  } else if (method === TUN) {
    packet.outerSrc = directorAddress
    packet.outerDst = server
  }
  return true
}

/** Towards the client: with NAT the server's packet becomes the virtual service's. */
export function forwardToClient(packet: PacketHeader, connections: Connections, id: number): void {
  if (connections.methodOf(id) !== NAT) return
  packet.src = connections.words[(id << RECORD_SHIFT) + VIRTUAL]!
  packet.srcPort = connections.virtualPortOf(id)
}
