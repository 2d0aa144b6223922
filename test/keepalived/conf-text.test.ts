// A configuration written out as it was accepted means the same when it is read again.
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConf } from '../../src/keepalived/conf.ts'
import { confText } from '../../src/keepalived/conf-text.ts'
import type { Block } from '../../src/keepalived/conf-tree.ts'

/** What it says, without where. */
function meaning(block: Block): unknown {
  const { keyword, words, value, statements } = block
  return { keyword, words, value, statements: statements.map(meaning) }
}

const GOLDEN = new URL('../golden/', import.meta.url)
const families = readdirSync(GOLDEN, { withFileTypes: true }).filter((each) => each.isDirectory())

function configurations(): string[] {
  return families.flatMap(({ name }) => {
    const folder = new URL(`${name}/`, GOLDEN)
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => textsIn(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))))
  })
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^\s*virtual_server\b/m.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

test('every configuration that was recorded', () => {
  const texts = configurations().filter((text) => {
    return !readConf({ file: 'k', text, id: '' }, ['checkers']).hasStopped
  })
  expect(texts.length).toBeGreaterThan(20)
  for (const text of texts) {
    const first = readConf({ file: 'k', text, id: '' }, ['checkers'])
    const written = confText(first.root)
    const again = readConf({ file: 'k', text: written, id: '' }, ['checkers'])
    expect(again.root.statements.map(meaning), text).toEqual(first.root.statements.map(meaning))
    expect(confText(again.root)).toBe(written)
  }
})
