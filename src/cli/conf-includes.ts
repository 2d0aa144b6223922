// A keepalived.conf that a scenario names, with the files that it includes in their places:
// `include` and its stricter forms, by the shell's patterns and from the folder of the including
// file (spec keepalived-conf.md, 1.6). What a parameter or a condition decides stays as written.
import { dirname } from 'node:path'
import { ContentError } from './errors.ts'
import { CONF_FILES } from './keepalived-conf.ts'

const INCLUDE = /^\s*include[rmwba]?\s+([^#!$]+?)\s*$/

/** `around`: the files that are open, the first one first, by their full paths. */
export function withIncludes(text: string, file: string, around: readonly string[] = []): string {
  const open = [...around, file]
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const pattern = INCLUDE.exec(line)?.[1]
    if (pattern === undefined) return [line]
    const found = pattern.split(/\s+/).flatMap((word) => CONF_FILES.match(word, dirname(file)))
    // keepalived says itself that there is none.
    if (found.length === 0) return [line]
    return found.map((path) => {
      if (open.includes(path)) {
        throw new ContentError(`${file} includes ${path}: the file includes itself`)
      }
      return withIncludes(CONF_FILES.read(path) ?? '', path, open)
    })
  })
  return lines.join('\n')
}
