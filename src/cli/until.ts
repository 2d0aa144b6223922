// `run --until 'web.latency.p99 within 2%'`: adds replications until the answer is precise enough.
import type { Loaded } from '../scenario/load.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { knownIn } from '../study/metric-names.ts'
import type { RunOptions } from '../study/replications.ts'
import type { Simulated } from '../study/simulate.ts'
import { readPrecision, simulateUntil, type Precision } from '../study/until.ts'
import type { Flag, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { withProgress } from './watched.ts'

/** Unless --replications says another. */
const MOST = 200

export const until: Flag = {
  kind: 'list',
  value: 'METRIC within AMOUNT',
  describe: `add replications until so precise, ${MOST} or --replications at most`,
}

/** What is to be reached; a typing mistake is told before anything is simulated. */
export function precisionsOf(values: Values, scenario: Scenario): Precision[] {
  const known = knownIn(scenario)
  return ((values['until'] as string[] | undefined) ?? []).map((text) => {
    const precision = readPrecision(text, known)
    if ('message' in precision) {
      throw new UsageError(`--until: ${precision.message}`, precision.hint)
    }
    return precision
  })
}

export interface Precise {
  simulated: Simulated
  /** The same scenario with the number of replications that it came to. */
  document: Loaded['document']
  reached: boolean
}

export async function watchedUntil(
  { scenario, document }: Loaded,
  precisions: readonly Precision[],
  options: RunOptions,
  values: Values,
  shell: Shell,
): Promise<Precise> {
  const most = (values['replications'] as number | undefined) ?? MOST
  const done = await withProgress(scenario, options, values, shell, (settings) =>
    simulateUntil(scenario, precisions, most, settings),
  )
  const { reached, used, ...simulated } = done
  if (!reached && options.signal?.aborted !== true) {
    const wanted = precisions.map(({ text }) => text).join(' and ')
    const count = used.time.replications
    shell.err(
      `not so precise: ${wanted} needs more than ${count} replications; ` +
        `--replications allows more\n`,
    )
  }
  const { replications } = used.time
  return { simulated, reached, document: { ...document, time: { ...document.time, replications } } }
}
