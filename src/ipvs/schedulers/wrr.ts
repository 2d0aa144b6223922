// Weighted round robin (spec 2.2): rounds over the list at falling levels of weight; whoever weighs
// at least the level is served in it. Heavy servers get their extra turns in a row, and a service
// that was built one destination at a time starts with a plain round, because its level began at 1.
import type { Destination, Scheduler, Service } from '../service.ts'
import { commonDivisor } from './divisor.ts'

class WeightedRounds implements Scheduler {
  private readonly service: Service
  /** Index of the element chosen last, -1 before the first. */
  private position = -1
  private level: number
  private top = 0
  private step = 1

  constructor(service: Service) {
    this.service = service
    this.measure()
    this.level = this.top
  }

  schedule(): Destination | null {
    if (this.top === 0) return null
    const { destinations } = this.service
    const start = this.position
    let stopAt = -1
    let isLastPass = false
    let hasRestarted = false
    for (;;) {
      while (++this.position < destinations.length) {
        const candidate = destinations[this.position]!
        if (!candidate.overloaded && candidate.weight >= this.level) return candidate
        if (this.position === stopAt) return null
      }
      this.position = -1
      this.level -= this.step
      if (this.level <= 0) {
        this.level = this.top
        if (isLastPass || start === -1) return null
        hasRestarted = true
      }
      isLastPass = this.level <= this.step
      if (isLastPass && hasRestarted) stopAt = start
    }
  }

  destinationAdded(): void {
    this.recompute()
  }

  destinationRemoved(): void {
    this.recompute()
  }

  destinationUpdated(): void {
    this.recompute()
  }

  /** Any change goes back to the head of the list, but keeps the level where it can. */
  private recompute(): void {
    this.position = -1
    this.measure()
    const { step, top } = this
    if (this.level > top || this.level === 0) this.level = top
    else if (step > 1) this.level = Math.floor(this.level / step) * step + 1
  }

  /** Levels run from the greatest weight less (step - 1) down to 1. */
  private measure(): void {
    const weights = this.service.destinations.map((destination) => destination.weight)
    this.step = commonDivisor(weights) || 1
    this.top = Math.max(0, ...weights) - (this.step - 1)
  }
}

export function wrr(service: Service): Scheduler {
  return new WeightedRounds(service)
}
