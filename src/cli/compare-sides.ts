// What `lvs-sim compare` sets side by side: folders of finished runs, scenarios that are simulated
// now, one scenario under several values, or a folder and the one before it.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Loaded } from '../scenario/load.ts'
import type { Side } from '../study/compare.ts'
import type { Shell, Values } from './command.ts'
import { FileError, UsageError } from './errors.ts'
import type { Interrupt } from './interrupt.ts'
import { readInput, type Kind } from './input.ts'
import { tellWarnings } from './load.ts'
import { isFolder, readStored } from './stored-results.ts'
import { checkVaried, loadChanged, type Vary } from './vary.ts'
import { runOptions, watched } from './watched.ts'

/** Either at hand already, or to be simulated. */
export type Source = { side: Side } | { label: string; loaded: Loaded }

/** The first is what all others are compared with. Nothing is simulated yet. */
export async function sourcesOf(values: Values, shell: Shell): Promise<Source[]> {
  const [a, b] = [values['a'] as string, values['b'] as string | undefined]
  const vary = values['vary'] as Vary | undefined
  if (vary !== undefined) return variedSources(a, b, vary, values, shell)
  const sources =
    b === undefined
      ? withTheOneBefore(a)
      : [await sourceOf(a, values, shell), await sourceOf(b, values, shell)]
  if (sources.every((source) => 'side' in source)) refuseToSimulate(values)
  return sources
}

/** Flags that say how to simulate, or how to read what is simulated. */
const FOR_SCENARIOS = ['set', 'seed', 'replications', 'duration', 'as', 'load']

/** Both are finished: a flag that would change them has nothing to change. */
function refuseToSimulate(values: Values): void {
  const given = FOR_SCENARIOS.find((name) => [values[name] ?? []].flat().length > 0)
  if (given === undefined) return
  throw new UsageError(
    `--${given} does not go with results of finished runs: nothing is simulated again`,
    "Compare their scenarios instead: each folder holds the one it is of, as 'scenario.json'.",
  )
}

async function variedSources(
  path: string,
  second: string | undefined,
  { path: place, values: wanted }: Vary,
  values: Values,
  shell: Shell,
): Promise<Source[]> {
  if (second !== undefined) {
    throw new UsageError('--vary takes one scenario, not two', `Leave out ${second} or --vary.`)
  }
  if (isFolder(path)) {
    const scenario = join(path, 'scenario.json')
    throw new UsageError('--vary simulates a scenario, not a folder', `Its own is ${scenario}.`)
  }
  if (wanted.length < 2) {
    throw new UsageError('--vary needs two values or more to compare', `Got only "${wanted[0]!}".`)
  }
  const input = await readInput(path, values['as'] as Kind | undefined)
  checkVaried(loadChanged(input, values, null).document, place)
  const told = new Set<string>()
  return wanted.map((value) => {
    const loaded = loadChanged(input, values, `${place}=${value}`)
    tellWarnings(loaded.warnings, values, shell, told)
    return { label: value, loaded }
  })
}

async function sourceOf(path: string, values: Values, shell: Shell): Promise<Source> {
  const folder = folderOf(path)
  if (folder !== null) return { side: readStored(folder, path) }
  const input = await readInput(path, values['as'] as Kind | undefined)
  const loaded = loadChanged(input, values, null)
  tellWarnings(loaded.warnings, values, shell)
  return { label: path, loaded }
}

/** `compare NAME`: results/NAME.before against results/NAME. */
function withTheOneBefore(name: string): Source[] {
  const folder = folderOf(name)
  if (folder === null) {
    const isFile = existsSync(name)
    throw new UsageError(
      isFile ? `${name} alone is nothing to compare` : `there is no folder ${sought(name)}`,
      isFile
        ? 'Give a second one, or --vary services.web.scheduler=rr,wlc.'
        : 'Give two scenarios or results folders, or the name of one that was run twice.',
    )
  }
  const before = `${folder}.before`
  if (!isFolder(before)) {
    throw new FileError(
      `there is no ${before}: ${name} was run once`,
      'The results before are kept under that name when a scenario is run again.',
    )
  }
  return [{ side: readStored(before, `${name}.before`) }, { side: readStored(folder, name) }]
}

/** The folder of that path, or of that name in results/; null when there is none. */
export function folderOf(path: string): string | null {
  const trimmed = path.replace(/[\\/]+$/, '')
  if (isFolder(trimmed)) return trimmed
  const isName = !/[\\/]/.test(trimmed) && !existsSync(trimmed)
  const inside = resolve('results', trimmed)
  return isName && isFolder(inside) ? join('results', trimmed) : null
}

/** Where a folder of that name or path was looked for. */
function sought(name: string): string {
  return /[\\/]/.test(name) ? name : `results/${name}`
}

/** Simulates what is not at hand; null when it was stopped before anything was measured. */
export async function sideOf(
  source: Source,
  values: Values,
  shell: Shell,
  interrupt: Interrupt,
): Promise<Side | null> {
  if ('side' in source) return source.side
  const { scenario } = source.loaded
  const options = runOptions(values, interrupt)
  const { summary, replications } = await watched(scenario, options, values, shell)
  return summary === null ? null : { label: source.label, scenario, summary, replications }
}
