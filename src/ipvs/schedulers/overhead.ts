// How loaded a destination is, and the walk for the least loaded one (spec 2.0): integers
// multiplied crosswise instead of divided, as the kernel must. The products stay exact below 2^53.
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
  return overhead(a) * b.weight < overhead(b) * a.weight
}
