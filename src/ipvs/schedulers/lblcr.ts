// Locality-based least connection with replication (spec 2.14): an address has a set of servers,
// which grows when all of them are crowded and shrinks again when it has been left alone.
import {
  isUsable,
  type Destination,
  type Scheduler,
  type SchedulerContext,
  type Service,
} from '../service.ts'
import { AddressCache } from './address-cache.ts'
import { isCrowded } from './lblc.ts'
import { connectionOverhead, isLessLoaded, leastLoaded, type Overhead } from './overhead.ts'

interface Entry {
  lastUse: number
  lastChange: number
  /** Newest first. */
  members: Destination[]
}

export function lblcr(service: Service, context: SchedulerContext): Scheduler {
  const overhead = connectionOverhead(service)
  const cache = new AddressCache<Entry>(service.kernel, context, 'lblcr', forget)
  return {
    schedule(flow, now) {
      const entry = cache.get(flow.dst)
      if (entry !== undefined) {
        entry.lastUse = now
        const best = leastLoadedMember(entry.members, overhead)
        const isOld = now > entry.lastChange + cache.expirationPs
        if (entry.members.length > 1 && isOld) {
          leave(entry, mostLoadedMember(entry.members, overhead))
          entry.lastChange = now
        }
        if (best !== null && !isCrowded(best, service)) return best
      }
      const least = leastLoaded(service, overhead)
      if (least === null) return null
      if (entry !== undefined) {
        if (!entry.members.includes(least)) join(entry, least, now)
      } else if (cache.hasRoom) {
        const fresh = { lastUse: now, lastChange: now, members: [] }
        join(fresh, least, now)
        cache.set(flow.dst, fresh)
      }
      return least
    },
    unbound: () => cache.clear(),
  }
}

function join(entry: Entry, destination: Destination, now: number): void {
  entry.members.unshift(destination)
  entry.lastChange = now
  destination.cacheReferences++
}

function leave(entry: Entry, destination: Destination | null): void {
  if (destination === null) return
  entry.members.splice(entry.members.indexOf(destination), 1)
  destination.cacheReferences--
}

function forget({ members }: Entry): void {
  for (const member of members) member.cacheReferences--
}

function leastLoadedMember(
  members: readonly Destination[],
  overhead: Overhead,
): Destination | null {
  let least: Destination | null = null
  for (const member of members) {
    if (!member.available || !isUsable(member)) continue
    if (least === null || isLessLoaded(member, least, overhead)) least = member
  }
  return least
}

/** Overloaded and removed ones count here, too. */
function mostLoadedMember(members: readonly Destination[], overhead: Overhead): Destination | null {
  let most: Destination | null = null
  for (const member of members) {
    if (member.weight <= 0) continue
    if (most === null || isLessLoaded(most, member, overhead)) most = member
  }
  return most
}
