// What the packets of connections add to the counters of their destination and its service, which
// are counted where the destination is in service (spec 3.9).
import type { Destination } from './service.ts'

/** A client's packet of `ipBytes`. */
export function countIn(destination: Destination | null, ipBytes: number): void {
  if (destination === null || !destination.available) return
  const { counters, service } = destination
  const { counters: total } = service
  counters.inPackets++
  counters.inBytes += ipBytes
  total.inPackets++
  total.inBytes += ipBytes
}

/** A reply that the director has seen, or an error for the client. */
export function countOut(destination: Destination | null, ipBytes: number): void {
  if (destination === null || !destination.available) return
  const { counters, service } = destination
  const { counters: total } = service
  counters.outPackets++
  counters.outBytes += ipBytes
  total.outPackets++
  total.outBytes += ipBytes
}
