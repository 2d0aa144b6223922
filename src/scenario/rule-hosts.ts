// Hosts for the rules of a director, or its keepalived: an address that no real server of the file
// has gets a server of the preset.
import { parseRules } from '../ipvsadm/rules.ts'
import { isAmong } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { readAddress } from './address-text.ts'
import { Findings } from './findings.ts'
import { keptServers, rulesOf } from './kept-services.ts'
import { PRESETS } from './presets.ts'
import type { Document } from './schema.ts'

type ServersDocument = NonNullable<Document['realServers']>

/** The document with a host for every destination of the rules; what was added is warned of. */
export function withRuleHosts(document: Document, findings: Findings): Document {
  const groups: ServersDocument = { ...document.realServers }
  for (const [director, given] of Object.entries(document.directors ?? {})) {
    const { rules, keepalived } = given
    const text = rulesOf(given)
    if (text === undefined) continue
    const sorry = typeof keepalived === 'string' ? keptServers(keepalived) : []
    const addresses = [
      ...parseRules(text).services.flatMap(({ destinations }) =>
        destinations.map(({ address }) => address),
      ),
      ...sorry.flatMap((server) => (server.sorry === null ? [] : server.sorry.address >>> 0)),
    ]
    const without = [...new Set(addresses)].filter((address) => !hasHost(groups, address))
    for (const address of without) groups[nameOf(address)] = presetServer(address)
    if (without.length > 0) {
      const list = without.map(formatAddress).join(', ')
      findings.warn(
        ['directors', director, ...(rules === undefined ? [] : ['rules'])],
        `no real server of the scenario has ${list}: a server as in the presets stands there`,
      )
    }
  }
  return { ...document, realServers: groups }
}

/** Colons of IPv6 become dashes: a name is a word, and ends like one. */
function nameOf(address: number): string {
  return `rs-${formatAddress(address)}`.replaceAll(':', '-').replace(/-$/, '-0')
}

function hasHost(groups: ServersDocument, address: number): boolean {
  return Object.values(groups).some(({ address: first = '10.0.0.11', count = 1 }) => {
    const start = readAddress(first, [], new Findings())
    return start !== null && isAmong(address, start, count)
  })
}

function presetServer(address: number): ServersDocument[string] {
  const { rs } = PRESETS['preset:one-director-10g']!['realServers'] as {
    rs: ServersDocument[string]
  }
  return { ...rs, count: 1, address: formatAddress(address) }
}
