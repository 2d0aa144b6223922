// A simulation that a person waits for: options of the command line, and the progress line on
// standard error.
import type { Scenario } from '../scenario/scenario.ts'
import type { Progress, RunOptions } from '../study/replications.ts'
import { simulate, type Simulated, type SimulateOptions } from '../study/simulate.ts'
import type { Shell, Values } from './command.ts'
import { wantsColour } from './flags.ts'
import type { Interrupt } from './interrupt.ts'
import { ProgressLine } from './progress.ts'
import { lookOf } from './terminal.ts'
import { version } from './version.ts'

export function runOptions(values: Values, interrupt: Interrupt): RunOptions {
  const workers = values['workers'] as number | undefined
  return { signal: interrupt.signal, ...(workers === undefined ? {} : { workers }) }
}

/** Simulates with the progress line. */
export function watched(
  scenario: Scenario,
  options: RunOptions,
  values: Values,
  shell: Shell,
): Promise<Simulated> {
  return withProgress(scenario, options, values, shell, (own) => simulate(scenario, own))
}

/** Draws the progress line while that runs. */
export async function withProgress<T>(
  scenario: Scenario,
  options: RunOptions,
  values: Values,
  shell: Shell,
  work: (settings: SimulateOptions) => Promise<T>,
): Promise<T> {
  const strict = values['strict'] === true
  const settings = { ...options, version: version(), strict }
  const isShown = process.stderr.isTTY && values['no-progress'] !== true && quietness(values) === 0
  if (!isShown) return work(settings)
  const line = new ProgressLine(shell.err, scenario, lookOf(process.stderr, wantsColour(values)))
  const onProgress = (progress: Progress): void => line.draw(progress)
  try {
    return await work({ ...settings, onProgress })
  } finally {
    line.clear()
  }
}

export function quietness(values: Values): number {
  return (values['quiet'] as number | undefined) ?? 0
}
