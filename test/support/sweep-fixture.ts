// A sweep of a moment, for tests that spread it in every way there is.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from './built.ts'
import { rightDocument } from './scenario-text.ts'

const RATES = ['100kpps', '300kpps', '500kpps']

/** Writes sweep.json: forwarding by rate, so many rates, two replications of 2 ms. */
export function putSweep(folder: string, changes: Record<string, unknown> = {}): void {
  const document = {
    ...rightDocument(),
    name: 'swept',
    workload: { phases: [{ name: 'steady', for: '2ms', rate: '500kpps' }] },
    sweep: {
      vary: {
        'services.web.forwarding': ['nat', 'dr', 'tun'],
        'workload.phases.steady.rate': RATES,
      },
      replications: 2,
    },
    ...changes,
  }
  writeFileSync(join(folder, 'sweep.json'), JSON.stringify(document, null, 2))
}

export const POINTS = 3 * RATES.length

/** Everything that must be the same however it was spread. */
export function bytesOf(folder: string): Map<string, string> {
  return filesBelow(folder, /run\.json$/)
}
