// `lvs-sim explain` knows every field of the format, what it is when left out, and every word.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/cli/errors.ts'
import { defaultOf } from '../../src/cli/explain-default.ts'
import { allPlaces, fieldText } from '../../src/cli/explain-field.ts'
import { explain } from '../../src/cli/explain.ts'
import { GLOSSARY } from '../../src/cli/glossary.ts'
import { METRICS } from '../../src/report/metrics.ts'
import { SCHEDULER_FLAGS, SCHEDULERS } from '../../src/scenario/schema-load.ts'
import { loadWith } from '../support/scenario-text.ts'

async function explained(word?: string): Promise<string> {
  const texts: string[] = []
  const shell = { out: (text: string) => void texts.push(text), err: () => {} }
  expect(await explain.handle(word === undefined ? {} : { word }, shell)).toBe(0)
  return texts.join('')
}

describe('fields', () => {
  test('there are many, in every part', () => {
    const places = allPlaces()
    expect(places.length).toBeGreaterThan(80)
    expect(places).toEqual(
      expect.arrayContaining([
        'services.<name>.scheduler',
        'directors.<name>.nics.<name>.ring',
        'workload.phases.<name>.rate',
        'realServers.<name>.cpu.perRequest.mean',
      ]),
    )
  })

  test.each(allPlaces())('%s is explained under any name', async (place) => {
    const path = place.replaceAll('<name>', 'anything')
    const text = await explained(path)
    expect(text.split('\n')[0]).toBe(path)
    expect(text).toMatch(/\n {2}\S/)
    expect(text).not.toMatch(/undefined|\[object|a value\b(?!\.)/)
  })

  test.each([
    ['services.web.scheduler', /one of "rr", "wrr"[^.]*\n {2}default "wlc"\n\n {2}rr +Round robin/],
    ['services.web.schedulerFlags', /a list\n\n {2}sh-port/],
    ['time.cooldown', /like "5ms" \(ps, ns, us.*\n {2}default "10ms" \(TCP: "1s"\)/],
    ['workload.request', /\{ "kind": "lognormal", mean, scv \} +Lognormal/],
    ['workload.phases', /<name>\.name .*Required\./],
    ['workload.phases.steady.rate', /like "14Mpps" or/],
    ['workload.phases.0.rate', /like "14Mpps" or/],
    ['workload.phases[0].rate', /like "14Mpps" or/],
    ['directors.lb1', /nics +Network cards/],
    ['services', /<name>\.forwarding/],
    ['thresholds', /<name>\.phase/],
    ['time.replications', /a whole number from 1 to 10000\n {2}default 5/],
  ])('%s', async (path, words) => {
    expect(await explained(path)).toMatch(words)
  })

  test('without a word, the fields of a scenario', async () => {
    const text = await explained()
    for (const part of ['format', 'services', 'thresholds']) expect(text).toContain(`\n  ${part} `)
  })

  test('a last word alone is the only field of that name', async () => {
    expect(await explained('scheduler')).toBe(await explained('services.<name>.scheduler'))
    const backlog = await explained('backlog')
    expect(backlog).toMatch(/^realServers\.<name>\.backlog\n {2}Requests that wait[^]* 1000000\n/)
  })

  test('or several, each with what it says', async () => {
    expect((await explained('cores')).split('\n')).toEqual([
      'cores',
      '  directors.<name>.cpu.cores    Cores that handle packets.',
      '  realServers.<name>.cpu.cores  Cores.',
      '',
    ])
  })

  test.each(['directors', 'realServers', 'faults', 'operations', 'services', 'workload', 'zipf'])(
    '%s fits a terminal of 100 columns',
    async (word) => {
      const text = await explained(word)
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    },
  )

  test('whatever the width, no word is lost and no line is wider', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...allPlaces()),
        fc.integer({ min: 80, max: 200 }),
        (at, wide) => {
          const text = fieldText(at.split('.'), wide)!
          const words = (given: string): string[] => given.split(/\s+/)
          expect(words(text)).toEqual(words(fieldText(at.split('.'), 1000)!))
          expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(
            wide,
          )
        },
      ),
      { numRuns: 200, seed: 6 },
    )
  })
})

describe('defaults', () => {
  test.each([
    ['links.lan.rate', 'default "10Gbps"'],
    ['directors.lb1.kernel', 'default "6.1"'],
    ['directors.lb1.cpu.mitigations', 'default false'],
    ['clients.users.established', 'default false'],
    ['workload.response', 'default "64B" (TCP: "10KiB")'],
  ])('%s', (path, words) => {
    expect(defaultOf(path.split('.'))).toBe(words)
  })

  test.each([
    'name',
    'title',
    'seed',
    'time.duration',
    'clients.users.addresses',
    'services',
    'no.x',
  ])('%s has none, or hangs on others', (path) => {
    expect(defaultOf(path.split('.'))).toBeNull()
  })

  test('are those that a scenario gets', () => {
    const document: Record<string, unknown> = { ...loadWith().document }
    const usual = defaultOf(['services', 'web', 'vip'])
    const { web } = document['services'] as Record<string, { vip: string }>
    expect(usual).toBe(`default ${JSON.stringify(web!.vip)}`)
  })
})

describe('words', () => {
  test.each([...SCHEDULERS, 'nat', 'dr', 'tun'])('%s has two sentences or more', (word) => {
    const sentences = GLOSSARY[word]!.split(/(?<=[.)])\s+(?=[A-Z0-9])/)
    expect(sentences.length).toBeGreaterThanOrEqual(2)
  })

  test.each([...SCHEDULER_FLAGS, 'jain'])('%s is known', async (word) => {
    expect((await explained(word)).split('\n')[0]).toBe(word)
  })

  test.each([
    ['zipf', /^ {2}workload\.popularity +Which flow .*\n/m],
    ['ZIPF', /^ {2}workload\.popularity\.kind +"zipf"$/m],
    ['initcwnd', /^ {2}clients\.<name>\.tcp\.initialWindow +Segments before/m],
    ['time_wait', /^ {2}clients\.<name>\.ports +Source ports/m],
    ['conn_tab_bits', /^ {2}directors\.<name>\.connections\.tableSize\n {6}Buckets/m],
    ['cubic', /^ {2}realServers\.<name>\.tcp\.congestion +tcp_congestion_control: CUBIC/m],
    ['maglev', /^ {2}mh +Maglev hashing/m],
  ])('"%s" is looked for in all that is said', async (word, line) => {
    const text = await explained(word)
    expect(text.split('\n')[0]).toBe(`"${word}" is mentioned here:`)
    expect(text).toMatch(line)
    expect(text).not.toContain('undefined')
  })

  test('words of the glossary in any letters', async () => {
    expect(await explained('WLC')).toBe(await explained('wlc'))
  })

  test('metrics are all told, and each by its own word', async () => {
    const all = await explained('metrics')
    for (const { name } of METRICS) expect(all).toContain(name)
    for (const word of ['delivered', 'loss', 'latency', 'fairness', 'offered', 'p99']) {
      expect(await explained(word)).toMatch(/^\.services\.<s>\./)
    }
  })

  test.each([
    ['wlcc', /Did you mean wlc\?/],
    ['metrix', /Did you mean metrics\?/],
    ['servces', /Did you mean services\?/],
    ['shceduler', /Did you mean scheduler\?/],
    ['services.web.shceduler', /Did you mean services\.web\.scheduler\?/],
    ['frobnicate', /lvs-sim explain/],
    ['__proto__', /lvs-sim explain/],
    ['services.web.constructor', /lvs-sim explain/],
    ['', /./],
    ['(', /lvs-sim explain/],
    ['zipf.*', /lvs-sim explain/],
  ])('"%s" is refused with advice', (word, hint) => {
    let thrown: unknown = null
    try {
      void explain.handle({ word }, { out: () => {}, err: () => {} })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(UsageError)
    expect((thrown as UsageError).hint).toMatch(hint)
  })
})
