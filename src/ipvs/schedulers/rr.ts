// Round robin (spec 2.1): the next usable destination after the one chosen last.
import { isUsable, type Scheduler, type Service } from '../service.ts'

/** The position is an index into the list, -1 before its first element. */
export function rr(service: Service): Scheduler {
  let position = -1
  return {
    schedule() {
      const { destinations } = service
      const { length } = destinations
      // The element at the position is the last candidate; from the head every element is tried
      // once.
      for (let step = 1; step <= length; step++) {
        const place = (position + step) % length
        const candidate = destinations[place]!
        if (!isUsable(candidate)) continue
        position = place
        return candidate
      }
      return null
    },
    // The newcomer stands first, so the element at the position moves on by one; the head stays the
    // head.
    destinationAdded() {
      if (position >= 0) position++
    },
    // When the element at the position goes, its predecessor takes over: the next pick is its
    // successor.
    destinationRemoved(_destination, place) {
      if (place <= position) position--
    },
  }
}
