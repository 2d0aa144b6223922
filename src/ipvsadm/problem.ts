// What is wrong with a line of rules, and where it stands.
import type { Word } from './words.ts'

export interface RuleProblem {
  /** All three count from 1. */
  line: number
  column: number
  length: number
  message: string
  expected?: string
  got?: string
  suggestion?: string
}

export type Hints = Pick<RuleProblem, 'expected' | 'got' | 'suggestion'>

/** Ends the reading of one line; `parseRules` turns it into a problem of the result. */
export class Refusal extends Error {
  readonly problem: RuleProblem
  /** Exit code of ipvsadm: 2 for what it refuses itself, 255 for what its parser does not know. */
  readonly exit: number

  constructor(word: Word, message: string, hints: Hints = {}, exit: number = 2) {
    super(message)
    this.exit = exit
    this.problem = {
      line: word.line,
      column: word.column,
      length: Math.max(1, word.text.length),
      message,
      ...hints,
    }
  }
}

/**
 * The nearest of some words, of equals one with the same first letter; nothing when all are far.
 */
export function nearest(text: string, words: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(text.length / 3)) + 1
  for (const word of words) {
    const edits = editDistance(text, word)
    const isBetter = edits === least && word[0] === text[0] && best?.[0] !== text[0]
    if (edits < least || isBetter) {
      least = edits
      best = word
    }
  }
  return best
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1))
    }
    previous = row
  }
  return previous[to.length]!
}
