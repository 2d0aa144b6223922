// What CUBIC remembers of the time since the last loss (RFC 9438, 4.1.2), in segments and seconds.
import type { Time } from '../kernel/time.ts'

export class CubicEpoch {
  /** Window before the last loss, made smaller where others want in (4.7). */
  wMax = 0
  /** The same, not made smaller. */
  wPrior = 0
  /** Window that Reno would have. */
  wEst = 0
  /** Seconds from the start of the epoch to the plateau. */
  k = 0
  startPs: Time = -1

  forget(): void {
    this.wMax = 0
    this.wPrior = 0
    this.startPs = -1
  }
}
