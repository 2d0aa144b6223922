// The built program, run as a user runs it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))
export const MAIN: string = join(ROOT, 'dist/cli/main.js')

export interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs `lvs-sim` with those words in that folder. */
export function lvsSim(words: readonly string[], folder: string = ROOT, input = ''): Ran {
  const env = { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }
  const ran = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: folder,
    encoding: 'utf8',
    input,
    env,
    maxBuffer: 64 * 1024 * 1024,
  })
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lvs-sim-test-'))
}

/** Texts of all files below a folder by their paths, but for those that match. */
export function filesBelow(folder: string, but: RegExp): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => relative(folder, path).replaceAll('\\', '/'))
    .filter((path) => !but.test(path))
    .sort()
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}
