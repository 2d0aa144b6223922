// The phases of the load and the time of a run.
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { Findings } from './findings.ts'
import type { PhaseSpec, TimeSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { formatQuantity, parseQuantity, suggestQuantity } from './units.ts'

/** 2 h 30 min and a little: whole picoseconds in a JavaScript number (kernel/time.ts). */
export const LONGEST_PS = 9_007_199_254_740_992
const MOST_PPS = 1_000_000_000
/** Requests of a replication from which on a warning says that it takes long. */
const MANY_REQUESTS = 200_000_000

/** The phases one after the other, from 0 on. */
export function readPhases(document: Document, findings: Findings): PhaseSpec[] {
  const phases: PhaseSpec[] = []
  const names = new Set<string>()
  let startPs = 0
  for (const [index, phase] of (document.workload?.phases ?? []).entries()) {
    const path = ['workload', 'phases', index]
    if (names.has(phase.name))
      findings.error([...path, 'name'], `two phases are called "${phase.name}"`)
    names.add(phase.name)
    if (phase.name === 'whole' || phase.name === 'cooldown') {
      findings.error(
        [...path, 'name'],
        `"${phase.name}" means something else in results: use another name`,
      )
    }
    const durationPs = parseQuantity('time', phase.for)!
    if (!Number.isInteger(durationPs) || durationPs < 1_000_000) {
      findings.error([...path, 'for'], `a phase lasts 1us or more, got "${phase.for}"`)
    }
    const isClosed = document.workload?.users !== undefined
    const rates = isClosed ? [0, 0] : readRate(phase.rate ?? '')
    if (phase.rate === undefined && !isClosed) {
      findings.error(path, '"rate" is missing, a rate of requests, like "14Mpps"')
    } else if (rates === null) {
      const expected = 'expected a rate of requests, like "14Mpps" or "0pps..14Mpps"'
      const hint = suggestQuantity('packetRate', phase.rate)
      findings.error([...path, 'rate'], `${expected}, got ${JSON.stringify(phase.rate)}`, hint)
    } else if (Math.max(...rates) > MOST_PPS) {
      findings.error([...path, 'rate'], `at most 1Gpps, got "${phase.rate}"`)
    }
    const [fromRate = 0, toRate = 0] = rates ?? []
    phases.push({ name: phase.name, startPs, durationPs, fromRate, toRate })
    startPs += durationPs
  }
  if (phases.length === 0) {
    const example = '{ "name": "steady", "for": "50ms", "rate": "1Mpps" }'
    findings.error(
      ['workload', 'phases'],
      `there is no load: give workload.phases, like [${example}]`,
    )
  }
  const isOpen = document.workload?.users === undefined
  if (
    isOpen &&
    phases.length > 0 &&
    phases.every(({ fromRate, toRate }) => fromRate + toRate === 0)
  ) {
    findings.warn(['workload', 'phases'], 'all phases have a rate of 0: nothing will be measured')
  }
  return phases
}

/** "14Mpps" or "0pps..14Mpps" in requests per second. */
function readRate(text: string): [from: number, to: number] | null {
  const parts = text.split('..')
  const rates = parts.map((part) => parseQuantity('packetRate', part.trim()))
  if (parts.length > 2 || rates.some((rate) => rate === null)) return null
  return [rates[0]!, rates.at(-1)!]
}

/** Duration, warm-up, cooldown, limits; `phases` end where the duration may not go beyond. */
export function readTime(
  document: Document,
  phases: readonly PhaseSpec[],
  findings: Findings,
): TimeSpec {
  const time = document.time ?? {}
  const ps = (text: string | undefined) => Math.round(parseQuantity('time', text ?? '0ps') ?? 0)
  const sumPs = phases.reduce((sum, { durationPs }) => sum + durationPs, 0)
  const durationPs = ps(time.duration)
  const cooldownPs = ps(time.cooldown)
  const warmupPs = ps(time.warmup)
  const sumText = formatQuantity('time', sumPs)
  if (durationPs > sumPs && sumPs > 0) {
    findings.error(
      ['time', 'duration'],
      `the phases end at ${sumText}, before the duration "${time.duration}"`,
    )
  } else if (durationPs < sumPs && durationPs > 0) {
    findings.warn(
      ['time', 'duration'],
      `the phases last ${sumText} and are cut at ${time.duration}: ` +
        `${cutPhases(phases, durationPs)}`,
    )
  } else if (durationPs === 0 && sumPs > 0) {
    findings.error(['time', 'duration'], 'a run of no duration measures nothing')
  }
  if (durationPs + cooldownPs > LONGEST_PS) {
    const message = 'a run lasts 2 h 30 min at most with its cooldown (2^53 ps)'
    findings.error(['time', 'duration'], `${message}, got "${time.duration}"`)
  }
  if (warmupPs >= durationPs && durationPs > 0) {
    findings.warn(
      ['time', 'warmup'],
      'the warm-up is as long as the run: latency and fairness will not be measured',
    )
  }
  const requests = requestsOf(phases, durationPs)
  if (requests > MANY_REQUESTS) {
    findings.warn(
      ['workload', 'phases'],
      `about ${(requests / 1e6).toFixed(0)} million requests in each replication: this takes ` +
        `a while; --duration cuts it`,
    )
  }
  const limitPs = time.limit?.cpu === undefined ? null : ps(time.limit.cpu)
  return {
    durationPs,
    warmupPs,
    cooldownPs,
    replications: time.replications ?? 5,
    limitCpuSeconds: limitPs === null ? null : limitPs / PS_PER_SECOND,
    limitEvents: time.limit?.events ?? null,
  }
}

function cutPhases(phases: readonly PhaseSpec[], durationPs: number): string {
  const unreached = phases.filter(({ startPs }) => startPs >= durationPs)
  const reached = phases.filter(({ startPs }) => startPs < durationPs)
  const cut = `"${reached.at(-1)?.name ?? ''}" is shorter or ends there`
  if (unreached.length === 0) return cut
  return `${cut}; not reached: ${unreached.map(({ name }) => `"${name}"`).join(', ')}`
}

function requestsOf(phases: readonly PhaseSpec[], durationPs: number): number {
  return phases.reduce((sum, phase) => {
    const keptPs = Math.max(0, Math.min(phase.durationPs, durationPs - phase.startPs))
    return sum + ((phase.fromRate + phase.toRate) / 2) * (keptPs / PS_PER_SECOND)
  }, 0)
}
