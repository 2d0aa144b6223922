// The rules of the house as tables: what each folder of src may import, which package may be used
// where, and where a clock or a file may be touched. The checks are in tidy-checks.ts.

export interface Layer {
  /** Folders of src that it may import, beside itself and src/assert.ts. */
  imports: string[]
  /** Folders of which it may import types alone. */
  types?: string[]
}

const belowCluster = ['kernel', 'wire', 'ipvs', 'keepalived', 'net', 'tcp', 'measure']
const belowScenario = [...belowCluster, 'ipvsadm', 'traffic', 'cluster']
const belowTheory = [...belowScenario, 'scenario']
const belowDoors = [...belowTheory, 'theory', 'machine', 'replay', 'study', 'report']

/**
 * Imports go one way: a folder may import only what its line says. '' are the files of src itself.
 */
export const LAYERS: Record<string, Layer> = {
  kernel: { imports: [] },
  wire: { imports: [] },
  ipvs: { imports: ['wire'] },
  ipvsadm: { imports: ['ipvs', 'wire'] },
  machine: { imports: ['ipvs', 'wire'] },
  keepalived: { imports: ['wire'] },
  traffic: { imports: ['wire'] },
  net: { imports: ['kernel', 'wire'] },
  tcp: { imports: ['kernel', 'wire', 'net'] },
  measure: { imports: ['kernel'] },
  cluster: { imports: belowCluster },
  scenario: { imports: belowScenario },
  theory: { imports: belowTheory },
  replay: { imports: ['ipvs', 'ipvsadm', 'machine', 'keepalived', 'wire'] },
  study: { imports: [...belowTheory, 'theory'] },
  report: { imports: ['measure'], types: ['theory'] },
  cli: { imports: belowDoors },
  web: { imports: [...belowTheory, 'theory', 'report'] },
  '': { imports: [...belowDoors, 'cli'] },
}

/**
 * Runtime packages and the folders that may use them. A package that is not here may not be used.
 */
export const PACKAGES: Record<string, string[]> = {
  fastpriorityqueue: ['kernel'],
  seedrandom: ['kernel'],
  '@noble/hashes': ['keepalived'],
  zod: ['scenario'],
  yaml: ['scenario'],
  'jsonc-parser': ['scenario'],
  'ip-address': ['scenario'],
  'csv-stringify': ['report'],
  tinypool: ['study'],
  bullmq: ['study'],
  yargs: ['cli'],
  picocolors: ['cli', 'report'],
  preact: ['web'],
  '@preact/signals': ['web'],
  uplot: ['web'],
}

/** What src/engine.ts must not reach: these need Node. */
export const NODE_PACKAGES: string[] = [
  'tinypool',
  'bullmq',
  'yargs',
  'csv-stringify',
  'picocolors',
]

/** Folders with files, processes, clocks and the terminal. */
export const EDGES: string[] = ['cli', 'study', 'web']

/** Files outside of them that read files: the library for Node. */
export const NODE_FILES: string[] = ['src/index.ts']

/** Files that nobody imports because something else starts them. */
export const ENTRIES: string[] = ['src/index.ts', 'src/engine.ts', 'src/cli/main.ts']

/** Files that may be as long as their tables: data with sources, not code. */
export const LONG_FILES: string[] = ['src/scenario/profiles/']

export const MOST_FILE_LINES = 300
export const MOST_FUNCTION_LINES = 70
export const MOST_COLUMNS = 100

/** Exact in every engine: defined to the last bit, unlike log, exp, pow and their kin. */
export const EXACT_MATH: Set<string> = new Set(
  [
    ['sqrt', 'imul', 'floor', 'ceil', 'round', 'trunc', 'min', 'max', 'abs', 'sign'],
    ['fround', 'clz32', 'PI', 'E', 'LN2', 'LN10', 'LOG2E', 'LOG10E', 'SQRT2', 'SQRT1_2'],
  ].flat(),
)

/** Globals that know the clock, the machine or chance. */
export const IMPURE_GLOBALS: Set<string> = new Set(
  [
    ['Date', 'performance', 'Intl', 'crypto', 'process', 'Buffer', 'require', 'console', 'fetch'],
    ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval'],
    ['queueMicrotask', 'requestAnimationFrame', 'globalThis', 'global', 'navigator', 'Worker'],
  ].flat(),
)

/** Methods whose answer depends on the language of the machine. */
export const LOCAL_METHODS: Set<string> = new Set(
  [
    ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
    ['toLocaleUpperCase', 'toLocaleLowerCase', 'localeCompare'],
  ].flat(),
)

// Put together here, so that these tables pass their own check.
export const UNFINISHED: string[] = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX']
export const MACHINE_PATHS: string[] = ['work', 'home', 'root', 'Users'].map((top) => `/${top}/`)
export const SHAPELESS_NAMES: RegExp = /(^|\/)(utils?|common|helpers?|misc|manager)(\/|\.tsx?$)/
