// The connection limits of a destination (spec 1.6). The overload flag goes up when the total of
// connections reaches the upper threshold and down when it falls below the lower one; only
// scheduling looks at it. The 2026 rework made the rule edge-triggered; `classic` is the
// level-triggered one of the kernels before.
import type { Destination, Kernel } from './service.ts'

/** The lower threshold in force: three quarters of the upper one, rounded up, unless configured. */
export function clearingThreshold(destination: Destination): number {
  const { upperThreshold, lowerThreshold } = destination
  return lowerThreshold !== 0 ? lowerThreshold : upperThreshold - (upperThreshold >>> 2)
}

/** A connection was bound; the total counts it already. */
export function afterBind(destination: Destination, kernel: Kernel): void {
  const { totalConnections: total, upperThreshold: upper } = destination
  if (upper === 0) return
  if (kernel === 'classic' ? total >= upper : total === upper) destination.overloaded = true
}

/** A connection was unbound; the total no longer counts it. */
export function afterUnbind(destination: Destination, kernel: Kernel): void {
  const { totalConnections: total, upperThreshold: upper, lowerThreshold: lower } = destination
  if (kernel === 'classic') {
    if (lower !== 0 ? total < lower : 4 * total < 3 * upper) destination.overloaded = false
  } else if (total + 1 === clearingThreshold(destination)) {
    destination.overloaded = false
  }
}

/** Stores the thresholds of an add or an edit; unchanged ones do not touch the flag. */
export function setThresholds(
  destination: Destination,
  upper: number,
  lower: number,
  kernel: Kernel,
): void {
  const { upperThreshold: oldUpper, totalConnections: total } = destination
  if (oldUpper === upper && destination.lowerThreshold === lower) return
  destination.upperThreshold = upper
  destination.lowerThreshold = lower
  if (kernel === 'classic') {
    if (upper === 0 || upper > oldUpper) destination.overloaded = false
  } else if (upper === 0) {
    destination.overloaded = false
  } else if (total >= upper) {
    destination.overloaded = true
  } else if (total < clearingThreshold(destination)) {
    destination.overloaded = false
  }
}
