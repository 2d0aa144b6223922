// The whole table: all models of calibration.json, and how sure each interval must be so that all
// of them together hold the truth with 99.9 %, whichever part of it is run.
import { bonferroni } from './judge.ts'
import { queueingModels, type Model } from './models.ts'
import { spreadModels } from './spread.ts'

/** Those with loads of 0.99 only on request: they take hours. */
export function wholeTable(isHeavy: boolean): Model<unknown>[] {
  return [...queueingModels(isHeavy), ...spreadModels()] as Model<unknown>[]
}

export const CONFIDENCE = bonferroni(
  0.999,
  wholeTable(true).reduce((sum, { cells }) => sum + cells.length, 0),
)
