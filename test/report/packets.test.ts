// Packets beside the requests in a summary.
import { expect, test } from 'vitest'
import { loadScenario } from '../../src/scenario/load.ts'
import { summaryText } from '../../src/report/terminal.ts'
import { theoryTable } from '../../src/report/theory-table.ts'
import { simulate } from '../../src/study/simulate.ts'
import { theory } from '../../src/theory/theory.ts'

const LOOK = { unicode: true, colour: false, width: 100 }
const DOCUMENT = {
  format: 'lvs-sim/1',
  name: 'noisy',
  extends: 'preset:one-director-10g',
  clients: { noise: { addresses: 1000, subnet: '100.64.0.0/16' } },
  services: { web: { forwarding: 'dr', scheduler: 'rr' } },
  workload: {
    packets: {
      scan: { from: 'noise', arrivals: 'constant', rates: { loud: '100kpps' } },
    },
    phases: [
      { name: 'quiet', for: '2ms', rate: '100kpps' },
      { name: 'loud', for: '2ms', rate: '100kpps' },
    ],
  },
}

test('what became of them is told by phase, and the loudest phase is looked at', async () => {
  const { scenario } = loadScenario(JSON.stringify(DOCUMENT), { file: 'noisy.json' })
  const { summary } = await simulate(scenario, { version: '0', workers: 1 })
  const text = summaryText(summary!, LOOK)
  expect(text).toMatch(/PACKETS +sent +at servers +came back +dropped\n {2}loud +\S+ ± \S+ kpps/)
  expect(text).toMatch(/the director's table had \d[\d,]* entries at most/)
  expect(text).toContain('WHERE IT IS TIGHT (loud)')
  expect(text).toContain('without the packets beside the requests, arithmetic')
  const [loud] = summary!.packets!.filter(({ phase }) => phase === 'loud')
  expect(loud!.sent.mean).toBeCloseTo(99_500, -3)
  const table = theoryTable([{ label: 'dr', theory: theory(scenario) }], LOOK)
  expect(table).toContain('Packets beside the requests (workload.packets) are left out.')
})
