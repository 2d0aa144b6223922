// How often intervals hold the closed forms: what `npm run closed-forms -- --coverage --json` has
// printed, cells that were tried twice with all of their seeds.
import {
  boundsOf,
  isInRange,
  together,
  tryOut,
  type Coverage,
  type Tried,
} from '../closed-forms/coverage.ts'
import { wholeTable } from '../closed-forms/whole.ts'
import { sourceOf, whatIs } from './closed-forms.ts'
import { absent, linesOf, type Row, type Section } from './section.ts'

export function intervals(rows: Row[]): Section {
  return {
    title: 'Intervals',
    about:
      'In how many of 1,000 tries the 95 % interval over five replications, as `lvs-sim run` ' +
      'prints it, holds the true value, with the bounds of that share (Wilson, 95 %). Wanted ' +
      'are 93 to 97 %; what lay outside has been tried with 1,000 seeds more, and counts with ' +
      'all of them.' +
      absent(
        wholeTable(true)
          .filter(({ trial }) => trial !== null)
          .map(({ name }) => name),
        rows,
      ),
    rows,
  }
}

export function recordedIntervals(text: string): Row[] {
  const lines = linesOf<Coverage>(text)
  const order = wholeTable(true).map(({ name }) => name)
  const firsts = lines.filter(({ firstSeed }) => firstSeed === 1)
  return firsts
    .map((first): Tried => {
      const again = lines.find(
        ({ model, id, firstSeed }) => model === first.model && id === first.id && firstSeed > 1,
      )
      return { first, again: again ?? null }
    })
    .sort((a, b) => order.indexOf(a.first.model) - order.indexOf(b.first.model))
    .map(rowOf)
}

/** Tried now, by the name of the model. */
export function triedIntervals(name: string, seeds: number): Row[] {
  const model = wholeTable(false).find((one) => one.name === name)!
  return tryOut(model, seeds).map(rowOf)
}

function rowOf(tried: Tried): Row {
  const { model, id } = tried.first
  const { covered, seeds } = together(tried)
  const { low, high } = boundsOf({ covered, seeds })
  const percent = (share: number) => (100 * share).toFixed(1)
  return {
    quantity: `${model}: ${whatIs(id)}`,
    source: sourceOf(id),
    known: '95 %',
    ours: `${percent(covered / seeds)} % of ${seeds} (${percent(low)} to ${percent(high)})`,
    difference: isInRange({ covered, seeds }) ? 'inside' : 'OUTSIDE',
  }
}
