// What somebody probably meant: the nearest of the words that would have been right. Only within a
// third of the word's length, and never a word that differs in its number alone: rs9 is not a
// typing mistake for rs1.

/** The nearest word, or nothing when all are far off. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of candidates) {
    if (withoutNumber(candidate) === withoutNumber(word) && candidate !== word) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

function withoutNumber(word: string): string {
  return /\d/.test(word) ? word.replace(/\d+/g, '#') : `${word}!`
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(change, row[j]! + 1, next[j - 1]! + 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) cost = Math.min(cost, before[j - 2]! + 1)
      next.push(cost)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
