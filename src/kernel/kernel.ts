// The simulation kernel: elements with one alarm each, woken in the order of time and, at equal
// times, of their place. A queue that is first in first out costs one alarm however long it is
// (htsim's idea).
import { Agenda } from './agenda.ts'
import { NEVER, type Time } from './time.ts'
import { WakeTree } from './wake-tree.ts'

/** Something that acts at a time of its own. `wake` must move its alarm. */
export interface Element {
  wake(now: Time): void
}

/** The one alarm of an element. */
export class Alarm {
  private readonly tree: WakeTree
  private readonly leaf: number

  constructor(tree: WakeTree) {
    this.tree = tree
    this.leaf = tree.add()
  }

  get at(): Time {
    return this.tree.timeOf(this.leaf)
  }

  set(at: Time): void {
    this.tree.set(this.leaf, at)
  }

  clear(): void {
    this.tree.set(this.leaf, NEVER)
  }
}

/** Runs elements in the order of their alarms. The agenda has the first place: it wins ties. */
export class Kernel {
  /** Time of the event that fires, or to which the kernel has run. */
  now: Time = 0
  /** Wake-ups so far. */
  events = 0
  readonly agenda: Agenda = new Agenda()
  private readonly tree = new WakeTree(NEVER)
  private readonly elements: Element[] = []

  constructor() {
    this.agenda.alarm = this.add(this.agenda)
  }

  /** Gives the element its place and its alarm. */
  add(element: Element): Alarm {
    this.elements.push(element)
    return new Alarm(this.tree)
  }

  /**
   * Fires everything up to and including `end`, at most `most` events.
   * @returns false when the events ran out first; the kernel then stands at the last one fired.
   */
  runUntil(end: Time, most: number = Infinity): boolean {
    const { tree, elements } = this
    let events = 0
    for (;;) {
      const leaf = tree.first()
      const at = tree.timeOf(leaf)
      if (at > end || at >= NEVER) break
      if (events === most) {
        this.events += events
        return false
      }
      this.now = at
      events++
      elements[leaf]!.wake(at)
    }
    this.events += events
    this.now = end
    return true
  }
}
