// Shortest expected delay (spec 2.5): the least (active + 1) / weight; inactive connections do not
// count.
import type { Destination, Scheduler, Service } from '../service.ts'
import { leastLoaded } from './overhead.ts'

export function sed(service: Service): Scheduler {
  return { schedule: () => leastLoaded(service, expectedDelay) }
}

/** The connection to come counts already, so an idle service chooses its heaviest destination. */
export function expectedDelay(destination: Destination): number {
  return destination.activeConnections + 1
}
