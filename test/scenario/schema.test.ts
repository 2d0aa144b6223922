import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { jsonSchema, jsonSchemaText, keysAt } from '../../src/scenario/schema-json.ts'
import { rightDocument, load } from '../support/scenario-text.ts'

test('the schema beside the code is the one that the code makes (npm run schema)', () => {
  const file = new URL('../../src/scenario/scenario.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(jsonSchemaText())
})

test('an independent validator agrees on right and wrong documents', () => {
  const validate = new Ajv2020({ strict: false }).compile(jsonSchema())
  const right = rightDocument()
  expect(validate(right)).toBe(true)
  expect(validate(load(JSON.stringify(right)).document)).toBe(true)
  for (const wrong of [
    { ...right, outputs: [] },
    { ...right, links: { lan: { rate: '10Gbs' } } },
    { ...right, services: { web: { forwarding: 'fullnat' } } },
    { ...right, name: '../x' },
  ]) {
    expect(validate(wrong)).toBe(false)
  }
})

test('knows the keys of a place', () => {
  expect(keysAt(['services', 'web'])).toContain('forwarding')
  expect(keysAt(['workload', 'phases', 3])).toEqual(['note', 'name', 'for', 'rate'])
  expect(keysAt(['realServers', 'rs', 'cpu', 'perRequest'])).toContain('mean')
  expect(keysAt(['nowhere'])).toEqual([])
})
