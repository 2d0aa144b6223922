// What `lvs-sim sweep` and `merge` print: a line per point with what matters most of it.
import type { PointOutcome } from '../measure/point.ts'
import type { Measured, ServiceSummary, Summary } from '../measure/summary.ts'
import { inkOf, type Ink, type Look } from './look.ts'
import { hanging, tableInBlocks, type Cell } from './table.ts'
import { isUnsure, plusMinusOrSign, shareText, SIGN_MEANS, type TextKind } from './units-text.ts'
import type { SweptAxis } from './sweep-table.ts'

export interface SweepHead {
  name: string
  title: string
  version: string
  seed: string
  axes: readonly SweptAxis[]
}

type Count = Record<PointOutcome['status'], number>

/** Takes the outcomes in the order of the points, and keeps a line of each. */
export class SweepText {
  readonly count: Count = { done: 0, incomplete: 0, failed: 0, missing: 0 }
  private readonly head: SweepHead
  private readonly rows: PointRow[] = []
  /** Points by what is wrong with them. */
  private readonly reasons = new Map<string, number[]>()

  constructor(head: SweepHead) {
    this.head = head
  }

  add(outcome: PointOutcome): void {
    const { point, status, reason } = outcome
    this.count[status]++
    this.rows.push(rowOf(outcome))
    if (status !== 'failed' && status !== 'missing') return
    const words = `${status}${reason === null ? '' : `: ${reason}`}`
    this.reasons.set(words, [...(this.reasons.get(words) ?? []), point])
  }

  /** At most so many rows; the rest is counted. */
  text(look: Look, most: number = Infinity): string {
    const { name, title, version, seed, axes } = this.head
    const ink = inkOf(look)
    const isFound = this.rows.some(({ measured }) => (measured?.found ?? null) !== null)
    const isMoved = this.rows.some(({ measured }) => (measured?.outage ?? null) !== null)
    const more = [...(isFound ? ['found out after'] : []), ...(isMoved ? ['no service'] : [])]
    const shown = this.rows.slice(0, most)
    const tableOf = (hasPhase: boolean): string[] => {
      const names = [...(hasPhase ? ['phase'] : []), ...MEASURED, ...more, ...LAST]
      const head = ['', ...axes.map(({ path }) => shortOf(path, axes)), ...names]
      const rows = shown.map((row) => cellsOf(row, { isFound, isMoved, hasPhase }, look, ink))
      return tableInBlocks([head.map((text): Cell => ({ text, paint: ink.quiet })), ...rows], {
        ...{ width: look.width, indent: 2, right: [0], keys: 1 },
      })
    }
    const whole = tableOf(true)
    // A phase that all have in common is told once where the lines would be too long with it.
    const phase = whole.length > shown.length + 1 ? onlyPhase(shown) : null
    const of = phase === null ? '' : `, all of ${phase}`
    const left = this.rows.length - shown.length
    return [
      `${ink.heading(name)}   ${hanging(`${name}   `, title, look.width)}`,
      hanging('', `lvs-sim ${version}, seed "${seed}", ${countsText(this.count)}${of}`, look.width),
      '',
      ...(phase === null ? whole : tableOf(false)),
      ...(left > 0 ? [`  and ${left} more, all of them in table.csv`] : []),
      ...(shown.some(isSigned) ? [`  ${SIGN_MEANS}`] : []),
      ...this.reasonLines(),
      '',
    ].join('\n')
  }

  /** Each reason once, with the points that failed for it; and the numbers of those missing. */
  private reasonLines(): string[] {
    const lines = [...this.reasons].map(([words, points]) => `  ${numbersText(points)} ${words}`)
    return lines.length === 0 ? [] : ['', ...lines]
  }
}

const MEASURED = ['delivered', 'lost', 'p99']
const LAST = ['where it is tight', '']
/** More points than this are told by their number alone. */
const MOST_NAMED = 8

/** "21 points", and what is not done of them. */
export function countsText(count: Count): string {
  const rest = (['incomplete', 'failed', 'missing'] as const)
    .filter((status) => count[status] > 0)
    .map((status) => `${count[status]} ${status}`)
  const total = count.done + count.incomplete + count.failed + count.missing
  return [`${total} ${total === 1 ? 'point' : 'points'}`, ...rest].join(', ')
}

/** The end of the path, as long as it takes to tell it from the others. */
function shortOf(path: string, axes: readonly SweptAxis[]): string {
  const steps = path.split('.')
  for (let length = 1; length < steps.length; length++) {
    const end = steps.slice(-length).join('.')
    if (axes.every((axis) => axis.path === path || !axis.path.endsWith(`.${end}`))) return end
  }
  return path
}

/** What a line shows of a point. */
interface PointRow {
  start: string[]
  status: PointOutcome['status']
  measured: Figures | null
}

interface Figures {
  phase: string
  delivered: Measured | undefined
  loss: Measured | undefined
  p99: Measured | undefined
  /** How long the first thing took that a health check found out; null where it found nothing. */
  found: Measured | null
  /** How long the address was out of service; null where it cannot move. */
  outage: Measured | null
  tight: string
  /** Null without thresholds. */
  verdict: Summary['verdict'] | null
}

function rowOf({ point, values, status, summary }: PointOutcome): PointRow {
  const start = [String(point), ...values.map(({ text }) => text)]
  return { start, status, measured: summary === null ? null : figuresOf(summary) }
}

/** Of the workload's service in the busiest steady phase, else in the last one. */
function figuresOf({ bottleneck, services, thresholds, verdict, found }: Summary): Figures {
  const [[name, service]] = Object.entries(services) as [[string, ServiceSummary]]
  const phase = bottleneck?.phase ?? service.phases.at(-1)!
  return {
    phase: Object.keys(services).length === 1 ? phase : `${name} ${phase}`,
    delivered: service.delivered[phase],
    loss: service.loss[phase],
    p99: service.latency[phase]?.p99,
    found: found?.[0]?.after ?? null,
    outage: service.outage?.total ?? null,
    tight:
      bottleneck === null
        ? ''
        : `${bottleneck.at} ${bottleneck.resource} ${shareText(bottleneck.utilisation)}`,
    verdict: thresholds.length === 0 ? null : verdict,
  }
}

/** That all points have which have any; null when they differ, or none has. */
function onlyPhase(rows: readonly PointRow[]): string | null {
  const phases = new Set(rows.flatMap(({ measured }) => (measured === null ? [] : measured.phase)))
  return phases.size === 1 ? [...phases][0]! : null
}

function isSigned({ measured }: PointRow): boolean {
  if (measured === null) return false
  const { delivered, loss, p99, found, outage } = measured
  return [delivered, loss, p99, found ?? undefined, outage ?? undefined].some(
    (value) => value !== undefined && isUnsure(value),
  )
}

function cellsOf(
  { start, status, measured }: PointRow,
  columns: { isFound: boolean; isMoved: boolean; hasPhase: boolean },
  look: Look,
  ink: Ink,
): Cell[] {
  if (measured === null) return [...start, { text: status, paint: ink.bad }]
  const { phase, delivered, loss, p99, found, outage, tight } = measured
  const of = (kind: TextKind, value: Measured | undefined) =>
    value === undefined ? '' : plusMinusOrSign(value, kind, look)
  const figures = [of('rate', delivered), of('loss', loss), of('time', p99)]
  if (columns.isFound) figures.push(found === null ? 'never' : of('time', found))
  if (columns.isMoved) figures.push(outage === null ? '' : of('time', outage))
  return [
    ...start,
    ...(columns.hasPhase ? [phase] : []),
    ...figures,
    tight,
    verdictCell(status, measured, ink),
  ]
}

function verdictCell(status: PointOutcome['status'], { verdict }: Figures, ink: Ink): Cell {
  if (status === 'incomplete') return { text: 'incomplete', paint: ink.doubtful }
  if (verdict === null) return ''
  const paints = { pass: ink.good, close: ink.doubtful, fail: ink.bad }
  return { text: verdict, paint: paints[verdict] }
}

/** "points 3, 4 and 9", "points 1, 2, ... (40 of them)" */
export function numbersText(points: readonly number[]): string {
  if (points.length === 1) return `point ${points[0]!}`
  if (points.length > MOST_NAMED) {
    return `points ${points.slice(0, MOST_NAMED).join(', ')}, ... (${points.length} of them)`
  }
  return `points ${points.slice(0, -1).join(', ')} and ${points.at(-1)!}`
}
