// `npm run validation [FILE]` prints results/validation.md: what is validated, against what, and
// how far it is apart. FILE has the lines of `npm run closed-forms -- --json`, which take long;
// without it the closed forms that take seconds are simulated.
import { existsSync, readFileSync } from 'node:fs'
import { format } from 'prettier'
import { claims } from './claims.ts'
import { closedForms, simulatedClosedForms, recordedClosedForms } from './closed-forms.ts'
import { boxes, exactValues, recordings, tcpFormulas, toeplitz } from './measured.ts'
import { markdownOf } from './section.ts'

const HEAD = `# What is validated

Each quantity with the source of its true or published value, that value, ours and the difference.
Made by \`npm run validation\`; \`npm test\` computes what takes seconds again and compares.
`

const [file] = process.argv.slice(2)
if (file !== undefined && !existsSync(file)) {
  console.error(`there is no file "${file}": npm run closed-forms -- --json > FILE makes one`)
  process.exit(4)
}
const rows =
  file === undefined ? simulatedClosedForms() : recordedClosedForms(readFileSync(file, 'utf8'))
const sections = [
  ...[closedForms(rows), exactValues(), tcpFormulas(), toeplitz(), boxes()],
  ...[recordings(), claims()],
]
const text = [HEAD, ...sections.map(markdownOf)].join('\n\n')
const look = { parser: 'markdown', printWidth: 100, proseWrap: 'preserve' } as const
process.stdout.write(await format(text, look))
