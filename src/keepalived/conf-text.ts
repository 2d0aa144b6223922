// What keepalived has accepted of a configuration as one text: included files in their places,
// parameters replaced, what was refused left out. Read again it means the same.
import { BLOCKS } from './conf.ts'
import type { Block } from './conf-tree.ts'

export function confText({ statements }: Block): string {
  const seen = new Set<string>()
  // Both processes read what concerns both.
  const own = statements.filter(({ file, line, keyword, words }) => {
    // Several may come of one line: ~SEQ and ~LST repeat it.
    const key = JSON.stringify([file, line, keyword, ...words])
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
  return inOrder(own)
    .map((block) => `${linesOf(block).join('\n')}\n`)
    .join('')
}

/** Of one file as they stand there: an instance has the global settings that come before it. */
function inOrder(blocks: readonly Block[]): Block[] {
  const files = new Set(blocks.map(({ file }) => file))
  return files.size > 1 ? [...blocks] : [...blocks].sort((a, b) => a.line - b.line)
}

function linesOf({ keyword, words, statements }: Block): string[] {
  const head = [keyword, ...words.map(quoted)].join(' ')
  if (statements.length === 0 && !BLOCKS.has(keyword)) return [head]
  const inner = statements.flatMap(linesOf).map((line) => `  ${line}`)
  return [`${head} {`, ...inner, '}']
}

function quoted(word: string): string {
  return word === '' || /[\s{}!#"]/.test(word) ? `"${word.replaceAll('"', '\\"')}"` : word
}
