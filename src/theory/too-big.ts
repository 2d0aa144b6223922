// What does not get through because of its size, of all requests together: a limit of nothing at
// all where every request is of it.
import type { ResourceUse, TooBig } from './limits.ts'
import type { Passage } from './passages.ts'

/** Shares are sums. */
const ALMOST_ALL = 1 - 1e-9

/** By place and reason, as shares of all requests. */
export function tooBigOf(passages: readonly Passage[]): TooBig[] {
  const found = new Map<string, TooBig>()
  for (const { share, tooBig } of passages) {
    for (const { at, text, ...own } of tooBig) {
      const known = found.get(`${at} ${text}`)?.share ?? 0
      found.set(`${at} ${text}`, { share: known + share * own.share, at, text })
    }
  }
  return [...found.values()]
}

export function isAllTooBig(passages: readonly Passage[]): boolean {
  const through = passages.reduce((sum, { share, tooBig }) => {
    return sum + tooBig.reduce((rest, each) => rest * (1 - each.share), share)
  }, 0)
  return through <= 1 - ALMOST_ALL
}

/** Nothing gets through: the limit is none, and has no parts that others could take of. */
export function sizeLimits(passages: readonly Passage[]): ResourceUse[] {
  if (!isAllTooBig(passages)) return []
  return tooBigOf(passages).map(({ at, text }) => {
    const note = `nothing gets through, ${text}`
    return { at, resource: 'mtu', mostPps: 0, note, secondsOf: new Map() }
  })
}
