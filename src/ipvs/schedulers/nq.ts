// Never queue (spec 2.6): the first idle destination of the list at once, whatever its weight;
// otherwise as sed.
import { isUsable, type Destination, type Scheduler, type Service } from '../service.ts'
import { isLessLoaded } from './overhead.ts'
import { expectedDelay } from './sed.ts'

export function nq(service: Service): Scheduler {
  return {
    schedule() {
      let least: Destination | null = null
      for (const candidate of service.destinations) {
        if (!isUsable(candidate)) continue
        if (candidate.activeConnections === 0) return candidate
        if (least === null || isLessLoaded(candidate, least, expectedDelay)) least = candidate
      }
      return least
    },
  }
}
