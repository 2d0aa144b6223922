// Clusters whose true latency and balance are known in closed form, built of the simulator's own
// clients, director and servers: M/M/1, M/D/1, and four servers behind wlc. Wires are fast and the
// director takes a nanosecond, so that only the servers queue; what the way takes beside that is a
// constant, measured once by a single request.
import { loadScenario } from '../../src/scenario/load.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { simulate } from '../../src/study/simulate.ts'

export const SERVICE_SECONDS = 10e-6
/** Flows of the clusters, placed by wlc in their order: each server gets every fourth. */
const FLOWS = 400
const SERVERS = 4

export interface Model {
  name: string
  /** Constant or exponential service; how many servers; the exponent of Zipf's law of the flows. */
  service: 'exponential' | 'constant'
  servers: number
  zipf: number
  /** Of each server on average. */
  load: number
  /** Of a run: 7,000 requests, or 14,400 to four servers. */
  milliseconds: number
  /** A precision of the mean for which --until needs some twenty of them. */
  until?: string
}

export const MODELS: readonly Model[] = [
  {
    name: 'M/M/1',
    service: 'exponential',
    servers: 1,
    zipf: 0,
    load: 0.7,
    milliseconds: 100,
    until: '3%',
  },
  {
    name: 'M/D/1',
    service: 'constant',
    servers: 1,
    zipf: 0,
    load: 0.7,
    milliseconds: 100,
    until: '1.2%',
  },
  {
    name: 'wlc, even',
    service: 'exponential',
    servers: SERVERS,
    zipf: 0,
    load: 0.6,
    milliseconds: 60,
  },
  {
    name: 'wlc, uneven',
    service: 'exponential',
    servers: SERVERS,
    zipf: 0.3,
    load: 0.6,
    milliseconds: 60,
  },
]

/** A phase of that length after 5 ms of warm-up that are a part of it. */
export function scenarioOf(
  model: Model,
  milliseconds: number,
  replications: number,
  serviceSeconds: number = SERVICE_SECONDS,
): Scenario {
  const { service, servers, zipf, load } = model
  const rate = Math.round((load * servers) / SERVICE_SECONDS)
  const time = `${(serviceSeconds * 1e9).toFixed(3)}ns`
  const kind = service === 'exponential' ? { mean: time } : { value: time }
  const document = {
    format: 'lvs-sim/1',
    name: 'coverage',
    time: { warmup: '5ms', replications },
    links: { lan: { rate: '400Gbps', delay: '1us' } },
    clients: { users: { count: 1, addresses: 1, flows: FLOWS, established: true } },
    directors: { lb1: { cpu: { cores: 1, perPacket: '1ns' }, nics: { eth0: {} } } },
    realServers: {
      rs: {
        count: servers,
        address: '10.0.0.11',
        backlog: 100000,
        cpu: { cores: 1, perRequest: { kind: service, ...kind } },
      },
    },
    services: { web: { vip: '10.0.0.10:53', forwarding: 'dr', scheduler: 'wlc' } },
    workload: {
      from: 'users',
      to: 'web',
      request: '64B',
      response: '64B',
      ...(zipf === 0 ? {} : { popularity: { kind: 'zipf', exponent: zipf } }),
      phases: [{ name: 'steady', for: `${milliseconds}ms`, rate: `${rate}pps` }],
    },
  }
  return loadScenario(JSON.stringify(document), { file: 'coverage' }).scenario
}

/** Quantiles whose intervals are tried. */
export const QUANTILES = { p50: 0.5, p99: 0.99 } as const

export interface Truth {
  mean: number
  quantiles: Record<keyof typeof QUANTILES, number>
  /** Jain's index of a phase with so many requests, on average; null with one server. */
  jain: (requests: number) => number | null
}

/** What theory knows of the model; `way` is the time beside queueing and service, in seconds. */
export function truthOf({ service, servers, zipf, load }: Model, way: number): Truth {
  const shares = sharesOf(servers, zipf)
  const rates = shares.map((share) => (share * load * servers) / SERVICE_SECONDS)
  const means = rates.map((rate) => {
    const own = rate * SERVICE_SECONDS
    const half = service === 'exponential' ? 1 : 0.5
    return SERVICE_SECONDS * (1 + (half * own) / (1 - own))
  })
  const mean = way + shares.reduce((sum, share, i) => sum + share * means[i]!, 0)
  const above = (seconds: number) =>
    shares.reduce((sum, share, i) => {
      const tail = service === 'exponential' ? tailOfMm1 : tailOfMd1
      return sum + share * tail(rates[i]!, seconds)
    }, 0)
  const quantile = (name: keyof typeof QUANTILES) => way + solve(above, 1 - QUANTILES[name])
  const quantiles = { p50: quantile('p50'), p99: quantile('p99') }
  return { mean, quantiles, jain: (requests) => jainOf(shares, requests) }
}

/** Requests to each server: flow i goes to server i mod 4 and has a weight of 1 / (i + 1)^zipf. */
function sharesOf(servers: number, zipf: number): number[] {
  const shares = Array<number>(servers).fill(0)
  for (let flow = 0; flow < FLOWS; flow++) shares[flow % servers]! += (flow + 1) ** -zipf
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}

/** Time in system beyond that: exponential with the rate that is left over. */
function tailOfMm1(rate: number, seconds: number): number {
  return Math.exp(-(1 / SERVICE_SECONDS - rate) * seconds)
}

/** By Erlang (1909): P(W <= t) = (1 - rho) sum (rate (kD - t))^k / k! e^(-rate (kD - t)). */
function tailOfMd1(rate: number, seconds: number): number {
  const wait = seconds - SERVICE_SECONDS
  if (wait < 0) return 1
  let sum = 0
  for (let k = 0; k <= Math.floor(wait / SERVICE_SECONDS); k++) {
    const x = rate * (k * SERVICE_SECONDS - wait)
    let term = Math.exp(-x)
    for (let i = 1; i <= k; i++) term *= x / i
    sum += term
  }
  return 1 - (1 - rate * SERVICE_SECONDS) * sum
}

function solve(above: (seconds: number) => number, wanted: number): number {
  let [low, high] = [0, 100 * SERVICE_SECONDS]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (above(middle) > wanted) low = middle
    else high = middle
  }
  return high
}

/** 1 / (1 + V): V is how uneven the shares are, and what chance adds with so many requests. */
function jainOf(shares: readonly number[], requests: number): number | null {
  const k = shares.length
  if (k === 1) return null
  const uneven = shares.reduce((sum, share) => sum + (k * share - 1) ** 2, 0) / k
  const chance = shares.reduce((sum, share) => sum + (k * share * (1 - share)) / requests, 0)
  return 1 / (1 + uneven + chance)
}

/** What a request takes beside queueing and its 10 us of service. */
export async function wayOf(model: Model): Promise<number> {
  const scenario = scenarioOf({ ...model, service: 'constant' }, 20, 1)
  scenario.workload.arrivals = { kind: 'constant' }
  for (const phase of scenario.workload.phases) phase.fromRate = phase.toRate = 1000
  const { summary } = await simulate(scenario, { version: '0', workers: 1 })
  return summary!.services['web']!.latency['steady']!.max.mean - SERVICE_SECONDS
}
