// The recordings that `verify` is given: files, and folders with all the recordings in them.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { FileError, fileReason } from './errors.ts'

const LARGEST_BYTES = 256 * 1024 * 1024

/** Files in the order given; those of a folder by name, folders in it included. */
export function traceFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!statOf(path).isDirectory()) return [path]
    const found = inFolder(path)
    if (found.length > 0) return found
    throw new FileError(`no recording in ${path}`, 'Recordings are files that end in .json.')
  })
}

function inFolder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return inFolder(path)
      return entry.name.endsWith('.json') ? [path] : []
    })
}

export function readTraceFile(path: string): string {
  if (statOf(path).size > LARGEST_BYTES) {
    throw new FileError(`cannot read ${path}: it is larger than 256 MiB, which no recording is`)
  }
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FileError(`cannot read ${path}: ${fileReason(error)}`)
  }
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path)
  } catch (error) {
    throw new FileError(`cannot read ${path}: ${fileReason(error)}`)
  }
}
