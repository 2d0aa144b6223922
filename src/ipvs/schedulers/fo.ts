// Weighted failover (spec 2.7): the heaviest server that is not overloaded gets everything; among
// equals the newest.
import type { Scheduler, Service } from '../service.ts'
import { heaviest } from './overhead.ts'

export function fo(service: Service): Scheduler {
  return { schedule: () => heaviest(service, () => true) }
}
