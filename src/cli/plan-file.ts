// plan.json read back from a folder: of which scenario, plan and version the points beside it are.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '../study/plan.ts'
import { fileReason } from './errors.ts'

export const PLAN = 'plan.json'

export class PlanFile {
  readonly plan: Plan

  constructor(plan: Plan) {
    this.plan = plan
  }

  /** In words; null when both are the same. */
  differenceFrom({ name, version, hash }: Plan): string | null {
    const own = this.plan
    if (own.name !== name) return `it is of "${own.name}", not of "${name}"`
    if (own.hash !== hash) return `its plan is ${own.hash}, not ${hash}: the scenario has changed`
    if (own.version !== version) return `it is of lvs-sim ${own.version}, not of ${version}`
    return null
  }
}

/** The plan of a folder, or what is wrong: "holds no plan.json". */
export function readPlan(folder: string): PlanFile | string {
  let text: string
  try {
    text = readFileSync(join(folder, PLAN), 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return `holds no ${PLAN}`
    return `has a ${PLAN} that cannot be read (${fileReason(error)})`
  }
  try {
    const plan = JSON.parse(text) as Partial<Plan>
    const isOurs = plan.schema === 'lvs-sim-plan/1' && Array.isArray(plan.points)
    return isOurs ? new PlanFile(plan as Plan) : `has a ${PLAN} of something else`
  } catch {
    return `has a damaged ${PLAN}`
  }
}
