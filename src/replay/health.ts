// A recording of keepalived's checkers beside ours (golden README): every table that IPVS had, in
// order, and every connection that a server accepted; times within 50 ms or 2 %.
import { Comparison, addTally, noTally, textOf } from './difference.ts'
import { FirstChecks } from './first-checks.ts'
import { HealthPlayer, type Accepted, type TableChange } from './health-player.ts'
import type { DestinationLines } from './outcome.ts'
import {
  arrayAt,
  numberAt,
  objectAt,
  stringAt,
  stringsAt,
  type Recording,
  type Saw,
} from './trace.ts'
import type { StepFailure, Verified } from './verify.ts'

const TOLERANCE_MS = 50
const TOLERANCE = 0.02
/** The recorder looks every 10 ms or so: what lasts less may not have been seen. */
const UNSEEN_MS = 25

interface SeenChange extends TableChange {
  step: number
}

interface SeenAccepted extends Accepted {
  step: number
}

export function verifyHealth({ trace, saw }: Recording): Verified {
  const played = new HealthPlayer(trace, new FirstChecks(saw)).play()
  const comparisons = trace.steps.map(() => new Comparison())
  const lastStep = trace.steps.length - 1
  compareChanges(changesIn(saw), played.changes, lastStep, comparisons)
  const boundaries = trace.steps
    .filter(({ do: kind }) => kind === 'server' || kind === 'signal')
    .map(({ clock }) => clock.begin)
  boundaries.push(trace.steps[lastStep]!.clock.end)
  compareAccepted(acceptedIn(saw), played.accepted, boundaries, comparisons)
  const tally = noTally()
  const failures: StepFailure[] = []
  comparisons.forEach(({ differences, tally: compared }, step) => {
    addTally(tally, compared)
    if (differences.length > 0) failures.push({ step, what: trace.steps[step]!, differences })
  })
  const { name, family, steps } = trace
  return { name, family, steps: steps.length, tally, failures }
}

/** A recording's tables, each when it was first seen; a sleep begins by saying what there is. */
function changesIn(saw: readonly Saw[]): SeenChange[] {
  const changes: SeenChange[] = []
  let before = '{}'
  saw.forEach((each, step) => {
    arrayAt(each['changes'] ?? [], `steps[${step}].saw.changes`).forEach((entry, index) => {
      const place = `steps[${step}].saw.changes[${index}]`
      const { t, dests } = objectAt(entry, place)
      const table = tableAt(dests, `${place}.dests`)
      if (textOf(table) === before) return
      before = textOf(table)
      changes.push({ step, ms: numberAt(t, `${place}.t`), dests: table })
    })
  })
  return changes
}

function tableAt(value: unknown, place: string): DestinationLines {
  return Object.fromEntries(
    Object.entries(objectAt(value, place)).map(([service, rows]) => [
      service,
      stringsAt(rows, `${place}.${service}`),
    ]),
  )
}

function acceptedIn(saw: readonly Saw[]): SeenAccepted[] {
  return saw.flatMap((each, step) =>
    arrayAt(each['checks'] ?? [], `steps[${step}].saw.checks`).map((entry, index) => {
      const place = `steps[${step}].saw.checks[${index}]`
      const [ms, server] = arrayAt(entry, place)
      return { step, ms: numberAt(ms, `${place}[0]`), server: stringAt(server, `${place}[1]`) }
    }),
  )
}

function compareChanges(
  seen: readonly SeenChange[],
  said: readonly TableChange[],
  lastStep: number,
  comparisons: readonly Comparison[],
): void {
  let place = 0
  for (const { step, ms, dests } of seen) {
    const comparison = comparisons[step]!
    comparison.tally.decisions++
    while (place < said.length && isUnseen(said, place, dests)) place++
    const ours = said[place++]
    if (ours === undefined) return comparison.differs('changes', atTime(dests, ms), 'nothing')
    const isSame = textOf(ours.dests) === textOf(dests)
    if (isSame && isNear(ms, ours.ms)) continue
    comparison.differs('changes', atTime(dests, ms), atTime(ours.dests, ours.ms))
    // What follows is out of step.
    if (!isSame) return
  }
  const ours = said[place]
  if (ours !== undefined) {
    comparisons[lastStep]!.differs('changes', 'nothing', atTime(ours.dests, ours.ms))
  }
}

/** Another table that ours had for a moment, before it had the one that was seen. */
function isUnseen(said: readonly TableChange[], place: number, dests: DestinationLines): boolean {
  const [ours, next] = [said[place]!, said[place + 1]]
  if (next === undefined || next.ms - ours.ms > UNSEEN_MS) return false
  return textOf(ours.dests) !== textOf(dests)
}

function atTime(dests: DestinationLines, ms: number): string {
  return `${textOf(dests)} at ${ms.toFixed(1)} ms`
}

/** Per server, in order; one just before its server went or the recording ended may be missing. */
function compareAccepted(
  seen: readonly SeenAccepted[],
  said: readonly Accepted[],
  boundaries: readonly number[],
  comparisons: readonly Comparison[],
): void {
  const isAtBoundary = (ms: number): boolean =>
    boundaries.some((boundary) => Math.abs(boundary - ms) <= TOLERANCE_MS)
  for (const server of new Set([...seen, ...said].map((each) => each.server))) {
    const ours = said.filter((each) => each.server === server)
    for (const { step, ms } of seen.filter((each) => each.server === server)) {
      const comparison = comparisons[step]!
      comparison.tally.decisions++
      while (ours.length > 0 && ours[0]!.ms < ms && !isNear(ms, ours[0]!.ms)) {
        const early = ours.shift()!
        if (isAtBoundary(early.ms)) continue
        comparison.differs(`checks ${server}`, 'nothing', `at ${early.ms.toFixed(1)} ms`)
      }
      const [next] = ours
      if (next !== undefined && isNear(ms, next.ms)) ours.shift()
      else if (!isAtBoundary(ms)) {
        const text = next === undefined ? 'none' : `at ${next.ms.toFixed(1)} ms`
        comparison.differs(`checks ${server}`, `at ${ms.toFixed(1)} ms`, text)
      }
    }
    for (const late of ours) {
      if (isAtBoundary(late.ms)) continue
      comparisons.at(-1)!.differs(`checks ${server}`, 'none', `at ${late.ms.toFixed(1)} ms`)
    }
  }
}

function isNear(recorded: number, ours: number): boolean {
  return Math.abs(recorded - ours) <= Math.max(TOLERANCE_MS, TOLERANCE * recorded)
}
