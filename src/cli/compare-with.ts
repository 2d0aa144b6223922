// `lvs-sim compare results/x --with FILE`: a finished run beside what a real director counted.
import { readListing } from '../ipvsadm/read-listing.ts'
import { besideRealText } from '../report/beside-real-text.ts'
import { parseQuantity } from '../scenario/units.ts'
import { besideReal } from '../study/beside-real.ts'
import type { Shell, Values } from './command.ts'
import { folderOf } from './compare-sides.ts'
import { ContentError, UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { wantsColour } from './flags.ts'
import { readPlainText } from './input.ts'
import { readStored } from './stored-results.ts'
import { lookOf } from './terminal.ts'

export async function compareWithReal(values: Values, shell: Shell): Promise<ExitCode> {
  const [path, file] = [values['a'] as string, values['with'] as string]
  for (const other of ['b', 'vary', 'fail-on']) {
    if (values[other] === undefined) continue
    const name = other === 'b' ? String(values['b']) : `--${other}`
    throw new UsageError(`--with and ${name} do not go together`, 'Leave out one of them.')
  }
  const folder = folderOf(path)
  if (folder === null) {
    throw new UsageError(
      `--with takes a folder of results, and ${path} is none`,
      `Run it first: \`lvs-sim run ${path}\` writes results/<name>.`,
    )
  }
  const side = readStored(folder, path)
  const listing = readListing(await readPlainText(file))
  if ('message' in listing) {
    const place = listing.line === null ? file : `${file}:${listing.line}`
    throw new ContentError(`${place}: ${listing.message}`, listing.hint)
  }
  const over = values['over'] as string | undefined
  const overSeconds = over === undefined ? null : parseQuantity('time', over)! / 1e12
  const beside = besideReal(side, listing, { overSeconds })
  if ('message' in beside) throw new ContentError(`${file}: ${beside.message}`, beside.hint)
  const isJson = values['json'] === true || values['format'] === 'json'
  const look = lookOf(process.stdout, wantsColour(values))
  shell.out(isJson ? `${JSON.stringify(beside, null, 2)}\n` : besideRealText(beside, look))
  return EXIT.ok
}
