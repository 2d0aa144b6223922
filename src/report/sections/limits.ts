// Where it is tight: the busiest parts, what was dropped where, how much room is left, and what
// arithmetic says of it.
import { openShare } from '../../measure/open-requests.ts'
import type {
  CostUsed,
  Failing,
  ResourceSummary,
  ServiceSummary,
  Summary,
  TheoryBeside,
} from '../../measure/summary.ts'
import { bar } from '../bar.ts'
import { paragraph, type Cell } from '../table.ts'
import { countText, plusMinus, rateText, shareText } from '../units-text.ts'
import { headed, headedLineByLine, rowLabel, type Page } from './section.ts'

const MOST_ROWS = 6
/** From this share on requests are said to be lost. */
const LOST = 0.001

export function tight(page: Page): string[] {
  const { summary, look } = page
  const { bottleneck } = summary
  if (bottleneck === null) return []
  const own = summary.resources.filter(
    ({ phase, utilisation }) => phase === bottleneck.phase && utilisation.mean > 0,
  )
  const rows = own
    .slice(0, MOST_ROWS)
    .map((resource): Cell[] => [
      labelOf(resource),
      resource.resource === 'ring'
        ? shareText(resource.utilisation.mean)
        : plusMinus(resource.utilisation, 'share', look),
      bar(resource.utilisation.mean, look),
      noteOf(resource),
    ])
  const remark = summary.replications === 1 ? 'one run: no interval' : ''
  const lines = headed(page, [`WHERE IT IS TIGHT (${bottleneck.phase})`, '', '', remark], rows)
  return [...lines, ...paragraph(roomText(page), look.width, 2)]
}

/** Rings and cores say in their names what they are. */
function labelOf({ at, resource }: ResourceSummary): string {
  return resource === 'ring' || /\.cpu(\d+|\*)?$/.test(at) ? at : `${at} ${resource}`
}

function noteOf({ resource, note, queuePeak, queueLimit, queueUnit }: ResourceSummary): string {
  if (resource === 'ring') return `at most ${countText(queuePeak)} of ${note}`
  if (queuePeak === 0) return note
  const of = queueLimit === null ? '' : ` of ${countText(queueLimit)}`
  return `${note}; queue at most ${countText(queuePeak)}${of} ${queueUnit}`
}

/** What limits, with everything that is as full, and how much more would fit. */
function roomText({ summary }: Page): string {
  const { at, resource, ties, room, fullAtPps, utilisation, failing } = summary.bottleneck!
  // With packets beside the requests the load is both, and no rate of either.
  // With several services it is that of all.
  const whose = Object.keys(summary.services).length > 1 ? ' in all' : ''
  const inRate = (pps: number) =>
    summary.packets === undefined ? ` (${rateText(pps)}${whose})` : ''
  const all = [{ at, resource }, ...ties].map((part) => `${part.at} ${part.resource}`)
  const [areFull, are] = ties.length > 0 ? ['they are full', 'are'] : ['it is full', 'is']
  const what = `What limits: ${all.join(' and ')}.`
  if (room === null) {
    const busy = shareText(utilisation)
    const busiest = `${all.join(' and ')} ${are} the busiest, ${busy}, and not full`
    return `What limits: something else. ${shortfall(summary)}${whyText(failing)}. ${busiest}.`
  }
  if (fullAtPps === null) return `${what} No room: ${areFull}. ${shortfall(summary)}.`
  if (room === 0) return `${what} No room: ${areFull}.`
  const more = fullAtPps * (1 - utilisation)
  const much = `${(1 + room).toFixed(1)} times this load${inRate(fullAtPps)}`
  const little = `${shareText(room)} more${inRate(more)}`
  return `${what} Room: ${room >= 1 ? much : little}, then ${areFull}.`
}

/** In which way the load was not carried. */
function shortfall({ services, bottleneck }: Summary): string {
  const { phase, failing = [] } = bottleneck!
  const some = (share: (service: ServiceSummary) => number) =>
    Object.values(services).some((service) => share(service) >= LOST)
  if (some(({ loss }) => loss[phase]?.mean ?? 0)) return `Requests are lost in ${phase}`
  if (some((service) => openShare(service, phase))) {
    return `Requests of ${phase} were still open at the end`
  }
  return failing.length > 0
    ? `Packets are dropped in ${phase}`
    : `Answers of ${phase} come too late`
}

/** ": SYN queue full at rs*, backlog full at slow" */
function whyText(failing: readonly Failing[] = []): string {
  if (failing.length === 0) return ''
  return `: ${failing.map(({ at, cause }) => `${cause} at ${at}`).join(', ')}`
}

/** Failed requests by cause, dropped packets by place. */
export function lost(page: Page): string[] {
  const { summary, look } = page
  const failed = Object.entries(summary.services).flatMap(([name, service]) =>
    Object.entries(service.failed).flatMap(([phase, causes]) =>
      Object.entries(causes).map(([cause, count]): Cell[] => [
        rowLabel(page, name, phase),
        `${plusMinus(count, 'count', look)} requests`,
        FAILURES[cause] ?? cause,
      ]),
    ),
  )
  const dropped = summary.drops.map(({ at, cause, phase, packets }): Cell[] => [
    phase,
    `${plusMinus(packets, 'count', look)} packets`,
    `at ${at}: ${cause}`,
  ])
  return headed(page, ['LOST', 'in a replication', ''], [...failed, ...folded(dropped)])
}

const FAILURES: Record<string, string> = {
  lost: 'lost: a packet of theirs was dropped',
  refused: 'refused: no real server, or no program there',
  reset: 'reset by the other side',
  timeout: "not answered within the client's timeout",
  'over limit': 'refused: the server had as many connections as it may (maxConnections)',
  'no port': 'never sent: the client had no port left',
}

/** Drops at many places of one kind are told for the first few. */
function folded(rows: Cell[][]): Cell[][] {
  if (rows.length <= 2 * MOST_ROWS) return rows
  const rest = rows.length - 2 * MOST_ROWS
  return [
    ...rows.slice(0, 2 * MOST_ROWS),
    ['', '', `and at ${rest} more places: summary.json has all`],
  ]
}

export function theory(page: Page): string[] {
  const { theory: beside } = page.summary
  if (beside === null) return []
  const { further } = beside
  if (further === undefined) {
    const rows = theoryRows(beside)
    return [...headed(page, ['THEORY', 'stopped by', ''], rows), ...agreement(page, beside, '')]
  }
  const [workload = ''] = Object.keys(page.summary.services)
  const all = Object.entries({ [workload]: beside, ...further })
  const rows = all.flatMap(([name, own]) => theoryRows(own).map((row) => [name, ...row]))
  const isAlike = all.every(([, { text }]) => text === beside.text)
  const words = isAlike
    ? agreement(page, beside, '')
    : all.flatMap(([name, own]) => agreement(page, own, `${name}: `))
  return [...headed(page, ['THEORY', 'beside others', 'stopped by', ''], rows), ...words]
}

function theoryRows({ limits, mostPps }: TheoryBeside): Cell[][] {
  return limits.map(({ at, resource, note }) => [rateText(mostPps), `${at} ${resource}`, note])
}

function agreement({ look, ink }: Page, { text, disagrees }: TheoryBeside, of: string): string[] {
  return paragraph(`${of}${text}`, look.width, 2).map(disagrees ? ink.bad : ink.quiet)
}

/** Every value that the cost profile brought in, and below it what it rests on. */
export function costs(page: Page): string[] {
  const all = page.summary.costs
  const rows = all.map(({ name, value, unit, low, high, grade }): Cell[] => {
    const words = unit === '1' ? '' : ` ${unit}`
    const range = low === high ? '' : ` (${low} to ${high})`
    return [name, `${value}${words}${range}`, grade]
  })
  const columns = ['value and range', 'grade of evidence']
  const [heading, ...lines] = headedLineByLine(page, ['COSTS', ...columns], rows)
  if (heading === undefined) return []
  const told = lines.flatMap((line, index) => [
    line,
    ...paragraph(sourceOf(all[index]!), page.look.width, 6).map(page.ink.quiet),
  ])
  return [heading, ...told]
}

function sourceOf({ source, hardware }: CostUsed): string {
  return `${source}; ${hardware}`
}
