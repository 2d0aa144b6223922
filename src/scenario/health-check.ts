// The health check of a service in base units, its defaults those of keepalived (spec
// healthchecks.md, 1), and what is wrong with it that its shape does not tell.
import { tellUnknown, serverNames } from './faults.ts'
import { checkConf, configurationOf } from './check-conf.ts'
import type { Findings } from './findings.ts'
import type { Scenario, ServiceSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { parseQuantity } from './units.ts'

type HealthDocument = NonNullable<NonNullable<Document['services']>[string]['healthCheck']>

export interface HealthCheckSpec {
  type: HealthDocument['type']
  intervalPs: number
  timeoutPs: number
  retries: number
  delayBeforeRetryPs: number
  warmupPs: number
  started: 'before' | 'now'
  alpha: boolean
  onFail: 'remove' | 'quiesce'
  requireReply: boolean
  quorum: number
  hysteresis: number
  /** Name of the host; null: none. */
  sorryServer: string | null
}

const INTERVAL = '60s'
const TIMEOUT = '5s'
const PS_PER_US = 1_000_000
const PS_PER_SECOND = 1_000_000_000_000

/** Every setting written out. */
export function completeHealthCheck(check: HealthDocument): HealthDocument {
  const { type, interval = INTERVAL } = check
  const retries = { dns: 3, misc: 0 }[type as 'dns'] ?? 1
  const beforeRetry = { http: '3s', https: '3s', dns: interval }[type as 'dns'] ?? '1s'
  return {
    interval,
    timeout: type === 'misc' ? interval : TIMEOUT,
    retries,
    delayBeforeRetry: beforeRetry,
    warmup: interval,
    started: 'before',
    alpha: false,
    onFail: 'remove',
    quorum: 1,
    hysteresis: 0,
    ...check,
  }
}

export function readHealthCheck(
  given: HealthDocument,
  path: Path,
  findings: Findings,
): HealthCheckSpec {
  const check = completeHealthCheck(given)
  const { type, started = 'before', alpha = false, requireReply = false } = check
  const time = (key: 'interval' | 'timeout' | 'delayBeforeRetry' | 'warmup', least: number) => {
    // What is as the interval is has been complained about with it.
    const isAsBefore = key !== 'interval' && check[key] === check.interval
    return readTime(check[key]!, least, [...path, key], isAsBefore ? null : findings)
  }
  if (alpha && started === 'before') {
    const message = 'alpha says how servers start: give started "now", else they are up'
    findings.warn([...path, 'alpha'], message)
  }
  if (requireReply && type !== 'udp') {
    findings.error([...path, 'requireReply'], `only udp may require a reply, this is ${type}`)
  }
  if (type === 'misc' && parseQuantity('time', check.timeout!)! % PS_PER_SECOND !== 0) {
    const rule = 'the timeout of misc is whole seconds (misc_timeout)'
    findings.error([...path, 'timeout'], `${rule}, got "${check.timeout}"`)
  }
  return {
    ...{ type, started, alpha, requireReply },
    intervalPs: time('interval', 1),
    timeoutPs: time('timeout', 1),
    retries: check.retries!,
    delayBeforeRetryPs: time('delayBeforeRetry', 0),
    warmupPs: time('warmup', 0),
    onFail: check.onFail!,
    quorum: check.quorum!,
    hysteresis: check.hysteresis!,
    sorryServer: check.sorryServer ?? null,
  }
}

/** keepalived counts in microseconds. */
function readTime(text: string, leastPs: number, path: Path, findings: Findings | null): number {
  const ps = parseQuantity('time', text)!
  if (ps < leastPs) findings?.error(path, `must be more than 0, got "${text}"`)
  else if (ps % PS_PER_US !== 0) {
    findings?.error(path, `keepalived counts in whole microseconds, got "${text}"`)
  }
  return ps
}

/** Whether its servers are there, and what keepalived says of the whole. */
export function checkHealth(scenario: Scenario, findings: Findings): void {
  for (const service of Object.values(scenario.services)) {
    const { name, healthCheck } = service
    if (healthCheck === undefined) continue
    const path = ['services', name, 'healthCheck']
    if (service.isKept === true) {
      const message = `the keepalived of ${service.director} already looks after "${name}"`
      findings.error(path, message, undefined, 'key')
      continue
    }
    if (!isSorryServerThere(scenario, service, [...path, 'sorryServer'], findings)) continue
    const { complaints, remarks } = configurationOf(checkConf(scenario, [service]))
    for (const remark of [...complaints.map(({ message }) => message), ...remarks]) {
      findings.warn(path, `keepalived: ${remark}`)
    }
  }
}

function isSorryServerThere(
  scenario: Scenario,
  { name, destinations, healthCheck }: ServiceSpec,
  path: Path,
  findings: Findings,
): boolean {
  const { sorryServer } = healthCheck!
  if (sorryServer === null) return true
  const known = serverNames(scenario)
  if (!known.includes(sorryServer)) {
    tellUnknown(scenario, sorryServer, 'real server', known, path, findings)
    return false
  }
  if (!destinations.some(({ host }) => host === sorryServer)) return true
  const message = `${sorryServer} is a real server of "${name}": a sorry server is another one`
  findings.error(path, message)
  return false
}
