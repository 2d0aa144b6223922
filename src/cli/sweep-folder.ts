// Where the results of a sweep lie: results/<name>.sweep/ with plan.json, one folder for each point
// and the tables. Every part is written beside its place and renamed, so that it is whole or not
// there; several processes may write points of one plan into one folder.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { Summary } from '../measure/summary.ts'
import { planText, pointName, type Plan } from '../study/plan.ts'
import { ContentError, FileError, fileReason } from './errors.ts'
import { makeFolder } from './make-folder.ts'
import { PLAN, PlanFile, readPlan } from './plan-file.ts'
import type { ResultFile } from './results-folder.ts'

const POINTS = 'points'
const PARTIAL = '.partial-'
export const POINT = 'point.json'

/** What is kept of a point. */
export interface KeptPoint {
  /** Null when it failed. */
  summary: Summary | null
  reason: string | null
}

export class SweepFolder {
  readonly path: string
  readonly plan: Plan
  /** Whether results of another plan or version were put aside. */
  readonly isReplaced: boolean
  private readonly temporary = new Set<string>()

  /**
   * Looks whether the folder can be written, before anything is simulated. With results of another
   * plan or version in it, it is put aside as <path>.before; a folder that others may be writing
   * into is left alone and refused.
   */
  constructor(path: string, plan: Plan, options: { isShared: boolean }) {
    this.path = resolve(path)
    this.plan = plan
    const other = refuseForeign(this.path, plan)
    if (other !== null && options.isShared) {
      const message = `${this.path}${sep} holds another plan: ${other}`
      throw new ContentError(message, 'Name another folder with --out DIR, or move that one away.')
    }
    this.isReplaced = other !== null
    this.guard(() => {
      if (other !== null) {
        const before = `${this.path}.before`
        if (existsSync(before)) refuseForeign(before, plan)
        rmSync(before, { recursive: true, force: true })
        renameSync(this.path, before)
      }
      makeFolder(join(this.path, POINTS))
      if (!existsSync(join(this.path, PLAN))) this.write([{ path: PLAN, text: planText(plan) }])
    })
  }

  /** Files of the folder itself, each renamed into its place. */
  write(files: readonly ResultFile[]): void {
    this.guard(() => {
      const folder = this.makeTemporary()
      for (const { path, text } of files) writeFileSync(join(folder, path), text)
      for (const { path } of files) renameSync(join(folder, path), join(this.path, path))
      this.drop(folder)
    })
  }

  /** The whole folder of a point; takes the place of one that was there. */
  writePoint(point: number, files: readonly ResultFile[]): void {
    this.guard(() => {
      const folder = this.makeTemporary()
      for (const file of files) {
        const path = join(folder, ...file.path.split('/'))
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, file.text)
      }
      this.place(folder, this.folderOf(point))
    })
  }

  folderOf(point: number): string {
    return join(this.path, POINTS, pointName(this.plan, point))
  }

  /** The point, if it was run to an end under this plan; a text says what is wrong with it. */
  read(point: number): KeptPoint | string | null {
    return readPoint(this.folderOf(point), this.plan, point)
  }

  /** Removes what is half-written. Safe at any moment, also from a signal's handler. */
  discard(): void {
    for (const folder of this.temporary) this.drop(folder)
  }

  private place(folder: string, target: string): void {
    for (let attempt = 0; ; attempt++) {
      try {
        rmSync(target, { recursive: true, force: true })
        renameSync(folder, target)
        this.temporary.delete(folder)
        return
      } catch (error) {
        // Somebody else has put the same point there in between.
        const isTaken = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code!)
        if (!isTaken || attempt === 5) throw error
      }
    }
  }

  private makeTemporary(): string {
    const folder = mkdtempSync(join(this.path, PARTIAL))
    this.temporary.add(folder)
    // A temporary folder is made for its owner alone; results are for whoever may read the place.
    chmodSync(folder, 0o777 & ~process.umask())
    return folder
  }

  private drop(folder: string): void {
    rmSync(folder, { recursive: true, force: true })
    this.temporary.delete(folder)
  }

  private guard(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.discard()
      if (error instanceof FileError || error instanceof ContentError) throw error
      throw new FileError(`cannot write results into ${this.path}: ${fileReason(error)}`, RESUME)
    }
  }
}

const RESUME =
  'Points that are whole stay there: run the same command again when it can be written.'

/** A point's folder, read back. Null when there is none; a text when it cannot be used. */
export function readPoint(folder: string, plan: Plan, point: number): KeptPoint | string | null {
  if (!existsSync(folder)) return null
  try {
    const read = <T>(name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T
    const own = read<Partial<PointFile>>(POINT)
    if (own.plan !== plan.hash || own.point !== point) return 'it is of another plan'
    if (own.version !== plan.version) return `it is of lvs-sim ${own.version}`
    if (own.failed !== undefined) return { summary: null, reason: own.failed }
    return { summary: read<Summary>('summary.json'), reason: null }
  } catch (error) {
    return error instanceof SyntaxError ? 'it is damaged' : fileReason(error)
  }
}

/** point.json: of which plan it is. */
export interface PointFile {
  schema: 'lvs-sim-point/1'
  plan: string
  version: string
  point: number
  values: Plan['points'][number]
  /** Why, when it failed. */
  failed?: string
}

/**
 * Null when the folder is not there, empty or of the same plan; what is different about the plan
 * that is in it. Throws when it is not ours.
 */
function refuseForeign(path: string, plan: Plan): string | null {
  if (!existsSync(path)) return null
  const other = 'Name another folder with --out DIR, or move that one away.'
  if (!statSync(path).isDirectory()) {
    throw new FileError(`cannot write results into ${path}: it is a file, not a folder`, other)
  }
  const entries = readdirSync(path).filter((name) => name !== POINTS && !name.startsWith(PARTIAL))
  if (entries.length === 0) return null
  const found = readPlan(path)
  if (found instanceof PlanFile) return found.differenceFrom(plan)
  throw new FileError(`${path}${sep} exists and ${found}: it is left alone`, other)
}
