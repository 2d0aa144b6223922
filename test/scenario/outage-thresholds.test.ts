// Thresholds on outages and on what became of connections, as scenarios write them.
import { expect, test } from 'vitest'
import { loadPair, pairDocument } from '../support/director-pair-scenario.ts'
import { problemsOf, problemsWith } from '../support/scenario-text.ts'

test('limits are times and counts, of the whole run', () => {
  const thresholds = {
    'web.outage': ['longest < 4s', 'total <= 500ms'],
    'web.connections': { check: 'reset < 10' },
  }
  const { scenario } = loadPair(5, {}, { thresholds })
  expect(scenario.thresholds).toMatchObject([
    { of: 'web', measure: 'outage', statistic: 'longest', limit: 4, phase: null },
    { of: 'web', measure: 'outage', statistic: 'total', limit: 0.5, phase: null },
    { of: 'web', measure: 'connections', statistic: 'reset', limit: 10, phase: null },
  ])
})

test.each([
  [{ 'web.outage': 'longst < 4s' }, 'outage has longest, total, not "longst"', 'longest'],
  [{ 'web.outage': 'total < 4' }, 'the limit of outage is a time with its unit, got "4"', '"4us"'],
  [
    { 'web.connections': 'reset < -1' },
    'the limit of connections is a number from 0 on, got "-1"',
    null,
  ],
  [
    { 'web.fairness': 'jain > 95' },
    'the limit of fairness is a number from 0 to 1, got "95"',
    null,
  ],
  [{ 'web.outages': 'total < 4s' }, /^there is no metric "web.outages"/, '"web.outage"'],
  [
    { 'web.outage': { check: 'total < 4s', phase: 'steady' } },
    'outage is measured over the whole run: leave "phase" out',
    null,
  ],
])('%j', (thresholds, message, suggestion) => {
  const [problem] = problemsOf(JSON.stringify({ ...pairDocument(5), thresholds }))
  expect(problem!.message).toMatch(message)
  if (suggestion !== null) expect(problem!.suggestion).toContain(suggestion.replaceAll('"', ''))
})

test('an address that cannot move is never out of service', () => {
  const [problem] = problemsWith('thresholds={"web.connections":"reset < 1"}')
  expect(problem!.message).toBe(
    'the address of "web" cannot move: this is measured with "vrrp" or "ecmp"',
  )
})
