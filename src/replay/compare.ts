// One step beside its recording. What the recordings leave undecided is masked by name, here and in
// compare-frames.ts and compare-listings.ts; everything else must be equal.
import { compareFrames } from './compare-frames.ts'
import { compareConnections, compareDestinations, compareListing } from './compare-listings.ts'
import { Comparison } from './difference.ts'
import type { DestinationLines, Outcome } from './outcome.ts'
import { TraceError } from './problem.ts'
import { arrayAt, objectAt, stringAt, stringsAt, type Saw, type Step } from './trace.ts'

/** Times are given, not decided. */
const TIMES = ['t', 't_end', 'at']
/** Belongs to `instead`. */
const NOT_RECORDED = ['uncertain']
/** Compared over the whole recording (compare-sync.ts). */
const ELSEWHERE = ['sync']
/** From the memory of the recording machine. */
const MASKED_SYSCTLS = ['sync_qlen_max']

export function compareStep(
  step: Step,
  saw: Saw,
  outcome: Outcome,
  guePorts: readonly number[],
): Comparison {
  const comparison = new Comparison()
  for (const key of new Set([...Object.keys(saw), ...Object.keys(outcome)])) {
    if (![...TIMES, ...NOT_RECORDED, ...ELSEWHERE].includes(key))
      compareKey(key, saw, outcome, guePorts, comparison)
  }
  if (step.do === 'packet') comparison.tally.decisions++
  return comparison
}

function compareKey(
  key: string,
  saw: Saw,
  outcome: Outcome,
  guePorts: readonly number[],
  comparison: Comparison,
): void {
  const seen = saw[key]
  switch (key) {
    case 'in':
      // Recordings of decisions alone do not keep bytes.
      if (seen !== undefined) comparison.same('in', seen, outcome.in)
      return
    case 'frames':
      return compareFrames(seen, outcome.frames ?? [], guePorts, comparison)
    case 'conns':
      if (outcome.conns === undefined) break
      return compareConnections(stringsAt(seen, 'conns'), outcome.conns, comparison)
    case 'dests':
      if (outcome.dests === undefined) break
      return compareDestinations(destinationsAt(seen), outcome.dests, comparison)
    case 'show':
      if (outcome.show === undefined) break
      return compareShow(objectAt(seen, 'show'), outcome.show, comparison)
    case 'servers':
      if (outcome.servers === undefined) break
      return compareServers(arrayAt(seen, 'servers'), outcome.servers, comparison)
    case 'instead':
      return compareInstead(objectAt(seen ?? {}, 'instead'), outcome, comparison)
    case 'sysctls':
      return compareSysctls(objectAt(seen, 'sysctls'), outcome.sysctls ?? {}, comparison)
    case 'kernel':
      return compareKernel(objectAt(seen, 'kernel'), outcome.kernel ?? {}, comparison)
    case 'out':
      // What a command has printed: ipvsadm -L and -S are commands, too.
      comparison.tally.listings++
      comparison.same('out', seen, outcome.out)
      return
    default:
      comparison.same(key, seen, (outcome as Record<string, unknown>)[key])
      return
  }
  throw new TraceError(key, 'recorded in a step that does not look at it')
}

function destinationsAt(value: unknown): DestinationLines {
  const table = objectAt(value, 'dests')
  return Object.fromEntries(
    Object.entries(table).map(([service, rows]) => [service, stringsAt(rows, `dests.${service}`)]),
  )
}

function compareShow(
  recorded: Record<string, unknown>,
  said: NonNullable<Outcome['show']>,
  comparison: Comparison,
): void {
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(said)])) {
    const ours = said[name]
    if (recorded[name] === undefined || ours === undefined) {
      comparison.same(`show ${name}`, recorded[name], ours?.early)
    } else {
      compareListing(name, stringAt(recorded[name], `show.${name}`), ours, comparison)
    }
  }
}

function compareServers(
  recorded: unknown[],
  said: (string | null)[],
  comparison: Comparison,
): void {
  comparison.tally.decisions += recorded.length
  if (recorded.length !== said.length) {
    comparison.differs('servers', `${recorded.length} connections`, `${said.length} connections`)
    return
  }
  recorded.forEach((server, place) =>
    comparison.same(`servers[${place}]`, server ?? 'none', said[place] ?? 'none'),
  )
}

/** An error may be missing where the kernel's limit on errors may have swallowed it. */
function compareInstead(
  recorded: Record<string, unknown>,
  { instead = {}, uncertain = [] }: Outcome,
  comparison: Comparison,
): void {
  for (const connection of new Set([...Object.keys(recorded), ...Object.keys(instead)])) {
    const isSwallowed = recorded[connection] === 'nothing' && uncertain.includes(connection)
    if (isSwallowed) continue
    comparison.same(`instead[${connection}]`, recorded[connection], instead[connection])
  }
}

function compareSysctls(
  recorded: Record<string, unknown>,
  said: Record<string, string>,
  comparison: Comparison,
): void {
  comparison.tally.listings++
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(said)])) {
    if (MASKED_SYSCTLS.includes(name) && name in recorded) continue
    comparison.same(`sysctls.${name}`, recorded[name], said[name])
  }
}

/** The day on which a kernel was built is behind its version. */
function compareKernel(
  recorded: Record<string, unknown>,
  said: Record<string, unknown>,
  comparison: Comparison,
): void {
  comparison.tally.listings++
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(said)])) {
    const [kernel, ours] = [recorded[name], said[name]]
    const isVersion = name === 'version' && typeof kernel === 'string'
    if (isVersion && kernel.replace(/ \(\d{4}-\d\d-\d\d\)$/, '') === ours) continue
    comparison.same(`kernel.${name}`, kernel, ours)
  }
}
