// What the requests met: throughput and loss, latency, fairness.
import type {
  FairnessSummary,
  LatencySummary,
  Measured,
  ServiceSummary,
} from '../../measure/summary.ts'
import { sparkline } from '../bar.ts'
import { countText, plusMinus, shareText, timeText, valueText } from '../units-text.ts'
import type { Cell } from '../table.ts'
import { headed, intervalRemark, rowLabel, type Page } from './section.ts'

export function throughput(page: Page): string[] {
  const rows = eachPhase(page, ({ offered, delivered, loss, unfinished }, phase) => {
    const measured = [offered[phase]!, delivered[phase]!]
    const open = unfinished[phase]!.mean
    const lost = loss[phase] === undefined ? 'nothing offered' : text(page, loss[phase], 'loss')
    const remark = open > 0 ? `${text(page, unfinished[phase]!, 'count')} still open` : ''
    return [
      text(page, measured[0]!, 'rate'),
      text(page, measured[1]!, 'rate'),
      lost,
      [remark, intervalRemark(page, measured)].filter((part) => part !== '').join('; '),
    ]
  })
  return headed(page, ['THROUGHPUT', 'offered', 'delivered', 'lost', ''], rows)
}

const PERCENTILES = ['p50', 'p90', 'p99', 'p999', 'max'] as const

/** The half of each interval stands below its value, so that five columns find room. */
export function latency(page: Page): string[] {
  const rows = Object.entries(page.summary.services).flatMap(([name, service]) =>
    service.phases.flatMap((phase) => {
      const measured = service.latency[phase]
      if (measured === undefined) return []
      const label = rowLabel(page, name, phase)
      return [[label, ...values(measured), picture(page, name, phase)], ...halves(page, measured)]
    }),
  )
  const last = page.phases.length === 0 ? '' : 'shape'
  // Quantiles are of all replications together, the largest is that of one of them.
  const max = page.summary.replications === 1 ? 'max' : 'max of a run'
  return headed(page, ['LATENCY', 'p50', 'p90', 'p99', 'p99.9', max, last], rows)
}

function values(measured: LatencySummary): string[] {
  return PERCENTILES.map((percentile) => timeText(measured[percentile].mean))
}

function halves({ look, summary }: Page, measured: LatencySummary): string[][] {
  const all = PERCENTILES.map((percentile) => measured[percentile])
  if (all.every(({ low }) => low === null)) {
    return summary.intervals === 'batch means' ? [['', 'one run: no interval']] : []
  }
  const sign = look.unicode ? '±' : '+/-'
  return [['', ...all.map((one) => halfText(one, sign))]]
}

function halfText({ low, high }: Measured, sign: string): string {
  if (low === null || high === null) return 'no interval'
  // Two digits, as everywhere in front of an interval's half.
  const half = valueText(Number(((high - low) / 2).toPrecision(2)), 'time')
  return sign + half.replace(/(\.\d)0(?=\D)/, '$1').replace(/\.0(?=\D)/, '')
}

function picture({ phases, look }: Page, service: string, phase: string): string {
  const own = phases.filter((result) => result.service === service && result.phase === phase)
  return sparkline(
    own.flatMap((result) => result.latency),
    look,
  )
}

/** Servers that are named of those that requests reached past the director. */
const MOST_PAST = 4

export function fairness(page: Page): string[] {
  const rows = Object.entries(page.summary.services).flatMap(([name, service]) => {
    const spans = Object.entries(service.fairness)
    // With a single phase the whole run says nothing more.
    const shown = spans.length === 2 ? spans.filter(([span]) => span !== 'whole') : spans
    return shown.map(([span, own]): Cell[] => [
      rowLabel(page, name, span),
      text(page, own.jain, 'index'),
      sharesText(own),
    ])
  })
  return headed(page, ['FAIRNESS', "Jain's index; 1 is equal", ''], [...rows, ...pastText(page)])
}

/** Fairness is of what the director has sent; what ARP took past it is not in it. */
function pastText({ summary: { past = [] } }: Page): Cell[][] {
  if (past.length === 0) return []
  const most = [...past].sort((a, b) => b.packets.mean - a.packets.mean).slice(0, MOST_PAST)
  const told = most.map(({ host, packets }) => `${host} ${countText(Math.round(packets.mean))}`)
  const rest = past.length > most.length ? `, and ${past.length - most.length} more` : ''
  const words = `packets of clients came straight to servers, by ARP: ${told.join(', ')}${rest}`
  return [['past the director', 'not counted', words]]
}

/** "rs1 to rs8 got 12.4% to 12.6% each", or who got the least and the most for its weight. */
function sharesText({ servers, smallest, largest }: FairnessSummary): string {
  if (servers.length === 1) return `${servers[0]!.host} got all`
  const isEven = servers.every(({ weight }) => weight === servers[0]!.weight)
  if (isEven) {
    return (
      `${servers.length} servers, from ${shareText(smallest.share)} (${smallest.host}) ` +
      `to ${shareText(largest.share)} (${largest.host})`
    )
  }
  const parts = servers.map(
    ({ host, weight, share }) => `${host} ${shareText(share)} of weight ${weight}`,
  )
  return servers.length <= 4
    ? parts.join(', ')
    : `for its weight ${smallest.host} got the least, ${largest.host} the most`
}

function eachPhase(
  page: Page,
  row: (service: ServiceSummary, phase: string, name: string) => Cell[] | null,
): Cell[][] {
  return Object.entries(page.summary.services).flatMap(([name, service]) =>
    service.phases.flatMap((phase) => {
      const cells = row(service, phase, name)
      return cells === null ? [] : [[rowLabel(page, name, phase), ...cells]]
    }),
  )
}

function text(page: Page, measured: Measured, kind: Parameters<typeof plusMinus>[1]): string {
  return plusMinus(measured, kind, page.look)
}
