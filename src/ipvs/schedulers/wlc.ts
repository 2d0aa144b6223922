// Weighted least connection (spec 2.4): the least overhead per unit of weight wins. An idle service
// gives its first connection to the newest destination, not to the heaviest: nothing is nothing at
// any weight.
import type { Scheduler, Service } from '../service.ts'
import { connectionOverhead, leastLoaded } from './overhead.ts'

export function wlc(service: Service): Scheduler {
  const overhead = connectionOverhead(service)
  return { schedule: () => leastLoaded(service, overhead) }
}
