// What `lvs-sim theory` prints: a row per variant, and of a single one every resource.
import type { Theory } from '../theory/theory.ts'
import { inkOf, type Look } from './look.ts'
import { paragraph, table, type Cell } from './table.ts'
import { rateText, shareText } from './units-text.ts'

export interface TheoryRow {
  /** What was varied; null where nothing was: the forwarding says which it is. */
  label: string | null
  theory: Theory
}

/** Of one service. */
interface ServiceRow {
  label: string
  theory: Theory
}

/** Cold is told when it differs from warm by more than this. */
const DIFFERENT = 0.01

/** The table, a newline at its end. */
export function theoryTable(rows: readonly TheoryRow[], look: Look): string {
  const ink = inkOf(look)
  const all = rows.flatMap(servicesOf)
  const isColdTold = all.some(({ theory }) => isDifferent(theory))
  const head: Cell[] = [
    '',
    'most it can carry',
    ...(isColdTold ? ['all new'] : []),
    'what stops it',
  ].map((text) => ({ text, paint: ink.quiet }))
  const lines = table([head, ...all.map((row) => cellsOf(row, isColdTold))], {
    width: look.width,
    right: isColdTold ? [1, 2] : [1],
  })
  const details =
    rows.length === 1 ? all.flatMap(({ theory }) => ['', ...resourceLines(theory, look)]) : []
  const remarks = remarksOf(rows, isColdTold).flatMap((text) => [
    '',
    ...paragraph(text, look.width, 0),
  ])
  return `${[...lines, ...details, ...remarks].join('\n')}\n`
}

/** A row for each service with load. */
function servicesOf({ label, theory }: TheoryRow): ServiceRow[] {
  const { further = [] } = theory
  return [theory, ...further].map((own) => {
    const words = label ?? own.forwarding
    return { label: further.length === 0 ? words : `${own.service} ${words}`, theory: own }
  })
}

function remarksOf(rows: readonly TheoryRow[], isColdTold: boolean): string[] {
  const isPartial = rows.some(({ theory }) => theory.leavesOutPackets)
  const all = rows.flatMap(servicesOf).map(({ theory }) => theory)
  const beside = rows.flatMap(({ theory }) => theory.beside ?? [])
  const users = rows.flatMap(({ theory: { further = [] } }) =>
    further.flatMap((each) => (each.beside ?? []).filter(({ pps }) => pps === null)),
  )
  return [
    ...(isColdTold
      ? ['all new: every request opens a connection. Else the connections exist already.']
      : []),
    ...(beside.length > 0
      ? ['Each service while the others have the highest of their steady rates.']
      : []),
    ...new Set(rows.flatMap(({ theory }) => elsewhereText(theory))),
    ...(users.length > 0 ? [`The users of ${users[0]!.service} are left out of the others.`] : []),
    ...new Set(all.flatMap(({ tooBig = [] }) => tooBig.map(tooBigText))),
    ...new Set(all.flatMap(({ shrinks = [] }) => shrinks.map(shrinksText))),
    ...(isPartial ? ['Packets beside the requests (workload.packets) are left out.'] : []),
  ]
}

/** Limits are of requests that are sent, these among them. */
function tooBigText({ share, at, text }: NonNullable<Theory['tooBig']>[number]): string {
  return `${shareText(share)} of the requests are lost at ${at}: ${text}.`
}

function shrinksText(where: string): string {
  return (
    `Path MTU discovery: ${where}. Segments are counted as small as they are in the end, those ` +
    `that every connection loses until it is told are not.`
  )
}

/** What is carried after a take-over is another question, and how to ask it. */
function elsewhereText({ elsewhere = [] }: Theory): string[] {
  const [first] = elsewhere
  if (first === undefined) return []
  const sets = elsewhere.map(
    ({ service, couldBeOn }) => `--set services.${service}.director=${couldBeOn}`,
  )
  return [
    `Addresses are where they are meant to be; with all of them on ${first.couldBeOn}: ` +
      sets.join(' '),
  ]
}

function isDifferent({ warm, cold }: Theory): boolean {
  return Math.abs(warm.mostPps - cold.mostPps) > DIFFERENT * warm.mostPps
}

function cellsOf({ label, theory }: ServiceRow, isColdTold: boolean): Cell[] {
  const { warm, cold } = theory
  const stops = joined(warm.stoppedBy.map(({ at, resource }) => `${at} ${resource}`))
  const [first] = warm.stoppedBy
  const cells = [label, rateText(warm.mostPps), ...(isColdTold ? [rateText(cold.mostPps)] : [])]
  return [...cells, `${stops}: ${first?.note ?? ''}`]
}

/** "lb1.eth0 receive and send" */
function joined(names: readonly string[]): string {
  const [first = '', ...rest] = names
  const place = first.slice(0, first.lastIndexOf(' ') + 1)
  return [
    first,
    ...rest.map((name) => (name.startsWith(place) ? name.slice(place.length) : name)),
  ].join(' and ')
}

function resourceLines(theory: Theory, look: Look): string[] {
  const ink = inkOf(look)
  const resource = theory.beside === undefined ? 'resource' : `resource, for ${theory.service}`
  const head = [resource, 'full at', ''].map((text): Cell => ({ text, paint: ink.quiet }))
  const rows = theory.resources.map(({ at, resource, mostPps, note }): Cell[] => [
    `${at} ${resource}`,
    rateText(mostPps),
    note,
  ])
  return table([head, ...rows], { width: look.width, right: [1] })
}
