// What a choice costs, by scheduler and number of servers: processor time for each call of a
// scheduler whose servers have weights and loads of all sizes, for many clients and addresses.
import { TCP } from '../../src/ipvs/headers.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import { SCHEDULER_NAMES } from '../../src/ipvs/schedulers/index.ts'
import type { Flow, Scheduler } from '../../src/ipvs/service.ts'
import { ipv4 } from '../../src/wire/address.ts'

export interface SchedulerCost {
  scheduler: string
  servers: number
  nsPerChoice: number
}

const SIZES = [10, 100, 1000]
const BATCH = 2_000
const BATCHES_MOST = 4_000
const FLOWS = 4_096
const WARM_BATCHES = 5

/** Every scheduler with every number of servers; `seconds` of processor time for each. */
export function* schedulerCosts(seconds: number): Generator<SchedulerCost> {
  for (const scheduler of SCHEDULER_NAMES) {
    for (const servers of SIZES) {
      yield { scheduler, servers, nsPerChoice: costOf(schedulerOf(scheduler, servers), seconds) }
    }
  }
}

function schedulerOf(name: string, servers: number): Scheduler {
  let state = 1
  const random = (): number => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  const ipvs = new Ipvs({
    ...{ tableSize: 4096, kernel: '6.1' as const, timers: { expireAt: () => {} }, random },
    routes: { generation: 0, find: () => null },
  })
  const service = ipvs.addService({ protocol: TCP, address: 1, port: 80, scheduler: name })
  for (let index = 0; index < servers; index++) {
    const destination = ipvs.addDestination(service, {
      ...{ address: ipv4(0x0a000001 + index), port: 80, weight: 1 + (random() >>> 29) },
      forwarding: 'dr',
    })
    destination.activeConnections = random() >>> 28
    destination.totalConnections = destination.activeConnections + (random() >>> 26)
  }
  return service.scheduler
}

/** The median of batches, ns. */
function costOf(scheduler: Scheduler, seconds: number): number {
  const flows = Array.from({ length: FLOWS }, (_, index): Flow => {
    const src = ipv4(0x0b000000 + Math.imul(index, 7919))
    return { protocol: TCP, src, srcPort: 1024 + index, dst: ipv4(0x0c000000 + index), dstPort: 80 }
  })
  for (let batch = 0; batch < WARM_BATCHES; batch++) choose(scheduler, flows, batch)
  const costs: number[] = []
  let spent = 0
  while (spent < seconds * 1e6 && costs.length < BATCHES_MOST) {
    const before = process.cpuUsage().user
    choose(scheduler, flows, costs.length)
    const micros = process.cpuUsage().user - before
    costs.push(micros)
    spent += micros
  }
  costs.sort((a, b) => a - b)
  return (costs[costs.length >> 1]! * 1000) / BATCH
}

function choose(scheduler: Scheduler, flows: readonly Flow[], batch: number): void {
  for (let i = 0; i < BATCH; i++) scheduler.schedule(flows[(batch * BATCH + i) % FLOWS]!, 0)
}
