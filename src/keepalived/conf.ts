// keepalived.conf as keepalived 2.2.7 reads it: once by its first process, which takes the global
// settings, and once by each process that it starts, for the checkers and for VRRP, which pass over
// what is the others'. Each complains about what it reads, and about lines that nobody knows.
import { Complaints, ConfStop, type Complaint } from './conf-complaints.ts'
import { GLOBALS } from './conf-globals.ts'
import { INSTANCES } from './conf-instances.ts'
import { BFD, BFD_ALONE, TRACKED } from './conf-tracks.ts'
import { ConfReader, type ConfSource } from './conf-reader.ts'
import { readTree, type Block, type Grammar } from './conf-tree.ts'
import { SERVICES } from './conf-virtual-servers.ts'

export type ConfProcess = 'checkers' | 'vrrp' | 'bfd'

export interface Conf {
  /** What was accepted, of all processes. */
  root: Block
  /** In the order in which keepalived says them. */
  complaints: Complaint[]
  /** About the file as a whole. */
  complaintsOfWhole: string[]
  /** keepalived gave up: nothing is configured. */
  hasStopped: boolean
}

const GRAMMARS: Record<ConfProcess, Grammar> = {
  checkers: { ...SERVICES, ...TRACKED, ...BFD },
  vrrp: { ...INSTANCES, ...TRACKED, ...BFD },
  bfd: BFD_ALONE,
}

const EVERY_KEYWORD: string[] = [
  ...new Set([GLOBALS, ...Object.values(GRAMMARS)].flatMap((grammar) => Object.keys(grammar))),
]

/** Keywords that have braces, whether there is something between them or not. */
export const BLOCKS: ReadonlySet<string> = blocksIn([GLOBALS, ...Object.values(GRAMMARS)])

function blocksIn(grammars: readonly Grammar[]): Set<string> {
  const found = new Set<string>()
  for (const [name, { block, lines }] of grammars.flatMap((each) => Object.entries(each))) {
    if (block !== undefined || lines !== undefined) found.add(name)
    if (block !== undefined) for (const inner of blocksIn([block])) found.add(inner)
  }
  return found
}

/** Reads a configuration for the processes that are started (`-C`: checkers, `-P`: vrrp). */
export function readConf(
  source: ConfSource,
  processes: readonly ConfProcess[] = ['checkers', 'vrrp'],
): Conf {
  const complaints = new Complaints()
  const statements: Block[] = []
  const conf = (hasStopped: boolean): Conf => ({
    root: { keyword: '', words: [], file: source.file, line: 0, value: true, statements },
    complaints: complaints.all,
    complaintsOfWhole: complaints.ofWhole,
    hasStopped,
  })
  try {
    statements.push(...readFor(GLOBALS, { ...source, isFirst: true }, complaints))
    for (const name of processes) {
      statements.push(...readFor(GRAMMARS[name], source, complaints))
    }
    return conf(false)
  } catch (error) {
    if (!(error instanceof ConfStop)) throw error
    return conf(true)
  }
}

function readFor(grammar: Grammar, source: ConfSource, complaints: Complaints): Block[] {
  const others = new Set(EVERY_KEYWORD.filter((name) => !Object.hasOwn(grammar, name)))
  const reader = new ConfReader(source, complaints)
  const { statements } = readTree(reader, { grammar, others }, complaints)
  if (reader.hasFailed) throw new ConfStop()
  return statements
}
