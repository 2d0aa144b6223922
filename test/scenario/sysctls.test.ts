import { describe, expect, test } from 'vitest'
import { build } from '../../src/scenario/build.ts'
import { loadWith, problemsWith } from '../support/scenario-text.ts'

const set = (text: string) => loadWith(`directors.lb1.sysctls=${text}`)

test('variables of net.ipv4.vs reach the director', () => {
  const { scenario } = set('{"drop_entry": 3, "sync_threshold": "5 60"}')
  const { sysctls } = build(scenario, 1).director.ipvs
  expect(sysctls).toMatchObject({ drop_entry: 3, sync_threshold: [5, 60], conn_reuse_mode: 1 })
})

test('a scenario without them has none', () => {
  expect(loadWith().scenario.directors['lb1']!.sysctls).toBeUndefined()
})

describe('wrong variables', () => {
  test.each([
    ['{"drop_entri": 3}', 'there is no variable net.ipv4.vs.drop_entri', '"drop_entry"'],
    ['{"drop_entry": 4}', 'drop_entry: expected a number from 0 to 3, got 4', null],
    ['{"conntrack": 1}', 'not here: "conntrack" of the director says it', null],
    ['{"pmtu_disc": 0}', 'not here: "pmtuDiscovery" of the director says it', null],
    ['{"sync_threshold": "50 3"}', 'expected a threshold below its period, got 50 3', null],
  ])('%s', (text, message, suggestion) => {
    const [problem] = problemsWith(`directors.lb1.sysctls=${text}`)
    expect(problem!.message).toContain(message)
    expect(problem!.suggestion).toBe(suggestion)
  })

  test('modes that wait for a shortage of memory are warned of', () => {
    const { warnings } = set('{"drop_packet": 1}')
    expect(warnings.map(({ message }) => message).join()).toContain('3 always acts')
  })
})
