// What a point of a sweep came to: plain data, for tables.
import type { Summary } from './summary.ts'

/** A varied value twice: as a scenario writes it, and in base units; null for what is no number. */
export interface PointValue {
  text: string
  number: number | null
}

export interface PointOutcome {
  /** 0, 1, ... in the order of the plan. */
  point: number
  values: PointValue[]
  /** 'incomplete': a limit stopped it. 'missing': nobody has run it, or not to its end. */
  status: 'done' | 'incomplete' | 'failed' | 'missing'
  /** Why it failed. */
  reason: string | null
  /** Of those that are done or incomplete. */
  summary: Summary | null
}
