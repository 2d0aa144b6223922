// How often the 95 % intervals that the product prints hold the true value of a closed form: so
// many experiments of five replications, each with streams of its own.
import type { Model } from './models.ts'

/** What a user gets who asks for nothing else. */
const REPLICATIONS = 5
const NOMINAL = 0.95
const [LEAST, MOST] = [0.93, 0.97]

export interface Coverage {
  model: string
  id: string
  firstSeed: number
  seeds: number
  covered: number
  /** Intervals that lie below the truth; the other misses lie above it. */
  below: number
  /** Mean half-width as a share of the truth. */
  halfWidth: number
  customers: number
}

export function coverageOf<Result>(model: Model<Result>, seeds: number, firstSeed = 1): Coverage[] {
  const { customers, settling } = model.trial!
  const cells = model.cells.map(({ id }): Coverage => {
    const none = { covered: 0, below: 0, halfWidth: 0 }
    return { model: model.name, id, firstSeed, seeds, ...none, customers }
  })
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
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

/** A cell that lay outside has been tried with as many seeds again. */
export interface Tried {
  first: Coverage
  again: Coverage | null
}

/**
 * Of many cells some leave the range by chance (`chanceOutside`): those are tried again, with the
 * seeds that follow. What counts is the share over all seeds, so nothing is forgiven by the second.
 */
export function tryOut<Result>(model: Model<Result>, seeds: number): Tried[] {
  const first = coverageOf(model, seeds)
  const outside = model.cells.filter((_, index) => !isInRange(first[index]!))
  const again =
    outside.length === 0 ? [] : coverageOf({ ...model, cells: outside }, seeds, seeds + 1)
  return first.map((cell) => ({
    first: cell,
    again: again.find(({ id }) => id === cell.id) ?? null,
  }))
}

/** Over all seeds that were tried. */
export function together({ first, again }: Tried): Pick<Coverage, 'covered' | 'seeds'> {
  return {
    covered: first.covered + (again?.covered ?? 0),
    seeds: first.seeds + (again?.seeds ?? 0),
  }
}

/** 93 to 97 %; with less than a thousand seeds four standard errors of chance are allowed. */
export function isInRange({ covered, seeds }: Pick<Coverage, 'covered' | 'seeds'>): boolean {
  const [least, most] = rangeOf(seeds)
  const share = covered / seeds
  return share >= least && share <= most
}

function rangeOf(seeds: number): [least: number, most: number] {
  const slack = seeds >= 1000 ? 0 : 4 * Math.sqrt((NOMINAL * (1 - NOMINAL)) / seeds)
  return [LEAST - slack, Math.min(1, MOST + slack)]
}

/** How likely a cell lies outside whose intervals hold the truth in 95 % of all tries. */
export function chanceOutside(seeds: number): number {
  const missed = 1 - NOMINAL
  let chance = 0
  let logOfThis = seeds * Math.log(NOMINAL)
  for (let misses = 0; misses <= seeds; misses++) {
    if (!isInRange({ covered: seeds - misses, seeds })) chance += Math.exp(logOfThis)
    logOfThis += Math.log(((seeds - misses) / (misses + 1)) * (missed / NOMINAL))
  }
  return chance
}

/** Wilson's 95 % interval of the share of all tries that a method covers. */
export function boundsOf({ covered, seeds }: Pick<Coverage, 'covered' | 'seeds'>): {
  low: number
  high: number
} {
  const z = 1.959964
  const share = covered / seeds
  const middle = (share + (z * z) / (2 * seeds)) / (1 + (z * z) / seeds)
  const spread = Math.sqrt((share * (1 - share)) / seeds + (z / (2 * seeds)) ** 2)
  const reach = (z * spread) / (1 + (z * z) / seeds)
  return { low: middle - reach, high: middle + reach }
}
