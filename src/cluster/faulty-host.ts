// What can befall a host: the words in which faults of a scenario speak to real servers and
// directors. Each fault ends by its opposite, and no two of one host are in force at once but
// slowness, which the scenario's checks see to.
import type { Time } from '../kernel/time.ts'

export interface FaultyHost {
  /** Crashes: nothing of what it knew remains. */
  crash(now: Time): void
  /** Is back after a crash, as after a boot. */
  boot(now: Time): void
  /** Stands still: takes nothing and sends nothing. */
  hang(now: Time): void
  /** Goes on where it was. */
  resume(now: Time): void
}
