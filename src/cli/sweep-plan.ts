// The plan that the command line asks for, and its points as scenarios.
import type { Loaded } from '../scenario/load.ts'
import { ScenarioError, type Problem } from '../scenario/problems.ts'
import { allPoints, planOf, pointsOfShard, settingsOf, type Plan } from '../study/plan.ts'
import type { Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { readInput, type Input, type Kind } from './input.ts'
import { loadInput, tellWarnings } from './load.ts'
import { sweepChanges } from './sweep-vary.ts'
import { version } from './version.ts'

export interface Planned {
  plan: Plan
  /** Those that the command line asks for. */
  points: number[]
  /** A point's scenario; throws what is wrong with it. */
  load: (point: number) => Loaded
}

export async function readPlanned(values: Values, shell: Shell): Promise<Planned> {
  const input = await readInput(values['scenario'] as string, values['as'] as Kind | undefined)
  const options = { ...values, changes: sweepChanges(values) }
  const first = loadInput(input, options)
  const replications = values['replications'] ?? first.document.sweep?.replications
  const settings: Values = { ...options, replications }
  const base = loadInput(input, settings)
  const plan = planOf(base.document, version())
  if (plan === null) {
    throw new UsageError(
      `nothing varies in ${input.file}`,
      'Give it "sweep": { "vary": ... }, or --vary services.web.scheduler=rr,wlc.',
    )
  }
  const planned = {
    plan,
    points: chosenPoints(plan, values),
    load: (point: number) => loadPoint(input, settings, plan, point),
  }
  tellWarnings(base.warnings, values, shell)
  refuseHopeless(planned)
  return planned
}

/** A point's scenario is read from the same text, with its values as if by --set. */
function loadPoint(input: Input, values: Values, plan: Plan, point: number): Loaded {
  const set = [...((values['set'] as string[] | undefined) ?? []), ...settingsOf(plan, point)]
  return loadInput(input, { ...values, set })
}

function chosenPoints(plan: Plan, values: Values): number[] {
  const point = values['point'] as number | undefined
  const shard = values['shard'] as { share: number; of: number } | undefined
  if (point !== undefined && shard !== undefined) {
    throw new UsageError('--point and --shard are two ways to choose points', 'Give one of them.')
  }
  if (shard !== undefined) return pointsOfShard(plan, shard.share, shard.of)
  if (point === undefined) return allPoints(plan)
  const last = plan.points.length - 1
  if (point <= last) return [point]
  throw new UsageError(
    `there is no point ${point}: this plan has 0 to ${last}`,
    '`lvs-sim sweep SCENARIO --list` shows them.',
  )
}

/**
 * A value that is wrong in every point that has it is a mistake in the plan, and told before
 * anything runs. One that is wrong together with some others only makes those points fail.
 */
function refuseHopeless(planned: Planned): void {
  const { plan, load } = planned
  if (plan.mode === 'latin-hypercube') return refuseIfAllFail(planned)
  const right = plan.axes.map(() => new Set<string>())
  const wrong = new Map<string, { axis: number; text: string; problems: readonly Problem[] }>()
  for (const [point, values] of plan.points.entries()) {
    const isKnown = values.every(({ text }, axis) => right[axis]!.has(text))
    if (isKnown) continue
    try {
      load(point)
      values.forEach(({ text }, axis) => right[axis]!.add(text))
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      values.forEach(({ text }, axis) => {
        wrong.set(`${axis} ${text}`, { axis, text, problems: error.problems })
      })
    }
  }
  const hopeless = [...wrong.values()].filter(({ axis, text }) => !right[axis]!.has(text))
  if (hopeless.length === 0) return
  throw new ScenarioError(problemsOf(plan, hopeless))
}

/** Drawn values stand in one point each, so that only all of them together say something. */
function refuseIfAllFail({ plan, load }: Planned): void {
  let first: unknown = null
  for (const point of plan.points.keys()) {
    try {
      load(point)
      return
    } catch (error) {
      first ??= error
    }
  }
  throw first
}

/** Each problem once, as one of what was varied. */
function problemsOf(
  plan: Plan,
  hopeless: readonly { axis: number; text: string; problems: readonly Problem[] }[],
): Problem[] {
  const told = new Map<string, Problem>()
  for (const { axis, text, problems } of hopeless) {
    const own = `${plan.axes[axis]!.path}=${text}`
    for (const problem of problems) {
      if (problem.file === `--set ${own}`) told.set(own, { ...problem, file: `sweep of ${own}` })
      else if (!problem.file.startsWith('--set ')) told.set(problem.message, problem)
    }
  }
  return told.size > 0 ? [...told.values()] : [...hopeless[0]!.problems]
}
