// The files of one point of a sweep: those of any run, with point.json, which says of what plan.
import { resultFiles, type ResultFile } from '../report/files.ts'
import type { Plan } from '../study/plan.ts'
import type { PointRun } from '../study/run-point.ts'
import { POINT, type PointFile } from './sweep-folder.ts'

/** What identifies a plan to a point. */
export type PlanOfPoint = Pick<Plan, 'hash' | 'version'>

export function pointFiles(
  { hash, version }: PlanOfPoint,
  point: number,
  values: Plan['points'][number],
  run: PointRun,
): ResultFile[] {
  const own: PointFile = {
    schema: 'lvs-sim-point/1',
    plan: hash,
    version,
    point,
    values,
    ...(run.status === 'failed' ? { failed: run.reason } : {}),
  }
  const file = { path: POINT, text: `${JSON.stringify(own, null, 2)}\n` }
  return run.status === 'failed' ? [file] : [file, ...resultFiles(run)]
}
