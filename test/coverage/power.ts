// How often `compare` shows that the mean latency of M/M/1 is 1 % longer, with pairs on common
// random numbers and with independent runs of the same length; and how often its interval of the
// difference holds the true one. With service time S and rate r the mean is S / (1 - r S): at a load
// of 0.7 a service that is 0.3 % slower makes it 1 % longer.
import type { Difference } from '../../src/measure/comparison.ts'
import { compare, type Side } from '../../src/study/compare.ts'
import { simulate } from '../../src/study/simulate.ts'
import { MODELS, scenarioOf, SERVICE_SECONDS } from './models.ts'

export interface Power {
  pairing: 'pairs' | 'independent'
  tries: number
  /** Comparisons that show it, and in the right direction. */
  shown: number
  /** Those that show the opposite. */
  wrong: number
  /** Intervals of the difference that hold the true one. */
  covered: number
  /** Sum of the half-widths as shares of the mean. */
  width: number
}

export const TRUE_CHANGE = 0.01
const REPLICATIONS = 5

/** Both ways, the same number of tries and of simulated requests each. */
export async function powerOver(tries: number): Promise<Power[]> {
  const pairs: Power = { pairing: 'pairs', tries, shown: 0, wrong: 0, covered: 0, width: 0 }
  const independent: Power = { ...pairs, pairing: 'independent' }
  for (let number = 1; number <= tries; number++) {
    const base = await sideOf(`power/${number}`, SERVICE_SECONDS)
    add(pairs, base, await sideOf(`power/${number}`, slower()))
    add(independent, base, await sideOf(`power/${number}/other`, slower()))
  }
  return [pairs, independent]
}

const MM1 = MODELS.find(({ name }) => name === 'M/M/1')!

/** Mean time in the system of M/M/1, and the service time at which it is 1 % longer. */
const RATE = MM1.load / SERVICE_SECONDS
const MEAN = SERVICE_SECONDS / (1 - MM1.load)

function slower(): number {
  const mean = MEAN * (1 + TRUE_CHANGE)
  return mean / (1 + RATE * mean)
}

async function sideOf(seed: string, serviceSeconds: number): Promise<Side> {
  const scenario = scenarioOf(MM1, MM1.milliseconds, REPLICATIONS, serviceSeconds)
  scenario.seed = seed
  const { summary, replications } = await simulate(scenario, { version: '0', workers: 1 })
  return { label: seed, scenario, summary: summary!, replications }
}

function add(power: Power, base: Side, other: Side): void {
  const { pairing, differences } = compare(base, other)!
  if (pairing !== power.pairing) throw new Error(`compared as ${pairing}`)
  const { difference, shown } = differences.find(isMean)!
  const { mean, low, high } = difference
  if (shown && mean > 0) power.shown++
  if (shown && mean < 0) power.wrong++
  if (low! <= TRUE_CHANGE * MEAN && TRUE_CHANGE * MEAN <= high!) power.covered++
  power.width += (high! - low!) / 2 / MEAN
}

function isMean({ metric, phase }: Difference): boolean {
  return metric === 'web.latency.mean' && phase === 'steady'
}

export function powerLine({ pairing, tries, shown, wrong, covered, width }: Power): string {
  const share = (count: number) => `${((100 * count) / tries).toFixed(1)} %`
  return (
    `${pairing.padEnd(12)} shown in ${share(shown)} of ${tries}, the opposite in ${share(wrong)}; ` +
    `the interval holds it in ${share(covered)}, half-width ${((100 * width) / tries).toFixed(2)} %`
  )
}
