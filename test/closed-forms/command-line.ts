// The words after `npm run closed-forms --`.
import { nearest } from '../../src/ipvsadm/problem.ts'
import type { Model } from './models.ts'
import { wholeTable } from './whole.ts'

const FLAGS = ['--heavy', '--json', '--coverage']
const FEWEST_SEEDS = 20

export interface Asked {
  isHeavy: boolean
  isJson: boolean
  /** Null where values are judged. */
  seeds: number | null
  /** Names of models or parts of them; all when there are none. */
  names: string[]
}

/** What is asked for, or a text that says what is wrong with it. */
export function readWords(words: readonly string[]): Asked | string {
  const flags = words.filter((word) => word.startsWith('-'))
  const unknown = flags.find((flag) => !FLAGS.includes(flag))
  if (unknown !== undefined) {
    const near = nearest(unknown, FLAGS)
    const hint =
      near === undefined ? `the options are ${FLAGS.join(', ')}` : `did you mean ${near}?`
    return `unknown option ${unknown}: ${hint}`
  }
  const isCoverage = flags.includes('--coverage')
  const rest = words.filter((word) => !flags.includes(word))
  const numbers = isCoverage ? rest.filter((word) => /^[\d.]+$/.test(word)) : []
  const seeds = Number(numbers[0] ?? 1000)
  if (numbers.length > 1) return `two numbers of seeds, ${numbers.join(' and ')}: give one`
  if (isCoverage && (!Number.isInteger(seeds) || seeds < FEWEST_SEEDS)) {
    return `expected a whole number of seeds of ${FEWEST_SEEDS} or more, got ${numbers[0]}`
  }
  const names = rest.filter((word) => !numbers.includes(word))
  const isHeavy = flags.includes('--heavy')
  const lost = names.find((name) => !isKnown(name, isHeavy))
  if (lost !== undefined) {
    const hint = isKnown(lost, true) ? 'it takes hours: add --heavy' : examples()
    return `no model has "${lost}" in its name: ${hint}`
  }
  return { isHeavy, isJson: flags.includes('--json'), seeds: isCoverage ? seeds : null, names }
}

/** By a whole name that one alone, by a part of names all that have it; all when none is given. */
export function namedBy(
  words: readonly string[],
  models: readonly Model<unknown>[],
): Model<unknown>[] {
  const names = new Set(models.map(({ name }) => name))
  return models.filter(
    ({ name }) =>
      words.length === 0 ||
      words.some((word) => (names.has(word) ? name === word : name.includes(word))),
  )
}

function isKnown(part: string, isHeavy: boolean): boolean {
  return wholeTable(isHeavy).some(({ name }) => name.includes(part))
}

function examples(): string {
  const kinds = new Set(wholeTable(true).map(({ name }) => name.replace(/ (at|with|over) .*/, '')))
  return `there are ${[...kinds].join(', ')}, like "M/M/1 at 0.9"`
}
