// `npm run power [tries]`: how often `compare` shows a true difference of 1 %, in pairs and in
// independent runs. Two hundred tries take a minute of processor time. Fails when pairs show it in
// less than 80 % of tries, or independent runs, which have 5 % by chance, in more than 20 %.
import { powerLine, powerOver } from './power.ts'

const [triesText = '200', ...rest] = process.argv.slice(2)
const tries = Number(triesText)
if (!Number.isInteger(tries) || tries < 20 || rest.length > 0) {
  process.stderr.write(`expected a number of tries of 20 or more, got "${triesText}"\n`)
  process.exit(2)
}
const [pairs, independent] = await powerOver(tries)
for (const one of [pairs!, independent!]) process.stdout.write(`${powerLine(one)}\n`)
const isRight = pairs!.shown >= 0.8 * tries && independent!.shown <= 0.2 * tries
process.exitCode = isRight ? 0 : 1
