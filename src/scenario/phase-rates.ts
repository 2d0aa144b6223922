// Rates of what happens beside the workload's own requests, by the phases of the workload: one for
// all of them, or each by the name of its phase.
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import { IDLE, readRate, type RateDocument } from './read-rate.ts'
import type { Rated } from './rates.ts'
import type { PhaseSpec } from './scenario.ts'
import type { Path } from './source.ts'

interface RatesDocument {
  rate?: RateDocument | undefined
  rates?: Record<string, RateDocument> | undefined
}

/** In the order of the phases; `example` is a rate for messages. */
export function readRates(
  { rate, rates }: RatesDocument,
  phases: readonly PhaseSpec[],
  path: Path,
  example: string,
  findings: Findings,
): Omit<Rated, 'durationPs'>[] {
  if ((rate === undefined) === (rates === undefined)) {
    const message = 'give "rate", the same in all phases, or "rates" by phase, like'
    const like = `{ "${phases.at(-1)?.name ?? 'steady'}": "${example}" }`
    findings.error(path, `${message} ${like}`, undefined, 'key')
    return phases.map(() => IDLE)
  }
  const names = phases.map(({ name }) => name)
  for (const name of Object.keys(rates ?? {}).filter((each) => !names.includes(each))) {
    const meant = nearest(name, names)
    findings.error(
      [...path, 'rates', name],
      `there is no phase "${name}", only ${names.map((each) => `"${each}"`).join(', ')}`,
      meant && `"${meant}"`,
      'key',
    )
  }
  return phases.map(({ name, durationPs }) => {
    if (rate !== undefined) return readRate(rate, durationPs, [...path, 'rate'], findings)
    const own = rates?.[name]
    if (own === undefined) return IDLE
    return readRate(own, durationPs, [...path, 'rates', name], findings)
  })
}
