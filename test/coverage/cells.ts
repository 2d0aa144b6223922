// How often nominal 95 % intervals hold the truth: a cell for each model, way of making intervals
// and quantity.
import type { Measured, Summary } from '../../src/measure/summary.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { simulate } from '../../src/study/simulate.ts'
import { readPrecision, simulateUntil, type Precision } from '../../src/study/until.ts'
import { MODELS, QUANTILES, scenarioOf, truthOf, wayOf, type Model, type Truth } from './models.ts'

export interface Cell {
  model: string
  way: string
  quantity: 'mean' | keyof typeof QUANTILES | 'jain'
  /** Seeds whose runs gave an interval at all. */
  told: number
  covered: number
  /** Sum of the half-widths as shares of the truth (for jain of 1 minus it). */
  width: number
}

interface Way {
  name: string
  /** So many times as long as the model says. */
  length: number
  replications: number
  /** Replications are added until the model's precision is reached. */
  until?: true
}

/** Five runs, or one that is five times as long: the same number of requests. */
export const WAYS: readonly Way[] = [
  { name: '5 replications', length: 1, replications: 5 },
  { name: 'one run', length: 5, replications: 1 },
  { name: '--until', length: 1, replications: 1, until: true },
]

/** More replications than any model needs for that. */
const MOST = 200

/** The cells of those models, one after the other. */
export async function* cellsOver(
  seeds: number,
  models: readonly Model[] = MODELS,
  ways: readonly Way[] = WAYS,
): AsyncGenerator<Cell, void, undefined> {
  for (const model of models) {
    const own = ways.filter(({ until }) => until === undefined || model.until !== undefined)
    for (const way of own) yield* await cellsOf(model, way, seeds)
  }
}

async function cellsOf(model: Model, way: Way, seeds: number): Promise<Cell[]> {
  const truth = truthOf(model, await wayOf(model))
  const scenario = scenarioOf(model, way.length * model.milliseconds, way.replications)
  const cells = new Map<string, Cell>()
  for (let seed = 1; seed <= seeds; seed++) {
    scenario.seed = `coverage/${model.name}/${way.name}/${seed}`
    const precision = way.until === true ? model.until : undefined
    const summary = await summaryOf(scenario, precision)
    for (const { quantity, is, measured } of knownOf(truth, summary)) {
      const empty = { model: model.name, way: way.name, quantity, told: 0, covered: 0, width: 0 }
      const cell: Cell = cells.get(quantity) ?? empty
      cells.set(quantity, cell)
      const { low, high } = measured
      if (low === null || high === null) continue
      cell.told++
      if (low <= is && is <= high) cell.covered++
      cell.width += (high - low) / 2 / (quantity === 'jain' ? 1 - is : is)
    }
  }
  return [...cells.values()]
}

async function summaryOf(scenario: Scenario, within: string | undefined): Promise<Summary> {
  const options = { version: '0', workers: 1 }
  if (within === undefined) return (await simulate(scenario, options)).summary!
  const known = { services: ['web'], phases: ['steady'] }
  const precision = readPrecision(`web.latency.mean within ${within}`, known) as Precision
  return (await simulateUntil(scenario, [precision], MOST, options)).summary!
}

interface Known {
  quantity: Cell['quantity']
  is: number
  measured: Measured
}

/** What is known of the model beside what was measured. */
function knownOf(truth: Truth, { services }: Summary): Known[] {
  const { latency, fairness } = services['web']!
  const { jain, servers } = fairness['steady']!
  const times = latency['steady']!
  const requests = servers.reduce((sum, server) => sum + server.requests, 0)
  const index = truth.jain(requests)
  return [
    { quantity: 'mean', is: truth.mean, measured: times.mean },
    ...(Object.keys(QUANTILES) as (keyof typeof QUANTILES)[]).map((quantity) => ({
      quantity,
      is: truth.quantiles[quantity],
      measured: times[quantity],
    })),
    ...(index === null ? [] : [{ quantity: 'jain' as const, is: index, measured: jain }]),
  ]
}

export function lineOf({ model, way, quantity, told, covered, width }: Cell): string {
  const share = `${((100 * covered) / told).toFixed(1)} %`
  return (
    `${model.padEnd(12)} ${way.padEnd(15)} ${quantity.padEnd(5)} ${share.padStart(7)}  ` +
    `of ${told}, half-width ${((100 * width) / told).toFixed(2)} % of the truth`
  )
}
