// The library for Node: scenarios from files, replications over worker threads. What needs neither,
// and runs in a browser too, is `lvs-sim/engine`. The command line uses nothing that is not
// exported here.
import { readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { loadScenario as loadText, type Loaded, type LoadOptions } from './scenario/load.ts'

export { Simulation } from './scenario/simulation.ts'
export { ScenarioError, type Problem } from './scenario/problems.ts'
export type * from './scenario/scenario.ts'
export type * from './measure/replication.ts'
export type * from './measure/summary.ts'
export type { Loaded } from './scenario/load.ts'
export { theory, type Limit, type ResourceLimit, type Theory } from './theory/theory.ts'
export {
  defaultWorkers,
  runReplications,
  type Progress,
  type RunOptions,
} from './study/replications.ts'
export { simulate, type Simulated } from './study/simulate.ts'

export type FileOptions = Omit<LoadOptions, 'file' | 'readFile' | 'readBytes'>

/** Reads a scenario from a file. Throws a ScenarioError with all that is wrong in it. */
export async function loadScenario(path: string, options: FileOptions = {}): Promise<Loaded> {
  return loadText(await readFile(path, 'utf8'), {
    ...options,
    file: path,
    readFile: (wanted) => readFileSync(resolve(dirname(path), wanted), 'utf8'),
    readBytes: (wanted) => readFileSync(resolve(dirname(path), wanted)),
  })
}
