// How loaded a destination is, and the walk for the least loaded one (spec 2.0): integers
// multiplied crosswise instead of divided, as the kernel must, in 64 bits.
import { isUsable, type Destination, type Service } from '../service.ts'

export type Overhead = (destination: Destination) => number

/** 257 * active + inactive since the 2026 rework, 256 * active + inactive before. */
export function connectionOverhead(service: Service): Overhead {
  const perActive = service.kernel === 'classic' ? 255 : 256
  return (destination) => perActive * destination.activeConnections + destination.totalConnections
}

/** The least overhead per unit of weight; a tie keeps the earlier one, that is the newer. */
export function leastLoaded(service: Service, overhead: Overhead): Destination | null {
  let least: Destination | null = null
  for (const candidate of service.destinations) {
    if (!isUsable(candidate)) continue
    if (least === null || isLessLoaded(candidate, least, overhead)) least = candidate
  }
  return least
}

/** Compares overhead / weight without dividing. */
export function isLessLoaded(a: Destination, b: Destination, overhead: Overhead): boolean {
  const left = overhead(a) * b.weight
  const right = overhead(b) * a.weight
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left < right
  return BigInt(overhead(a)) * BigInt(b.weight) < BigInt(overhead(b)) * BigInt(a.weight)
}

/** The heaviest of those that pass the test; a tie keeps the earlier one. */
export function heaviest(
  service: Service,
  passes: (destination: Destination) => boolean,
): Destination | null {
  let best: Destination | null = null
  for (const candidate of service.destinations) {
    if (!isUsable(candidate) || !passes(candidate)) continue
    if (best === null || candidate.weight > best.weight) best = candidate
  }
  return best
}
