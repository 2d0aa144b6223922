// Erlang's delay formula (C), and scenarios that are M/M/c: one server with c cores behind a
// director that takes no time worth telling. A set's limit lies between what c cores give and what
// one less gives, far from both, so that chance cannot decide.
import { loadScenario } from '../../src/scenario/load.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

const SERVICE_SECONDS = 100e-6

export interface ErlangSet {
  cores: number
  /** Requests per second, and what they ask of the cores, in cores. */
  rate: number
  load: number
  /** Of the mean time in system, seconds. */
  limit: number
}

/** Probability that a request waits: by the recursion of the loss formula (B). */
export function erlangC(cores: number, load: number): number {
  let blocked = 1
  for (let c = 1; c <= cores; c++) blocked = (load * blocked) / (c + load * blocked)
  return (cores * blocked) / (cores - load * (1 - blocked))
}

/** Mean time in system. */
export function meanTime(cores: number, load: number): number {
  if (load >= cores) return Infinity
  return SERVICE_SECONDS * (1 + erlangC(cores, load) / (cores - load))
}

/** The fewest cores that keep the mean below the limit. */
export function fewestCores({ load, limit }: ErlangSet): number {
  let cores = 1
  while (meanTime(cores, load) > limit) cores++
  return cores
}

/** Twenty loads from less than one core to thirty; limits half-way (geometrically) to one less. */
export function erlangSets(): ErlangSet[] {
  return Array.from({ length: 20 }, (_, index) => {
    const load = 0.6 + 1.5 * index
    let cores = Math.floor(load) + 1
    while (meanTime(cores, load) > 1.6 * SERVICE_SECONDS) cores++
    const fewer = Math.min(meanTime(cores - 1, load), 4 * meanTime(cores, load))
    const limit = Math.sqrt(meanTime(cores, load) * fewer)
    return { cores, load, rate: Math.round(load / SERVICE_SECONDS), limit }
  })
}

/** About 4,000 requests and more with more cores, a tenth of them for settling in. */
export function scenarioOfCores({ rate, limit }: ErlangSet, cores: number): Scenario {
  const seconds = Math.max(0.1, 4000 / rate)
  const document = {
    format: 'lvs-sim/1',
    name: 'erlang',
    extends: 'preset:one-director-10g',
    time: { warmup: `${Math.round(seconds * 100)}ms`, replications: 5 },
    directors: { lb1: { cpu: { cores: 1, perPacket: '1ns' } } },
    realServers: {
      rs: {
        count: 1,
        backlog: 100000,
        cpu: { cores, perRequest: { kind: 'exponential', mean: '100us' } },
      },
    },
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
    workload: {
      phases: [{ name: 'steady', for: `${Math.round(seconds * 1e3)}ms`, rate: `${rate}pps` }],
    },
    thresholds: {
      'web.latency': [{ check: `mean < ${Math.round(limit * 1e9)}ns`, phase: 'steady' }],
    },
  }
  return loadScenario(JSON.stringify(document), { file: 'erlang' }).scenario
}
