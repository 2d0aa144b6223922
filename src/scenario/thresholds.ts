// Thresholds as scenarios write them: 'web.latency': 'p99 < 100us'.
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import type { Document } from './schema.ts'
import type { Measure, Statistic, ThresholdSpec } from './scenario.ts'
import type { Path } from './source.ts'
import { parseQuantity, suggestQuantity, type QuantityKind } from './units.ts'

const MEASURES: Record<Measure, { statistics: readonly Statistic[]; unit: QuantityKind | null }> = {
  offered: { statistics: ['mean'], unit: 'packetRate' },
  delivered: { statistics: ['mean'], unit: 'packetRate' },
  loss: { statistics: ['ratio'], unit: 'share' },
  latency: { statistics: ['p50', 'p90', 'p99', 'p999', 'mean'], unit: 'time' },
  fairness: { statistics: ['jain'], unit: null },
  outage: { statistics: ['longest', 'total'], unit: 'time' },
  connections: { statistics: ['kept', 'reset', 'stuck'], unit: null },
  utilisation: { statistics: ['mean', 'max'], unit: 'share' },
}

/** What can be measured: services, and directors, of which it is their cores. */
export interface Measurable {
  services: readonly string[]
  directors: readonly string[]
}

const OF_SERVICES = (Object.keys(MEASURES) as Measure[]).filter((m) => m !== 'utilisation')

/** What happens to an address, and is no phase's. */
const OF_THE_WHOLE: ReadonlySet<Measure> = new Set(['outage', 'connections'])

/** What limits without a unit may be: an index of fairness, a count. */
const RANGES: Partial<Record<Measure, { most: number; what: string }>> = {
  fairness: { most: 1, what: 'a number from 0 to 1' },
  connections: { most: Infinity, what: 'a number from 0 on' },
}

const CHECK = /^\s*([a-z0-9]+)\s*(<=|>=|<|>)\s*(\S+)\s*$/

/** All thresholds of the document, in its order. */
export function readThresholds(
  document: Document,
  measurable: Measurable,
  phases: readonly string[],
  findings: Findings,
): ThresholdSpec[] {
  return Object.entries(document.thresholds ?? {}).flatMap(([metric, given]) => {
    const path = ['thresholds', metric]
    const named = readMetric(metric, measurable, path, findings)
    if (named === null) return []
    const checks = Array.isArray(given) ? given : [given]
    return checks.flatMap((check, index) => {
      const at = Array.isArray(given) ? [...path, index] : path
      const isText = typeof check === 'string'
      const phase = isText ? null : (check.phase ?? null)
      const place = isText ? at : [...at, 'check']
      if (phase !== null && !phases.includes(phase)) {
        const hint = nearest(phase, phases)
        findings.error([...at, 'phase'], `there is no phase "${phase}"`, hint && `"${hint}"`)
        return []
      }
      const limit = readCheck(isText ? check : check.check, named.measure, place, findings)
      if (limit === null) return []
      if (phase !== null && OF_THE_WHOLE.has(named.measure)) {
        const message = `${named.measure} is measured over the whole run: leave "phase" out`
        findings.error([...at, 'phase'], message)
        return []
      }
      const needsPhase = named.measure !== 'fairness' && !OF_THE_WHOLE.has(named.measure)
      if (phase === null && needsPhase) {
        findings.error(
          at,
          `${named.measure} is measured by phase: say which, like { "check": "...", "phase": ` +
            `"${phases[0] ?? 'steady'}" }`,
        )
        return []
      }
      return [{ ...named, ...limit, phase }]
    })
  })
}

function readMetric(
  metric: string,
  { services, directors }: Measurable,
  path: Path,
  findings: Findings,
): { of: string; measure: Measure } | null {
  const names = [
    ...services.flatMap((s) => OF_SERVICES.map((measure) => `${s}.${measure}`)),
    ...directors.map((director) => `${director}.utilisation`),
  ]
  if (names.includes(metric)) {
    const dot = metric.lastIndexOf('.')
    return { of: metric.slice(0, dot), measure: metric.slice(dot + 1) as Measure }
  }
  const hint = nearest(metric, names)
  const message =
    `there is no metric "${metric}"; a metric is a service and one of ` +
    `${OF_SERVICES.join(', ')}, or a director and utilisation`
  findings.error(path, message, hint && `"${hint}"`, 'key')
  return null
}

function readCheck(
  text: string,
  measure: Measure,
  path: Path,
  findings: Findings,
): Pick<ThresholdSpec, 'statistic' | 'operator' | 'limit' | 'text'> | null {
  const { statistics, unit } = MEASURES[measure]
  const match = CHECK.exec(text)
  const example = `"${statistics[0]!} < 1"`
  if (match === null) {
    findings.error(
      path,
      `expected a statistic, a comparison and a limit, like ${example}, got "${text}"`,
    )
    return null
  }
  const [, statistic = '', operator = '', given = ''] = match
  if (!statistics.includes(statistic as Statistic)) {
    const hint = nearest(statistic, statistics)
    findings.error(path, `${measure} has ${statistics.join(', ')}, not "${statistic}"`, hint)
    return null
  }
  const base = unit === null ? Number(given) : parseQuantity(unit, given)
  const limit = unit === 'time' && base !== null ? base / 1e12 : base
  const { most = Infinity, what } = RANGES[measure] ?? {
    what: `a ${unit === 'packetRate' ? 'rate' : unit} with its unit`,
  }
  if (limit === null || !Number.isFinite(limit) || limit < 0 || limit > most) {
    const hint = unit === null ? undefined : suggestQuantity(unit, given)
    findings.error(path, `the limit of ${measure} is ${what}, got "${given}"`, hint)
    return null
  }
  return {
    statistic: statistic as Statistic,
    operator: operator as ThresholdSpec['operator'],
    limit,
    text: text.trim(),
  }
}
