// The engine alone: no files, no processes, no clock, so that it runs in a browser's worker as it
// runs in Node and gives the same numbers there.
export { Kernel, type Alarm, type Element } from './kernel/kernel.ts'
export { NEVER, PS_PER_SECOND, type Time } from './kernel/time.ts'
export { loadScenario, type Loaded, type LoadOptions } from './scenario/load.ts'
export { ScenarioError, type Problem } from './scenario/problems.ts'
export { Simulation, type SimulationOptions } from './scenario/simulation.ts'
export type * from './scenario/scenario.ts'
export type * from './measure/replication.ts'
export { theory, type Limit, type ResourceLimit, type Theory } from './theory/theory.ts'
