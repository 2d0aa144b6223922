// Scenario files as texts, for tests of what is told about wrong ones.
import { loadScenario, type Loaded, type LoadOptions } from '../../src/scenario/load.ts'
import { ScenarioError, type Problem } from '../../src/scenario/problems.ts'

export const FILE = 'my.json'

/** A right scenario: one director, the presets' hosts, 50 ms of 1 Mpps. */
export function rightDocument(): Record<string, unknown> {
  return {
    format: 'lvs-sim/1',
    name: 'my',
    extends: 'preset:one-director-10g',
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
    workload: { phases: [{ name: 'steady', for: '50ms', rate: '1Mpps' }] },
  }
}

export function load(text: string, options: Partial<LoadOptions> = {}): Loaded {
  return loadScenario(text, { file: FILE, ...options })
}

/** The scenario with changes in the manner of --set. */
export function loadWith(...set: string[]): Loaded {
  return load(JSON.stringify(rightDocument()), { set })
}

/** What is wrong with it; fails when nothing is. */
export function problemsOf(text: string, options: Partial<LoadOptions> = {}): readonly Problem[] {
  try {
    load(text, options)
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems
    throw error
  }
  throw new Error('expected a ScenarioError')
}

export function problemsWith(...set: string[]): readonly Problem[] {
  return problemsOf(JSON.stringify(rightDocument()), { set })
}
