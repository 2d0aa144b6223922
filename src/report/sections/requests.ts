// What the requests met: throughput and loss, latency, fairness.
import type { FairnessSummary, Measured, ServiceSummary } from '../../measure/summary.ts'
import { sparkline } from '../bar.ts'
import { plusMinus, shareText, timeText } from '../units-text.ts'
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

export function latency(page: Page): string[] {
  const rows = eachPhase(page, (service, phase, name) => {
    const own = service.latency[phase]
    if (own === undefined) return null
    const parts = page.phases
      .filter((p) => p.service === name && p.phase === phase)
      .flatMap((p) => p.latency)
    const quantiles = [own.p50, own.p90, own.p99, own.p999]
    return [
      ...quantiles.map((quantile) => text(page, quantile, 'time')),
      timeText(own.max.mean),
      sparkline(parts, page.look),
    ]
  })
  const title = ['LATENCY', 'p50', 'p90', 'p99', 'p99.9', 'max', 'from intended departure']
  return headed(page, title, rows)
}

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
  return headed(page, ['FAIRNESS', "Jain's index; 1 is equal", ''], rows)
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
