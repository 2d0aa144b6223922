// Which kind of workers a real server has.
import { ManyCores } from './many-cores.ts'
import { OwnCores } from './own-cores.ts'
import { SharedCores } from './shared-cores.ts'
import type { Workers } from './workers.ts'

/** Up to so many cores, looking at each is quicker than a tournament (measured). */
const FEW = 16

export function staffOf(workers: number, cores: number): Workers {
  if (workers > cores) return new SharedCores(cores)
  return workers > FEW ? new ManyCores(workers) : new OwnCores(workers)
}
