// The plan of a sweep: an ordered list of points, derived from the scenario alone, so that whoever
// runs a part of it anywhere runs the same part. Its hash tells plans apart.
import { assert } from '../assert.ts'
import { Streams } from '../kernel/random.ts'
import { fingerprintOf } from '../measure/fingerprint.ts'
import type { PointValue } from '../measure/point.ts'
import { axisOf, BASE_UNITS, valueAt, type Axis } from '../scenario/axes.ts'
import type { Document } from '../scenario/schema.ts'

export interface Plan {
  schema: 'lvs-sim-plan/1'
  name: string
  /** Of lvs-sim: other versions may give other numbers. */
  version: string
  hash: string
  mode: 'grid' | 'list' | 'latin-hypercube'
  /** What varies, and the unit of its numbers; null for what is no number. */
  axes: { path: string; unit: string | null }[]
  /** Values of each point in the order of the axes. */
  points: PointValue[][]
  /** The scenario around which it varies, all defaults filled in. */
  scenario: Document
}

/** Null when nothing varies. The document is a complete one, whose sweep has been checked. */
export function planOf(document: Document, version: string): Plan | null {
  const { sweep, ...scenario } = document
  const mode = sweep?.mode ?? 'grid'
  const axes = Object.entries(sweep?.vary ?? {}).map(([path, given]) => {
    const axis = axisOf(path, given, mode === 'latin-hypercube')
    assert(typeof axis !== 'string', 'a wrong axis of a sweep was loaded')
    return axis
  })
  if (axes.length === 0) return null
  const points = pointsOf(axes, mode, sweep?.samples ?? 0, document.seed!)
  const named = axes.map(({ path, kind }, index) => ({ path, unit: unitOf(kind, points, index) }))
  const hash = fingerprintOf({ mode, axes: named, points, scenario })
  const head = { schema: 'lvs-sim-plan/1', name: document.name, version, hash, mode } as const
  return { ...head, axes: named, points, scenario }
}

/** '1' for plain numbers. */
function unitOf(kind: Axis['kind'], points: readonly PointValue[][], index: number): string | null {
  if (kind !== null) return BASE_UNITS[kind]
  return points.every((values) => values[index]!.number !== null) ? '1' : null
}

function pointsOf(
  axes: readonly Axis[],
  mode: Plan['mode'],
  samples: number,
  seed: string,
): PointValue[][] {
  if (mode === 'latin-hypercube') return hypercube(axes, samples, seed)
  if (mode === 'grid') {
    return axes.reduce<PointValue[][]>(
      (points, { values }) =>
        points.flatMap((point) => values.map((value): PointValue[] => [...point, value])),
      [[]],
    )
  }
  return axes[0]!.values.map((_, index) => axes.map(({ values }) => values[index]!))
}

/**
 * McKay, Beckman and Conover, "A comparison of three methods for selecting values of input
 * variables" (1979): each axis is cut into as many strata as there are points, every stratum is
 * used once, in an order drawn for each axis from a stream of its own.
 */
function hypercube(axes: readonly Axis[], samples: number, seed: string): PointValue[][] {
  const columns = axes.map((axis) => {
    const stream = new Streams(seed).stream(`sweep/${axis.path}`)
    const strata = Array.from({ length: samples }, (_, index) => index)
    for (let last = samples - 1; last > 0; last--) {
      const other = stream.below(last + 1)
      const moved = strata[last]!
      strata[last] = strata[other]!
      strata[other] = moved
    }
    return strata.map((stratum) => sampleOf(axis, (stratum + stream.uniform()) / samples, samples))
  })
  return Array.from({ length: samples }, (_, index) => columns.map((column) => column[index]!))
}

/** The value at a share of the axis, of as many digits as tell the samples apart. */
function sampleOf({ values, between, kind }: Axis, share: number, samples: number): PointValue {
  if (between === null) return values[Math.floor(share * values.length)]!
  const { from, to, isWhole, like } = between
  if (isWhole) return valueAt(from + Math.floor(share * (to - from + 1)), kind, like)
  const digits = String(samples).length + 3
  return valueAt(Number((from + share * (to - from)).toPrecision(digits)), kind, like)
}

/** What turns the scenario into that point, in the manner of --set. */
export function settingsOf(plan: Plan, point: number): string[] {
  return plan.axes.map(({ path }, index) => `${path}=${plan.points[point]![index]!.text}`)
}

/** Every n-th point, the first of them for share 1: neighbours, which cost alike, are spread. */
export function pointsOfShard(plan: Plan, share: number, of: number): number[] {
  return allPoints(plan).filter((point) => point % of === share - 1)
}

export function allPoints(plan: Plan): number[] {
  return plan.points.map((_, point) => point)
}

/** '007': as many digits as the last one needs, and three at least. */
export function pointName(plan: Plan, point: number): string {
  return String(point).padStart(Math.max(3, String(plan.points.length - 1).length), '0')
}

/** As plan.json has it: one line for each point. */
export function planText(plan: Plan): string {
  const { points, scenario, ...head } = plan
  const lines = points.map((values) => `    ${JSON.stringify(values)}`).join(',\n')
  const before = JSON.stringify({ ...head, points: [] }, null, 2)
  const start = before.slice(0, before.lastIndexOf('[]'))
  const rest = JSON.stringify({ scenario }, null, 2).slice(2)
  return `${start}[\n${lines}\n  ],\n${rest}\n`
}
