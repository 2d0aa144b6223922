// The rate of a phase as a file gives it: "14Mpps", "0pps..14Mpps", or the points of a curve.
import type { Findings } from './findings.ts'
import { highestRate, rateAt, type Rated, type RatePoint } from './rates.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { formatQuantity, parseQuantity, suggestQuantity } from './units.ts'

export type RateDocument = NonNullable<
  NonNullable<NonNullable<Document['workload']>['phases']>[number]['rate']
>
type Rate = Omit<Rated, 'durationPs'>

export const IDLE: Rate = { fromRate: 0, toRate: 0 }
const MOST_PPS = 1_000_000_000

/** Of a phase of that length; curves of files have become points before. */
export function readRate(
  given: RateDocument | undefined,
  durationPs: number,
  path: Path,
  findings: Findings,
): Rate {
  if (given === undefined) {
    findings.error(path.slice(0, -1), '"rate" is missing, a rate of requests, like "14Mpps"')
    return IDLE
  }
  const rate = Array.isArray(given)
    ? readCurve(given, durationPs, path, findings)
    : readText(given as string, path, findings)
  const most = highestRate({ durationPs, ...rate })
  if (most > MOST_PPS) {
    const got = typeof given === 'string' ? given : formatQuantity('packetRate', most)
    findings.error(path, `at most 1Gpps, got "${got}"`)
  }
  return rate
}

/** "14Mpps" or "0pps..14Mpps" in requests per second. */
function readText(text: string, path: Path, findings: Findings): Rate {
  const parts = text.split('..')
  const rates = parts.map((part) => parseQuantity('packetRate', part.trim()))
  if (parts.length <= 2 && rates.every((rate) => rate !== null)) {
    return { fromRate: rates[0]!, toRate: rates.at(-1)! }
  }
  const expected = 'expected a rate of requests, like "14Mpps" or "0pps..14Mpps"'
  const hint = suggestQuantity('packetRate', text)
  findings.error(path, `${expected}, got ${JSON.stringify(text)}`, hint)
  return IDLE
}

function readCurve(
  points: readonly (readonly [string, string])[],
  durationPs: number,
  path: Path,
  findings: Findings,
): Rate {
  const curve = points.map(([at, rate]): RatePoint => {
    return {
      atPs: Math.round(parseQuantity('time', at)!),
      rate: parseQuantity('packetRate', rate)!,
    }
  })
  const back = curve.findIndex(({ atPs }, index) => index > 0 && atPs < curve[index - 1]!.atPs)
  if (back > 0) {
    const [earlier, later] = [points[back]![0], points[back - 1]![0]]
    findings.error([...path, back, 0], `time goes back: "${earlier}" comes after "${later}"`)
    return IDLE
  }
  const last = curve.at(-1)!
  if (last.atPs > durationPs && durationPs > 0) {
    const end = formatQuantity('time', durationPs)
    const message = `the phase ends at ${end}, before the last point at "${points.at(-1)![0]}"`
    findings.warn([...path, points.length - 1, 0], message)
  }
  // A step at the very start is no step: what counts is the rate that it leads to.
  const fromRate = rateAt(curve, 0)
  const within = curve.filter(({ atPs }) => atPs > 0 && atPs < durationPs)
  return { fromRate, toRate: rateAtEnd(curve, durationPs), curve: within }
}

/** Before a step that lies at the end. */
function rateAtEnd(curve: readonly RatePoint[], durationPs: number): number {
  const next = curve.findIndex(({ atPs }) => atPs >= durationPs)
  if (next < 0) return curve.at(-1)!.rate
  if (next === 0) return curve[0]!.rate
  const [from, to] = [curve[next - 1]!, curve[next]!]
  return from.rate + (to.rate - from.rate) * ((durationPs - from.atPs) / (to.atPs - from.atPs))
}
