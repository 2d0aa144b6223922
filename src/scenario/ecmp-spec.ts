// Directors behind equal-cost multi-path, with everything decided.
import type { PathHash } from '../net/multipath.ts'

export interface EcmpSpec {
  /** In the order of their paths. */
  directors: string[]
  /** From when a director falls silent until its path is given up. */
  detectionPs: number
  hash: PathHash
}
