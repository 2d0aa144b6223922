// The virtual servers of a director's keepalived.conf: as rules, so that the load knows its
// services, and as what keepalived's checkers run by.
import type { Complaint } from '../keepalived/conf-complaints.ts'
import { importConf, reasonAgainst, type ImportedConf } from '../keepalived/conf-import.ts'
import type { Block } from '../keepalived/conf-tree.ts'
import { takenByIpvs } from '../keepalived/refused-by-ipvs.ts'
import type { CheckedServer, VirtualServer } from '../keepalived/virtual-servers.ts'
import { configurationOf } from './check-conf.ts'
import type { Findings } from './findings.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'

type DirectorDocument = NonNullable<Document['directors']>[string]

/** The director's rules as one text: its own, or those of its keepalived; undefined: none. */
export function rulesOf({ rules, keepalived }: DirectorDocument): string | undefined {
  if (rules !== undefined) return Array.isArray(rules) ? rules.join('\n') : rules
  if (keepalived === undefined) return undefined
  const text = Array.isArray(keepalived) ? keepalived.join('\n') : keepalived
  return importConf({ file: 'keepalived.conf', text, id: '' }).rules
}

/** What of the configuration is wrong, or not simulated. */
export function checkKept(name: string, director: DirectorDocument, findings: Findings): void {
  const { rules, keepalived } = director
  if (typeof keepalived !== 'string') return
  const path = ['directors', name, 'keepalived']
  if (rules !== undefined) {
    findings.error(path, 'the rules already say this; give either those or keepalived', undefined)
    return
  }
  const { fatal, rules: made } = tellConf(keepalived, name, path, findings)
  if (fatal === null && made === '') {
    findings.error(path, 'it makes no virtual service that can be simulated')
  }
}

/** Whatever there is to say of a configuration, at its place in the scenario. */
export function tellConf(
  text: string,
  director: string,
  path: Path,
  findings: Findings,
): ImportedConf {
  const read = importConf({ file: 'keepalived.conf', text, id: director })
  const told = ({ line, message }: Complaint) => (line > 0 ? `${message} (line ${line})` : message)
  if (read.fatal !== null) findings.error(path, told(read.fatal))
  for (const complaint of read.warnings) findings.warn(path, told(complaint))
  return read
}

/** Contents of pages are not simulated; servers that come back give what is wanted. */
const CONTENTS = ['regex', 'regex_no_match', 'digest']
/** keepalived has been running for long: whoever starts down has been found up. */
const START = ['alpha']

/** The virtual servers that are simulated, as a keepalived has them that has run for long. */
export function keptServers(text: string): VirtualServer[] {
  const { servers } = configurationOf(text)
  const simulated = servers.filter((server) => reasonAgainst(server) === null)
  return takenByIpvs(simulated).map((server) => ({
    ...server,
    // Packets have no contents that an engine could go by.
    engine: '',
    block: without(server.block, START),
    servers: server.servers.map(settled),
  }))
}

function settled(server: CheckedServer): CheckedServer {
  return {
    ...server,
    startsDown: false,
    block: without(server.block, START),
    checkers: server.checkers.map((block) => without(block, [...CONTENTS, ...START])),
  }
}

function without(block: Block, keywords: readonly string[]): Block {
  const statements = block.statements
    .filter(({ keyword }) => !keywords.includes(keyword))
    .map((inner) => without(inner, keywords))
  return { ...block, statements }
}
