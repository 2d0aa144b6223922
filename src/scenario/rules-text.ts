// The rules of a director as one text: given as lines, as a text, or as the name of a file that has
// them.
import type { Findings } from './findings.ts'
import type { Document } from './schema.ts'

type ReadFile = ((path: string) => string) | undefined

/**
 * The document with the rules of every director as one text. A file that cannot be read throws what
 * `readFile` throws.
 */
export function readRulesText(
  document: Document,
  readFile: ReadFile,
  findings: Findings,
): Document {
  if (document.directors === undefined) return document
  const directors = Object.entries(document.directors).map(([name, director]) => {
    const { rules } = director
    if (rules === undefined) return [name, director] as const
    const path = ['directors', name, 'rules']
    const text = Array.isArray(rules) ? rules.join('\n') : textOf(rules, path, readFile, findings)
    return [name, { ...director, rules: text }] as const
  })
  return { ...document, directors: Object.fromEntries(directors) }
}

/** One word is the name of a file; rules have several. */
function textOf(rules: string, path: string[], readFile: ReadFile, findings: Findings): string {
  if (/\s/.test(rules.trim()) || rules.trim() === '') return rules
  if (readFile !== undefined) return readFile(rules)
  findings.error(
    path,
    `a file of rules, "${rules}", cannot be read here: give the rules themselves`,
  )
  return ''
}
