// The phases of the load and the time of a run.
import { PS_PER_SECOND } from '../kernel/time.ts'
import type { Findings } from './findings.ts'
import type { PhaseSpec, TimeSpec } from './scenario.ts'
import { highestRate, requestsIn } from './rates.ts'
import { IDLE, readRate } from './read-rate.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { formatQuantity, parseQuantity } from './units.ts'

type Phase = NonNullable<NonNullable<Document['workload']>['phases']>[number]

/** 2 h 30 min and a little: whole picoseconds in a JavaScript number (kernel/time.ts). */
export const LONGEST_PS = 9_007_199_254_740_992
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
    const durationPs = lengthOf(phase, path, findings)
    const hasPackets = document.workload?.packets !== undefined
    const isClosed = document.workload?.users !== undefined
    const isIdle = isClosed || (phase.rate === undefined && hasPackets)
    const rated = isIdle ? IDLE : readRate(phase.rate, durationPs, [...path, 'rate'], findings)
    phases.push({ name: phase.name, startPs, durationPs, ...rated })
    startPs += durationPs
  }
  // A recording that cannot be used has said so itself.
  if (phases.length === 0 && document.workload?.replay === undefined) {
    const example = '{ "name": "steady", "for": "50ms", "rate": "1Mpps" }'
    findings.error(
      ['workload', 'phases'],
      `there is no load: give workload.phases, like [${example}]`,
    )
  }
  const { users, packets, services } = document.workload ?? {}
  const isOpen = users === undefined && packets === undefined && services === undefined
  if (
    isOpen &&
    !findings.hasErrors &&
    phases.length > 0 &&
    phases.every((phase) => highestRate(phase) === 0)
  ) {
    findings.warn(['workload', 'phases'], 'all phases have a rate of 0: nothing will be measured')
  }
  return phases
}

function lengthOf({ for: length }: Phase, path: Path, findings: Findings): number {
  if (length === undefined) {
    findings.error(path, '"for" is missing, a time with its unit, like "50ms"')
    return 0
  }
  const durationPs = parseQuantity('time', length)!
  if (!Number.isInteger(durationPs) || durationPs < 1_000_000) {
    findings.error([...path, 'for'], `a phase lasts 1us or more, got "${length}"`)
  }
  return durationPs
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
  checkMany(phases, durationPs, ['workload', 'phases'], findings)
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

/** Load that is given there, and would take long to simulate. */
export function checkMany(
  phases: readonly PhaseSpec[],
  durationPs: number,
  path: Path,
  findings: Findings,
): void {
  const requests = phases.reduce((sum, phase) => {
    return sum + requestsIn(phase, durationPs - phase.startPs)
  }, 0)
  if (requests <= MANY_REQUESTS) return
  findings.warn(
    path,
    `about ${(requests / 1e6).toFixed(0)} million requests in each replication: this takes ` +
      `a while; --duration cuts it`,
  )
}
