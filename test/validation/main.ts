// `npm run validation [FILE] [COVERAGE]` prints results/validation.md: what is validated, against
// what, and how far it is apart. FILE has the lines of `npm run closed-forms -- --json`, COVERAGE
// those of `npm run closed-forms -- --coverage --json`, which take long; without them the ones in
// recorded/.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { claims } from './claims.ts'
import { closedForms, recordedClosedForms } from './closed-forms.ts'
import { intervals, recordedIntervals } from './intervals.ts'
import { boxes, exactValues, recordings, tcpFormulas, toeplitz } from './measured.ts'
import { markdownOf } from './section.ts'

const HEAD = `# What is validated

Each quantity with the source of its true or published value, that value, ours and the difference.
Made by \`npm run validation\`; \`npm test\` computes what takes seconds again and compares.
`

const [file = recorded('closed-forms'), coverage = recorded('coverage')] = process.argv.slice(2)

const sections = [
  closedForms(recordedClosedForms(textOf(file, '--json'))),
  intervals(recordedIntervals(textOf(coverage, '--coverage --json'))),
  ...[exactValues(), tcpFormulas(), toeplitz(), boxes(), recordings(), claims()],
]
const text = [HEAD, ...sections.map(markdownOf)].join('\n\n')
const look = { parser: 'markdown', printWidth: 100, proseWrap: 'preserve' } as const
process.stdout.write(await format(text, look))

function recorded(name: string): string {
  return fileURLToPath(new URL(`recorded/${name}.jsonl`, import.meta.url))
}

function textOf(path: string, words: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8')
  console.error(`there is no file "${path}": npm run closed-forms -- ${words} > FILE makes one`)
  return process.exit(EXIT.file)
}
