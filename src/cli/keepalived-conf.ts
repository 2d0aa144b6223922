// A keepalived.conf given to a command: its virtual servers as rules of ipvsadm, and what of it is
// not simulated as warnings at its own lines.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { Complaint } from '../keepalived/conf-complaints.ts'
import { importConf } from '../keepalived/conf-import.ts'
import type { ConfFiles } from '../keepalived/conf-reader.ts'
import { ScenarioError, type Problem } from '../scenario/problems.ts'
import { ContentError } from './errors.ts'
import type { Input } from './input.ts'

/** Lines that begin with `@id` are for the director that a preset has. */
const DIRECTOR = 'lb1'

/** The rules as an input of their own; what is wrong or left out is told with the file's lines. */
export function rulesFromConf(input: Input): { rules: Input; warnings: Problem[] } {
  const { file, text } = input
  const {
    rules,
    warnings,
    fatal,
    text: accepted,
  } = importConf({ file, text, files: CONF_FILES, id: DIRECTOR })
  const told = (complaint: Complaint, severity: Problem['severity']): Problem =>
    problemAt(complaint, severity, input)
  const problems = warnings.map((complaint) => told(complaint, 'warning'))
  if (fatal !== null) throw new ScenarioError([...problems, told(fatal, 'error')])
  if (rules === '') {
    const reasons = warnings.map(({ line, message }) => {
      return line > 0 ? `line ${line}: ${message}` : message
    })
    throw new ContentError(
      `${file} makes no virtual service that can be simulated`,
      reasons.length === 0
        ? 'Services begin with "virtual_server ADDRESS PORT {".'
        : reasons.join('\n  '),
    )
  }
  const keepalived = accepted.trimEnd().split('\n')
  return { rules: { ...input, text: rules, kind: 'rules', keepalived }, warnings: problems }
}

function problemAt(
  { file, line, message }: Complaint,
  severity: Problem['severity'],
  input: Input,
): Problem {
  const text = file === input.file ? input.text : CONF_FILES.read(file)
  const sourceLine = line > 0 ? (text?.split(/\r?\n/)[line - 1] ?? null) : null
  return {
    ...{ severity, message, path: '', file, line: line > 0 ? line : null },
    column: sourceLine === null ? null : sourceLine.search(/\S|$/) + 1,
    length: Math.max(1, sourceLine?.trim().length ?? 1),
    ...{ expected: null, got: null, suggestion: null, sourceLine },
  }
}

/** Files that a configuration includes, by the shell's patterns: `*`, `?`, `[a-z]`, `{a,b}`. */
export const CONF_FILES: ConfFiles = {
  match: (pattern, directory) => {
    return bracesOf(pattern).flatMap((each) => matches(resolve(directory, each)))
  },
  read: (path) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  },
}

/** `a{b,c}d` is `abd` and `acd`. */
function bracesOf(pattern: string): string[] {
  const [, before, inner, after] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? []
  if (inner === undefined) return [pattern]
  return inner.split(',').flatMap((each) => bracesOf(`${before}${each}${after}`))
}

function matches(path: string): string[] {
  let found: string[] = [sep]
  for (const part of path.split(sep).filter((each) => each !== '')) {
    if (!/[*?[]/.test(part)) found = found.map((folder) => join(folder, part))
    else found = found.flatMap((folder) => entriesLike(folder, part))
  }
  return found.filter((each) => existsSync(each))
}

function entriesLike(folder: string, pattern: string): string[] {
  const source = pattern.replace(/[.+^${}()|\\]/g, '\\$&')
  const expression = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`)
  try {
    const names = readdirSync(folder).filter((name) => expression.test(name))
    return names.sort().map((name) => join(folder, name))
  } catch {
    return []
  }
}
