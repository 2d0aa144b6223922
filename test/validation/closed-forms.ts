// Closed forms of queues and of hashing beside the product's own elements (../closed-forms).
import { judge, REPLICATIONS, type Judged } from '../closed-forms/judge.ts'
import { CONFIDENCE, wholeTable } from '../closed-forms/whole.ts'
import { absent, apart, digits, linesOf, type Row, type Section } from './section.ts'

const SOURCES: readonly (readonly [prefix: string, source: string])[] = [
  ['ref-mm1-', 'Kleinrock 1975, 3.2'],
  ['ref-md1-', 'Pollaczek-Khinchine; Erlang 1909'],
  ['ref-mmc-', 'Erlang C, 1917'],
  ['ref-mg1-', 'Pollaczek-Khinchine'],
  ['ref-ps-', 'Kleinrock 1976, 4.4'],
  ['ref-rr-ENM1-', 'E_N/M/1: GI/M/1, its root solved'],
  ['ref-jsq-', 'Markov chain, solved'],
  ['ref-supermarket-', 'Mitzenmacher 1996'],
  ['ref-mm1k-', 'M/M/1/K: Kleinrock 1975, 3.6'],
  ['ref-md1k-', 'M/D/1/K: embedded chain, solved'],
  ['ref-erlangB-', 'Erlang B, 1917'],
  ['ref-balls-', 'exact distribution of the maximum'],
  ['ref-jain-', '1 + (n − 1) / m, exact'],
]

const MODELS = wholeTable(false)
/** The models of those names, simulated now; with the same intervals as in the whole table. */
export function simulatedClosedForms(names: readonly string[]): Row[] {
  return MODELS.filter(({ name }) => names.includes(name)).flatMap((model) =>
    judge(model, CONFIDENCE).map(rowOf),
  )
}

/** What `npm run closed-forms -- --json` has printed, a line for each value; as in the table. */
export function recordedClosedForms(text: string): Row[] {
  const order = wholeTable(true).map(({ name }) => name)
  const placeOf = ({ model }: Judged): number => order.indexOf(model)
  return linesOf<Judged>(text)
    .sort((a, b) => placeOf(a) - placeOf(b))
    .map(rowOf)
}

export function closedForms(rows: Row[]): Section {
  return {
    title: 'Closed forms',
    about:
      `In units of the mean service time. Ours is the mean of ${REPLICATIONS} replications with ` +
      'its interval, sharpened by the customers and the work that chance gave each of them ' +
      '(control variates); ' +
      `all intervals together hold the true values with 99.9 % (Bonferroni over all values of ` +
      '`npm run closed-forms -- --heavy`), and are at most ±1 % wide, ±3 % for the 99th ' +
      'percentile.' +
      absent(
        wholeTable(true).map(({ name }) => name),
        rows,
      ),
    rows,
  }
}

/** By the end of a reference's name; those that end otherwise are told by their beginning. */
const QUANTITIES: readonly (readonly [pattern: RegExp, quantity: string])[] = [
  [/-p99_Wq$/, '99th percentile of the wait'],
  [/-Wq$|^ref-mg1-/, 'mean wait'],
  [/-p50_T$/, 'median time in the system'],
  [/-p99_T$/, '99th percentile of the time in the system'],
  [/-W$|-ET$|^ref-ps-/, 'mean time in the system'],
  [/-L$/, 'mean number in the system'],
  [/-ErlangC$/, 'share that waits'],
  [/^ref-(?:mm1k|md1k|erlangB)-/, 'share lost'],
  [/^ref-balls-/, 'mean of the most flows of one'],
  [/^ref-jain-/, "mean of 1 / Jain's index"],
]

export function whatIs(id: string): string {
  const found = QUANTITIES.find(([pattern]) => pattern.test(id))
  if (found === undefined) throw new Error(`no name for ${id}`)
  return found[1]
}

export function sourceOf(id: string): string {
  const source = SOURCES.find(([prefix]) => id.startsWith(prefix))
  if (source === undefined) throw new Error(`no source for ${id}`)
  return source[1]
}

function rowOf({ model, id, truth, mean, low, high }: Judged): Row {
  return {
    quantity: `${model}: ${whatIs(id)}`,
    source: sourceOf(id),
    known: digits(truth),
    ours: `${digits(mean)} (${digits(low)} to ${digits(high)})`,
    difference: apart(mean, truth),
  }
}
