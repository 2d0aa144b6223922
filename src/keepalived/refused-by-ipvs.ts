// What of a keepalived.conf IPVS does not take: keepalived accepts it, asks for it, logs the
// refusal and goes on without it (spec keepalived-conf.md, 4.2 and 4.3; healthchecks.md, 5.3).
import { formatAddress } from '../wire/address-text.ts'
import { portIn, type ServiceEntry } from './service-entries.ts'
import { serviceRule } from './service-rules.ts'
import type { CheckedServer, VirtualServer } from './virtual-servers.ts'

export interface Refused {
  /** Why each server that IPVS does not take is refused, with the words of IPVS. */
  servers: Map<CheckedServer, string>
  /** Virtual servers whose services are there already: their servers join those. */
  services: Set<VirtualServer>
}

export function refusedByIpvs(all: readonly VirtualServer[]): Refused {
  const refused: Refused = { servers: new Map(), services: new Set() }
  const services = new Set<string>()
  const destinations = new Set<string>()
  for (const virtual of all) {
    const keys = virtual.entries.map((entry) => keyOf(virtual, entry))
    if (keys.length > 0 && keys.every((key) => services.has(key))) refused.services.add(virtual)
    for (const key of keys) services.add(key)
    for (const server of virtual.servers) {
      const reason = reasonAgainst(virtual, server, destinations)
      if (reason !== null) refused.servers.set(server, reason)
    }
  }
  return refused
}

/** The same without the servers that are refused. */
export function takenByIpvs(all: readonly VirtualServer[]): VirtualServer[] {
  const { servers: refused } = refusedByIpvs(all)
  return all.map((virtual) => {
    return { ...virtual, servers: virtual.servers.filter((server) => !refused.has(server)) }
  })
}

/** `known` are the destinations that there are; a server that is taken is one more. */
function reasonAgainst(
  virtual: VirtualServer,
  server: CheckedServer,
  known: Set<string>,
): string | null {
  const { address, method, port, upperThreshold, lowerThreshold } = server
  if (lowerThreshold > upperThreshold) {
    const limits = `lthreshold ${lowerThreshold} is above uthreshold ${upperThreshold}`
    return `${limits} (Numerical result out of range)`
  }
  const places = virtual.entries.map((entry) => {
    return `${keyOf(virtual, entry)} ${formatAddress(address)} ${portIn(entry, method, port)}`
  })
  const isThere = places.length > 0 && places.every((place) => known.has(place))
  for (const place of places) known.add(place)
  if (!isThere) return null
  const counts = portIn(virtual.entries[0]!, method, port)
  const why = port === counts ? '' : `: ${method.name} changes no ports, so that it has ${counts}`
  return `this server is there already${why} (Destination already exists)`
}

function keyOf(virtual: VirtualServer, entry: ServiceEntry): string {
  const { protocol, address, port, mark, family } = serviceRule(virtual, entry)
  return `${protocol} ${formatAddress(address)} ${port} ${mark} ${family}`
}
