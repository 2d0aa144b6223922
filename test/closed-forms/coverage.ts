// How often the 95 % intervals that the product prints hold the true value of a closed form: so
// many experiments of five replications, each with streams of its own.
import type { Model } from './models.ts'

/** What a user gets who asks for nothing else. */
const REPLICATIONS = 5

export interface Coverage {
  model: string
  id: string
  seeds: number
  covered: number
  /** Intervals that lie below the truth; the other misses lie above it. */
  below: number
  /** Mean half-width as a share of the truth. */
  halfWidth: number
  customers: number
}

export function coverageOf<Result>(model: Model<Result>, seeds: number): Coverage[] {
  const { customers, settling } = model.trial!
  const cells = model.cells.map(({ id }): Coverage => {
    return { model: model.name, id, seeds, covered: 0, below: 0, halfWidth: 0, customers }
  })
  for (let seed = 1; seed <= seeds; seed++) {
    const results = Array.from({ length: REPLICATIONS }, (_, replication) =>
      model.simulate(customers, `${model.name}/coverage ${seed}/${replication}`, settling),
    )
    model.cells.forEach(({ truth, print }, index) => {
      const { low, high } = print(results)
      const cell = cells[index]!
      if (low! <= truth && truth <= high!) cell.covered++
      else if (high! < truth) cell.below++
      cell.halfWidth += (high! - low!) / 2 / truth / seeds
    })
  }
  return cells
}

/** 93 to 97 %; with less than a thousand seeds four standard errors of chance are allowed. */
export function isInRange({ covered, seeds }: Coverage): boolean {
  const slack = seeds >= 1000 ? 0 : 4 * Math.sqrt((0.95 * 0.05) / seeds)
  const share = covered / seeds
  return share >= 0.93 - slack && share <= Math.min(1, 0.97 + slack)
}
