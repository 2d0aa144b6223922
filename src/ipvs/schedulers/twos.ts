// The power of two choices (spec 2.9): two servers drawn at random by weight, and the less loaded
// of them. The reference kernel is built without it, so no recording proves it.
import {
  isUsable,
  type Destination,
  type Scheduler,
  type SchedulerContext,
  type Service,
} from '../service.ts'
import { connectionOverhead } from './overhead.ts'

export function twos(service: Service, { random }: SchedulerContext): Scheduler {
  const overhead = connectionOverhead(service)
  return {
    schedule() {
      let total = 0
      for (const destination of service.destinations) {
        if (isUsable(destination)) total += destination.weight
      }
      if (total === 0) return null
      const first = atWeight(service, drawn(random(), total))
      const second = atWeight(service, drawn(random(), total))
      const isSecondBetter =
        Math.imul(second.weight, overhead(first)) > Math.imul(first.weight, overhead(second))
      return isSecondBetter ? second : first
    },
  }
}

/** A whole number from 0 to `total`, both included: the kernel draws one value too many. */
function drawn(random: number, total: number): number {
  return Math.floor((random / 4_294_967_296) * (total + 1))
}

/** The first server at which the weights so far reach the point. */
function atWeight({ destinations }: Service, point: number): Destination {
  let weight = 0
  let last: Destination | null = null
  for (const destination of destinations) {
    if (!isUsable(destination)) continue
    last = destination
    weight += destination.weight
    if (weight >= point) break
  }
  return last!
}
