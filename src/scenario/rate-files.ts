// Curves of rates that stand in files become lists of points, and phases that are as long as their
// curve get that length: from then on the document says all of it.
import { readRateCurve, type CurvePoint } from '../traffic/rate-curve.ts'
import type { Findings } from './findings.ts'
import type { RateDocument } from './read-rate.ts'
import { problemText } from './replay.ts'
import { MOST_POINTS } from './schema-rate.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { formatQuantity } from './units.ts'

type ReadFile = ((path: string) => string) | undefined
type File = Extract<RateDocument, { file: string }>
interface RatesDocument {
  rate?: RateDocument | undefined
  rates?: Record<string, RateDocument> | undefined
}
type Points = Extract<RateDocument, unknown[]>

/** A file that cannot be read throws what `readFile` throws. */
export function readRateFiles(
  document: Document,
  readFile: ReadFile,
  findings: Findings,
): Document {
  const { workload } = document
  if (workload === undefined) return document
  const read = (rate: RateDocument | undefined, ...at: (string | number)[]) =>
    withPoints(rate, ['workload', ...at, 'rate'], readFile, findings)
  const phases = workload.phases?.map((phase, index) => {
    const rate = read(phase.rate, 'phases', index)
    if (rate === null) return { ...phase, for: phase.for ?? '1s', rate: '0pps' }
    if (!Array.isArray(rate)) return phase
    return { ...phase, for: phase.for ?? rate.at(-1)![0], rate }
  })
  const byPhase = <T extends RatesDocument>(given: Record<string, T>, key: string) =>
    mapped(given, (each, name) => {
      const own = (rate: RateDocument, ...at: string[]) =>
        withPoints(rate, ['workload', key, name, ...at], readFile, findings) ?? '0pps'
      return {
        ...each,
        ...(each.rate === undefined ? {} : { rate: own(each.rate, 'rate') }),
        ...(each.rates === undefined
          ? {}
          : { rates: mapped(each.rates, (rate, phase) => own(rate, 'rates', phase)) }),
      }
    })
  const { packets, services } = workload
  return {
    ...document,
    workload: {
      ...workload,
      ...(phases === undefined ? {} : { phases }),
      ...(packets === undefined ? {} : { packets: byPhase(packets, 'packets') }),
      ...(services === undefined ? {} : { services: byPhase(services, 'services') }),
    },
  }
}

function mapped<T, U>(
  all: Record<string, T>,
  change: (one: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one, name)]))
}

/** A file's points in its place; null with findings. */
function withPoints(
  rate: RateDocument | undefined,
  path: Path,
  readFile: ReadFile,
  findings: Findings,
): RateDocument | undefined | null {
  if (rate === undefined || typeof rate === 'string' || Array.isArray(rate)) return rate
  const { file } = rate
  if (readFile === undefined) {
    findings.error([...path, 'file'], `a file of a curve, "${file}", cannot be read here`)
    return null
  }
  const read = readRateCurve(readFile(file))
  if (!Array.isArray(read)) {
    findings.error([...path, 'file'], problemText(file, read))
    return null
  }
  if (read.length > MOST_POINTS) {
    const message = `${file}: ${read.length} points, a curve has at most ${MOST_POINTS}`
    findings.error([...path, 'file'], `${message}: leave some out`)
    return null
  }
  return pointsOf(read, rate)
}

function pointsOf(read: readonly CurvePoint[], { speed = 1, scale = 1 }: File): Points {
  return read.map(({ atPs, rate }): [string, string] => [
    formatQuantity('time', Math.round(atPs / speed)),
    formatQuantity('packetRate', Number((rate * scale).toPrecision(12))),
  ])
}
