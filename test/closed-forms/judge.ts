// A model's cells judged: as many customers as make every interval narrow enough, guessed from
// pilot runs with streams of their own; then independent replications, and the interval over them,
// sharpened by what is known of each. An interval that is too wide after all is thrown away,
// whatever it says, and more are taken.
import { studentT } from '../../src/measure/statistics.ts'
import { boundsOf, controlled } from './controlled.ts'
import type { Model } from './models.ts'

/** Fewer make Student's t long at such a confidence: 30 need half as many customers again. */
export const REPLICATIONS = 120
const PILOTS = 60
/** The pilots' spread is itself a guess: so much is added to what it asks for. */
const MARGIN = 1.3
const LEAST_SETTLING = 0.1
/** How often it may turn out to have been too few. */
const MOST_ROUNDS = 5

export interface Judged {
  model: string
  id: string
  truth: number
  mean: number
  low: number
  high: number
  /** Half the width of the interval, as a share of the mean, and how much it may be. */
  halfWidth: number
  mostHalfWidth: number
  customers: number
  ok: boolean
}

/** Confidence of each interval when all of `cells` together are to have `confidence`. */
export function bonferroni(confidence: number, cells: number): number {
  return 1 - (1 - confidence) / cells
}

/** `customersAtFirst` are those of a replication of the first round. */
export function judge<Result>(
  model: Model<Result>,
  confidence: number,
  customersAtFirst: number = customersFor(model, confidence),
): Judged[] {
  let customers = customersAtFirst
  for (let round = 1; ; round++) {
    const judged = run(model, customers, confidence)
    const widest = Math.max(...judged.map((cell) => cell.halfWidth / cell.mostHalfWidth))
    if (widest <= 1 || round === MOST_ROUNDS) return judged
    customers = Math.ceil(customers * MARGIN * widest * widest)
  }
}

/** Other customers are other streams: what was too wide is not looked at again. */
function run<Result>(model: Model<Result>, customers: number, confidence: number): Judged[] {
  const results = Array.from({ length: REPLICATIONS }, (_, replication) =>
    model.simulate(
      customers,
      `${model.name}/${customers}/${replication}`,
      settlingOf(model, customers),
    ),
  )
  return model.cells.map(({ id, truth, read, halfWidth: mostHalfWidth, step }) => {
    const found = controlled(results.map(read), results.map(model.controls))
    const { mean } = found
    const { low, high } = boundsOf(found, confidence)
    const halfWidth = (high - low) / 2 / mean
    const isInside = low * (1 - step) <= truth && truth <= high * (1 + step)
    const ok = isInside && halfWidth <= mostHalfWidth
    const measured = {
      mean,
      low,
      high,
      halfWidth,
      mostHalfWidth,
      customers,
    }
    return { model: model.name, id, truth, ...measured, ok }
  })
}

/** Share of the customers that is not counted. */
function settlingOf<Result>({ settled }: Model<Result>, customers: number): number {
  return Math.max(LEAST_SETTLING, settled / customers)
}

/** Of each replication; the variance of a mean falls as they grow. */
export function customersFor<Result>(model: Model<Result>, confidence: number): number {
  const { cells, pilot } = model
  const results = Array.from({ length: PILOTS }, (_, index) =>
    model.simulate(pilot, `${model.name}/pilot ${index}`, settlingOf(model, pilot)),
  )
  const quantile = studentT((1 + confidence) / 2, REPLICATIONS - 3)
  const factors = cells.map(({ read, halfWidth }) => {
    const { mean, standardError } = controlled(results.map(read), results.map(model.controls))
    const deviation = (standardError * Math.sqrt(PILOTS)) / mean
    return (quantile * deviation) / Math.sqrt(REPLICATIONS) / halfWidth
  })
  const most = Math.max(...factors)
  return Math.ceil(pilot * Math.max(1, MARGIN * most * most))
}
