// Overflow (spec 2.8): the heaviest server gets everything until its active connections exceed its
// weight, then the next heaviest. A server whose connections just equal its weight still takes one.
import type { Scheduler, Service } from '../service.ts'
import { heaviest } from './overhead.ts'

export function ovf(service: Service): Scheduler {
  return {
    schedule: () =>
      heaviest(service, ({ activeConnections, weight }) => activeConnections <= weight),
  }
}
