// A folder with all that it lies in. Node's own way (mkdir with `recursive`) asks the same for ever
// where the system takes no folders and says that there is no such file, as below /proc.
import { mkdirSync, statSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { FileError } from './errors.ts'

export function makeFolder(path: string): void {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  try {
    mkdirSync(path)
  } catch (error) {
    // Somebody else has made it in between.
    if (isFolder(path)) return
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new FileError(
      `cannot make the folder ${path}${sep}: ${parent} takes no folders`,
      'Name another place for results with --out DIR.',
    )
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
