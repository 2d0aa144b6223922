// Least connection (spec 2.3): the smallest overhead wins, weights count only as zero or not.
import { isUsable, type Destination, type Scheduler, type Service } from '../service.ts'
import { connectionOverhead } from './overhead.ts'

export function lc(service: Service): Scheduler {
  const overhead = connectionOverhead(service)
  return {
    schedule() {
      let least: Destination | null = null
      let leastOverhead = Infinity
      for (const candidate of service.destinations) {
        if (!isUsable(candidate)) continue
        const load = overhead(candidate)
        if (load >= leastOverhead) continue
        least = candidate
        leastOverhead = load
      }
      return least
    },
  }
}
