// Locality-based least connection (spec 2.13), made for caches: an address keeps its server until
// that server is crowded while another is half empty.
import {
  type Destination,
  type Scheduler,
  type SchedulerContext,
  type Service,
} from '../service.ts'
import { AddressCache } from './address-cache.ts'
import { connectionOverhead, leastLoaded } from './overhead.ts'

interface Entry {
  lastUse: number
  destination: Destination
}

export function lblc(service: Service, context: SchedulerContext): Scheduler {
  const overhead = connectionOverhead(service)
  const cache = new AddressCache<Entry>(service.kernel, context, 'lblc', forget)
  return {
    schedule(flow, now) {
      const entry = cache.get(flow.dst)
      if (entry !== undefined) {
        entry.lastUse = now
        const { destination } = entry
        const isFit = destination.available && destination.weight > 0
        if (isFit && !isCrowded(destination, service)) return destination
      }
      const least = leastLoaded(service, overhead)
      if (least === null || entry?.destination === least) return least
      if (entry !== undefined) cache.remove(flow.dst)
      if (cache.hasRoom) {
        least.cacheReferences++
        cache.set(flow.dst, { lastUse: now, destination: least })
      }
      return least
    },
    unbound: () => cache.clear(),
  }
}

function forget({ destination }: Entry): void {
  destination.cacheReferences--
}

/** It has more active connections than weight, and somebody has less than half of theirs. */
export function isCrowded(destination: Destination, { destinations }: Service): boolean {
  if (destination.activeConnections <= destination.weight) return false
  return destinations.some(({ activeConnections, weight }) => 2 * activeConnections < weight)
}
