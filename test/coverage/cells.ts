// How often nominal 95 % intervals hold the truth: a cell for each model, way of making intervals
// and quantity.
import { simulate } from '../../src/study/simulate.ts'
import { MODELS, scenarioOf, truthOf, wayOf, type Model } from './models.ts'

export interface Cell {
  model: string
  way: string
  quantity: 'mean' | 'p99' | 'jain'
  seeds: number
  covered: number
  /** Mean half-width as a share of the truth (for jain of 1 minus it). */
  width: number
}

/** Five runs, or one that is five times as long: the same number of requests. */
export const WAYS = [
  { name: '5 replications', runs: 1, replications: 5 },
  { name: 'one run', runs: 5, replications: 1 },
] as const

/** The cells of those models, one after the other. */
export async function* cellsOver(
  seeds: number,
  models: readonly Model[] = MODELS,
): AsyncGenerator<Cell, void, undefined> {
  for (const model of models) {
    for (const way of WAYS) yield* await cellsOf(model, way, seeds)
  }
}

async function cellsOf(
  model: Model,
  { name, runs, replications }: (typeof WAYS)[number],
  seeds: number,
): Promise<Cell[]> {
  const truth = truthOf(model, await wayOf(model))
  const scenario = scenarioOf(model, runs * model.milliseconds, replications)
  const cells = new Map<string, Cell>()
  for (let seed = 1; seed <= seeds; seed++) {
    scenario.seed = `coverage/${model.name}/${name}/${seed}`
    const { summary } = await simulate(scenario, { version: '0', workers: 1 })
    const { latency, fairness } = summary!.services['web']!
    const { jain, servers } = fairness['steady']!
    const requests = servers.reduce((sum, server) => sum + server.requests, 0)
    const known = [
      { quantity: 'mean', is: truth.mean, measured: latency['steady']!.mean },
      { quantity: 'p99', is: truth.p99, measured: latency['steady']!.p99 },
      { quantity: 'jain', is: truth.jain(requests), measured: jain },
    ] as const
    for (const { quantity, is, measured } of known) {
      if (is === null) continue
      const empty: Cell = { model: model.name, way: name, quantity, seeds, covered: 0, width: 0 }
      const cell = cells.get(quantity) ?? empty
      const { low, high } = measured
      if (low! <= is && is <= high!) cell.covered++
      cell.width += (high! - low!) / 2 / (quantity === 'jain' ? 1 - is : is) / seeds
      cells.set(quantity, cell)
    }
  }
  return [...cells.values()]
}

export function lineOf({ model, way, quantity, seeds, covered, width }: Cell): string {
  const share = `${((100 * covered) / seeds).toFixed(1)} %`
  return (
    `${model.padEnd(12)} ${way.padEnd(15)} ${quantity.padEnd(5)} ${share.padStart(7)}  ` +
    `of ${seeds}, half-width ${(100 * width).toFixed(2)} % of the truth`
  )
}
