// Where results lie: results/<name>/, written into a folder beside it and renamed at the end, so
// that a folder is either whole or not there. The one before is kept as <name>.before. A folder
// that does not hold a summary of ours is never moved, filled or removed.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { FileError, fileReason } from './errors.ts'
import { makeFolder } from './make-folder.ts'

const SUMMARY = 'summary.json'
const OUR_SCHEMA = 'lvs-sim-summary/'

export interface ResultFile {
  /** Inside the folder, with `/` between its parts. */
  path: string
  /** A text, or the bytes of a copy. */
  text: string | Uint8Array
}

export class ResultsFolder {
  readonly path: string
  private temporary: string | null = null

  /** Looks whether the results can be written there, before anything is simulated. */
  constructor(path: string) {
    this.path = existsSync(path) ? realpathSync(path) : resolve(path)
    refuseForeign(this.path)
    refuseForeign(this.before)
    this.makeTemporary()
    this.discard()
  }

  get before(): string {
    return `${this.path}.before`
  }

  /** Writes everything beside the folder, then puts it in its place. */
  write(files: readonly ResultFile[]): void {
    const temporary = this.makeTemporary()
    try {
      for (const file of files) writeInside(temporary, file)
      this.replaceBy(temporary)
    } catch (error) {
      this.discard()
      throw problem(this.path, error)
    }
    this.temporary = null
  }

  /** Removes what is half-written. Safe at any moment, also from a signal's handler. */
  discard(): void {
    if (this.temporary !== null) rmSync(this.temporary, { recursive: true, force: true })
    this.temporary = null
  }

  private makeTemporary(): string {
    try {
      makeFolder(dirname(this.path))
      this.temporary = mkdtempSync(`${this.path}.partial-`)
      // A temporary folder is made for its owner alone; results are for whoever may read the place.
      chmodSync(this.temporary, 0o777 & ~process.umask())
    } catch (error) {
      throw problem(this.path, error)
    }
    return this.temporary
  }

  private replaceBy(temporary: string): void {
    // Looked at again: minutes may have passed since the start.
    refuseForeign(this.path)
    refuseForeign(this.before)
    if (holdsOurs(this.path)) {
      rmSync(this.before, { recursive: true, force: true })
      renameSync(this.path, this.before)
    } else if (existsSync(this.path)) {
      rmdirSync(this.path)
    }
    renameSync(temporary, this.path)
  }
}

function writeInside(folder: string, file: ResultFile): void {
  const path = join(folder, ...file.path.split('/'))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, file.text)
}

/** A folder may be replaced when it is not there, empty, or holds a summary of ours. */
function refuseForeign(path: string): void {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory()) {
    throw new FileError(`cannot write results into ${path}: it is a file, not a folder`, OTHER)
  }
  if (readdirSync(path).length === 0 && basename(path) !== '') return
  if (holdsOurs(path)) return
  throw new FileError(
    `${path}${sep} exists and holds no ${SUMMARY} of lvs-sim: it is left alone`,
    OTHER,
  )
}

const OTHER = 'Name another folder with --out DIR, or move that one away.'

function holdsOurs(path: string): boolean {
  try {
    const summary = JSON.parse(readFileSync(join(path, SUMMARY), 'utf8')) as { schema?: unknown }
    return typeof summary.schema === 'string' && summary.schema.startsWith(OUR_SCHEMA)
  } catch {
    return false
  }
}

function problem(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error
  const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC'
  const hint = isFull ? 'Make room there, or name another folder with --out DIR.' : OTHER
  return new FileError(`cannot write results into ${path}: ${fileReason(error)}`, hint)
}
