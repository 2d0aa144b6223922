// What VRRP instances of a keepalived.conf follow, with everything decided: scripts, files and
// processes, what each weighs, and what a sync group makes of it (spec vrrp.md, 8;
// keepalived-conf.md, 3.1 and 3.2).
import type { Track } from './conf-tracks.ts'
import { allOf, lastOf, numberOf, type Block } from './conf-tree.ts'

/** Something that is followed, and what it weighs where an instance does not say it. */
export interface TrackedSettings {
  name: string
  weight: number
  isReversed: boolean
}

export interface ScriptSettings extends TrackedSettings {
  /** From one run's beginning to the next one's. */
  intervalUs: number
  rise: number
  fall: number
  startsFailed: boolean
}

/** By kind, what is there to be followed. */
export interface TrackedThings {
  scripts: ScriptSettings[]
  files: TrackedSettings[]
  processes: TrackedSettings[]
}

/** What an instance follows, by the names of it. */
export interface Tracks {
  interfaces: Track[]
  scripts: Track[]
  files: Track[]
  processes: Track[]
}

const SECOND_US = 1_000_000
/** Of files and processes. */
const USUAL_WEIGHT = 1

export function trackedThings(root: Block): TrackedThings {
  const files = allOf(root, 'track_file', 'vrrp_track_file')
  return {
    scripts: allOf(root, 'vrrp_script').map(scriptOf),
    files: files.map((block) => thingOf(block, USUAL_WEIGHT)),
    processes: allOf(root, 'vrrp_track_process').map((block) => thingOf(block, USUAL_WEIGHT)),
  }
}

/** Of an instance, or of a sync group; keepalived passes over names that nothing has. */
export function tracksOf(block: Block, { scripts, files, processes }: TrackedThings): Tracks {
  const known = (keyword: string, things: readonly TrackedSettings[]): Track[] =>
    tracksIn(block, keyword).filter((track) => things.some(({ name }) => name === track.name))
  return {
    interfaces: tracksIn(block, 'track_interface'),
    scripts: known('track_script', scripts),
    files: known('track_file', files),
    processes: known('track_process', processes),
  }
}

/**
 * What a member of a sync group follows: its own and the group's. Weights count only with
 * sync_group_tracking_weight: without it interfaces weigh nothing, and whatever else has a weight
 * is not followed.
 */
export function tracksInGroup(
  own: Tracks,
  ofGroup: Tracks,
  things: TrackedThings,
  hasWeights: boolean,
): Tracks {
  const both = <K extends keyof Tracks>(kind: K): Track[] => [...own[kind], ...ofGroup[kind]]
  const kept = (tracks: Track[], known: readonly TrackedSettings[]): Track[] =>
    hasWeights ? tracks : tracks.filter((track) => weightOf(track, known) === 0)
  return {
    interfaces: both('interfaces').map((track) => (hasWeights ? track : { ...track, weight: 0 })),
    scripts: kept(both('scripts'), things.scripts),
    files: kept(both('files'), things.files),
    processes: kept(both('processes'), things.processes),
  }
}

/** What the instance says, else what the thing itself says. */
export function weightOf({ name, weight }: Track, known: readonly TrackedSettings[]): number {
  return weight ?? known.find((thing) => thing.name === name)?.weight ?? 0
}

function tracksIn(block: Block, keyword: string): Track[] {
  return allOf(block, keyword).flatMap(({ statements }) => {
    return statements.map(({ value }) => value as Track)
  })
}

function scriptOf(block: Block): ScriptSettings {
  return {
    ...thingOf(block, 0),
    intervalUs: (numberOf(block, 'interval') ?? 1) * SECOND_US,
    rise: numberOf(block, 'rise') ?? 1,
    fall: numberOf(block, 'fall') ?? 1,
    startsFailed: lastOf(block, 'init_fail') !== undefined,
  }
}

function thingOf(block: Block, usual: number): TrackedSettings {
  const said = lastOf(block, 'weight')?.value as { weight: number; isReversed: boolean } | undefined
  return {
    name: block.value as string,
    weight: said?.weight ?? usual,
    isReversed: said?.isReversed ?? false,
  }
}
