// '5%' or '2ms' of a metric, as gates and precisions take them: a share of the value, or its unit.
import { parseQuantity, suggestQuantity, type QuantityKind } from '../scenario/units.ts'
import type { WrongName } from './metric-names.ts'

export interface Amount {
  /** Share of the value; else in base units (for loss and fairness in shares of 1). */
  limit: number
  isRelative: boolean
}

const EXAMPLE =
  'For instance 5% of latencies and rates, 0.1% (points) of loss, 2ms of latencies and outages, ' +
  '0.01 of jain, 10 connections.'

/** "5%" is relative but for loss, which is a share itself; other amounts have the metric's unit. */
export function readAmount(text: string, metric: string): Amount | WrongName {
  if (text.endsWith('%')) {
    const share = parseQuantity('share', text)
    if (share !== null) return { limit: share, isRelative: metric !== 'loss' }
  }
  const kind = unitOf(metric)
  const base = kind === null ? Number(text) : parseQuantity(kind, text)
  if (base !== null && Number.isFinite(base) && text !== '') {
    return { limit: kind === 'time' ? base / 1e12 : base, isRelative: false }
  }
  const meant = kind === null ? undefined : suggestQuantity(kind, text)
  return {
    message: `an amount of ${metric} is a percentage or has its unit, got "${text}"`,
    hint: meant === undefined ? EXAMPLE : `Did you mean ${meant}?`,
  }
}

function unitOf(metric: string): QuantityKind | null {
  if (metric.startsWith('latency') || metric.startsWith('outage')) return 'time'
  if (metric.startsWith('fairness') || metric.startsWith('connections')) return null
  return metric === 'loss' ? 'share' : 'packetRate'
}
