// `lvs-sim explain`: what a field, a metric, a scheduler or a word means.
import { METRICS, type Metric } from '../report/metrics.ts'
import { wrap } from '../report/table.ts'
import { nearest } from '../scenario/nearest.ts'
import { keysAt } from '../scenario/schema-json.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { allPlaces, fieldText, placesCalled, placesWith } from './explain-field.ts'
import { GLOSSARY } from './glossary.ts'
import { didYouMean } from './guards.ts'
import { entryLines, type Entry } from './explain-lines.ts'
import { lookOf } from './terminal.ts'

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
  const { width } = lookOf(process.stdout, undefined)
  shell.out(textOf(values['word'] as string | undefined, width))
  return EXIT.ok
}

function textOf(word: string | undefined, width: number): string {
  if (word === undefined) return `${fieldText([], width)!}\n${END}`
  const known = Object.hasOwn(GLOSSARY, word) ? word : word.toLowerCase()
  if (Object.hasOwn(GLOSSARY, known)) {
    return `${[known, ...indented(GLOSSARY[known]!, width)].join('\n')}\n`
  }
  const allMetrics = (metrics: readonly Metric[]): string =>
    metrics.map((metric) => metricText(metric, width)).join('\n')
  if (word === 'metrics') return allMetrics(METRICS)
  const path = word.replace(/\[(\d+)\]/g, '.$1').split('.')
  const field = fieldText(path, width)
  if (field !== null) return field
  const last = path.at(-1)!
  const metrics = METRICS.filter(
    ({ name }) => last !== '' && name.split(/[.|, <>[\]]+/).includes(last),
  )
  if (metrics.length > 0) return allMetrics(metrics)
  const places = placesCalled(word)
  if (places.length === 1) return fieldText(places[0]![0].split('.'), width)!
  if (places.length > 1) return `${[word, ...entryLines(places, width)].join('\n')}\n`
  const mentions = mentionsOf(word)
  if (mentions.length === 0) throw unknown(word, path)
  return `${[`"${word}" is mentioned here:`, ...entryLines(mentions, width)].join('\n')}\n`
}

/** What has a word that begins so, in whatever letters. */
function mentionsOf(word: string): Entry[] {
  if (!/[a-z0-9]{2}/i.test(word)) return []
  const pattern = new RegExp(`(?<![a-z0-9])${word.replace(/[^\w\s]/g, '\\$&')}`, 'i')
  const has = (text: string): boolean => pattern.test(text)
  const words = Object.entries(GLOSSARY).filter(([, about]) => has(about))
  const metrics = METRICS.filter(({ meaning }) => has(meaning))
  return [
    ...placesWith(has),
    ...words,
    ...metrics.map(({ name, meaning }): Entry => [name, meaning]),
  ]
}

const END =
  'lvs-sim explain <field> tells more of one, `metrics` what is measured; schedulers and ' +
  'modes by name.\n'

function metricText({ name, unit, meaning }: Metric, width: number): string {
  return `${[`.${name}  [${unit}]`, ...indented(meaning, width)].join('\n')}\n`
}

function indented(text: string, width: number): string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`)
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
