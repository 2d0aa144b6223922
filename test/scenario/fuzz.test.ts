// Whatever a file says, it is a scenario or its problems are told: nothing else ever comes out of
// the loader.
import { readdirSync, readFileSync } from 'node:fs'
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { printProblems } from '../../src/scenario/print-problems.ts'
import { ScenarioError } from '../../src/scenario/problems.ts'
import { theory } from '../../src/theory/theory.ts'
import { load, rightDocument } from '../support/scenario-text.ts'

const SCENARIOS = new URL('../../scenarios/', import.meta.url)
const shipped = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, SCENARIOS), 'utf8')) as unknown)
const documents = [...shipped, load(JSON.stringify(rightDocument())).document]

/** Either a scenario whose limits can be worked out, or problems that can be printed. */
function checkText(text: string, file = 'my.json'): void {
  try {
    const { scenario } = load(text, { file, readFile: () => '' })
    const { warm, further = [] } = theory(scenario)
    // Other services may leave nothing, and packets that are all too large get nowhere.
    const isTooLarge = warm.stoppedBy.some(({ resource }) => resource === 'mtu')
    if (isTooLarge) expect(warm.mostPps).toBe(0)
    else if (further.length === 0) expect(warm.mostPps).toBeGreaterThan(0)
    for (const own of further) expect(own.warm.mostPps).toBeGreaterThanOrEqual(0)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    expect(error.problems.length).toBeGreaterThan(0)
    expect(printProblems(error.problems)).not.toContain('undefined')
  }
}

/** Every place in a document, as a path. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, item]) =>
    placesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return [path, ...inner]
}

function changed(value: unknown, path: readonly (string | number)[], to: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return to
  const copy: unknown = structuredClone(value)
  const holder = copy as Record<string | number, unknown>
  if (rest.length === 0 && to === undefined) delete holder[step]
  else holder[step] = changed(holder[step], rest, to)
  return copy
}

const strange = fc.oneof(
  fc.constant(undefined),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    0,
    -1,
    1.5,
    1e308,
    '',
    '0',
    '1us',
    '99999h',
    '10Gbps',
    '1e9pps',
    'lan',
    'rs',
    'web',
  ),
  fc.constantFrom('10.0.0.11', '0.0.0.0/0', '255.255.255.255', '10.0.0.0/8', '0pps..0pps', '0ps'),
  fc.constantFrom([], {}, null, true, 'nat', 'tcp', 'udp', 'xdp', 'mh', '1B', '64KiB', '1packets'),
)

describe('the loader', () => {
  test('survives any change of any place', () => {
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.nat(), strange, (document, place, to) => {
        const places = placesOf(document)
        const whole = changed(document, places[place % places.length]!, to)
        checkText(whole === undefined ? '' : JSON.stringify(whole))
      }),
      { numRuns: 1500, seed: 7 },
    )
  }, 60_000)

  test('survives torn and scrambled texts, as JSON and as YAML', () => {
    const text = JSON.stringify(documents[0], null, 2)
    const piece = fc.string({ unit: 'binary', maxLength: 8 })
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.nat(40),
        piece,
        fc.boolean(),
        (at, gone, more, isYaml) => {
          const torn = text.slice(0, at) + more + text.slice(at + gone)
          checkText(torn, isYaml ? 'my.yaml' : 'my.json')
        },
      ),
      { numRuns: 1500, seed: 7 },
    )
  }, 60_000)
})
