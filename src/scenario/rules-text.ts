// Rules of directors and configurations of keepalived, each as one text: given as lines, as a text,
// or as the name of a file that has them.
import type { Findings } from './findings.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'

type ReadFile = ((path: string) => string) | undefined

export interface TextReaders {
  readFile?: ReadFile
  /** Of a configuration of keepalived, with what it includes. */
  readConf?: ReadFile
}

/**
 * The document with the rules and the configuration of every director as one text each. A file
 * that cannot be read throws what `readFile` throws.
 */
export function readRulesText(
  document: Document,
  { readFile, readConf = readFile }: TextReaders,
  findings: Findings,
): Document {
  if (document.directors === undefined) return document
  const directors = Object.entries(document.directors).map(([name, director]) => {
    const texts = (['rules', 'keepalived'] as const).flatMap((key) => {
      const given = director[key]
      if (given === undefined) return []
      const path = ['directors', name, key]
      const isList = Array.isArray(given)
      const read = key === 'keepalived' ? readConf : readFile
      return [[key, isList ? given.join('\n') : textOf(given, path, read, findings)]]
    })
    return [name, { ...director, ...Object.fromEntries(texts) }] as const
  })
  return { ...document, directors: Object.fromEntries(directors) }
}

/** The same of the configurations that keepalived is told to read meanwhile. */
export function readReloads(
  document: Document,
  { readFile, readConf = readFile }: TextReaders,
  findings: Findings,
): Document {
  if (document.operations === undefined) return document
  const operations = document.operations.map((operation, index) => {
    if (operation.kind !== 'reload') return operation
    const path = ['operations', index, 'keepalived']
    const { keepalived: given } = operation
    const keepalived = Array.isArray(given)
      ? given.join('\n')
      : textOf(given, path, readConf, findings)
    return { ...operation, keepalived }
  })
  return { ...document, operations }
}

/** One word is the name of a file; rules have several. */
function textOf(rules: string, path: Path, readFile: ReadFile, findings: Findings): string {
  if (/\s/.test(rules.trim()) || rules.trim() === '') return rules
  if (readFile !== undefined) return readFile(rules)
  findings.error(path, `a file, "${rules}", cannot be read here: give what is in it`)
  return ''
}
