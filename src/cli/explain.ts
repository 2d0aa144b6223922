// `lvs-sim explain`: what a field, a metric, a scheduler or a word means.
import { METRICS, type Metric } from '../report/metrics.ts'
import { wrap } from '../report/table.ts'
import { nearest } from '../scenario/nearest.ts'
import { keysAt } from '../scenario/schema-json.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { allPlaces, fieldText, placesCalled } from './explain-field.ts'
import { GLOSSARY } from './glossary.ts'
import { didYouMean } from './guards.ts'

const COLUMNS = 90

export const explain: Command = {
  name: 'explain',
  positional: '[word]',
  summary: 'Says what a field of the scenario, a metric, a scheduler or a word means.',
  examples: [
    'lvs-sim explain',
    'lvs-sim explain services.web.scheduler',
    'lvs-sim explain metrics',
    'lvs-sim explain wlc',
  ],
  flags: {},
  more: `Words: ${Object.keys(GLOSSARY).join(', ')}.`,
  handle,
}

function handle(values: Values, shell: Shell): ExitCode {
  shell.out(textOf(values['word'] as string | undefined))
  return EXIT.ok
}

function textOf(word: string | undefined): string {
  if (word === undefined) return `${fieldText([])!}\n${END}`
  if (Object.hasOwn(GLOSSARY, word)) return `${[word, ...indented(GLOSSARY[word]!)].join('\n')}\n`
  if (word === 'metrics') return METRICS.map(metricText).join('\n')
  const path = word.replace(/\[(\d+)\]/g, '.$1').split('.')
  const field = fieldText(path)
  if (field !== null) return field
  const last = path.at(-1)!
  const metrics = METRICS.filter(
    ({ name }) => last !== '' && name.split(/[.|, <>[\]]+/).includes(last),
  )
  if (metrics.length > 0) return metrics.map(metricText).join('\n')
  const places = placesCalled(word)
  if (places.length > 0) return `${[word, ...places.map((place) => `  ${place}`)].join('\n')}\n`
  throw unknown(word, path)
}

const END =
  'lvs-sim explain <field> tells more of one, `metrics` what is measured; schedulers and ' +
  'modes by name.\n'

function metricText({ name, unit, meaning }: Metric): string {
  return `${[`.${name}  [${unit}]`, ...indented(meaning)].join('\n')}\n`
}

function indented(text: string): string[] {
  return wrap(text, COLUMNS - 2).map((line) => `  ${line}`)
}

function unknown(word: string, path: readonly string[]): UsageError {
  const siblings = path.length > 1 ? keysAt(path.slice(0, -1)) : []
  const meant = nearest(path.at(-1)!, siblings)
  const place = meant === undefined ? undefined : [...path.slice(0, -1), meant].join('.')
  const leaves = allPlaces().map((known) => known.split('.').at(-1)!)
  const words = ['metrics', ...Object.keys(GLOSSARY), ...keysAt([]), ...leaves]
  return new UsageError(
    `there is nothing called "${word}"`,
    didYouMean(place ?? nearest(word, words)) ??
      'See `lvs-sim explain` for the fields, `lvs-sim help explain` for the words.',
  )
}
