// A finished run beside what a real director counted (`ipvsadm -Ln --stats` or `--rate`): which
// share of the requests each server got there and here, at which rate, and whether chance alone
// could have made the difference. A real count is one run without repetition: its chance is taken
// as binomial, which is the least that it can be.
import { assert } from '../assert.ts'
import type { ListedRow, Listing, ListedService } from '../ipvsadm/read-listing.ts'
import type { BesideReal, ServerBeside } from '../measure/beside-real.ts'
import type { PhaseResult } from '../measure/replication.ts'
import { jain } from '../measure/statistics.ts'
import { studentT } from '../measure/student-t.ts'
import type { Measured } from '../measure/summary.ts'
import { loadsOf } from '../scenario/loads.ts'
import { highestRate } from '../scenario/rates.ts'
import type { DestinationSpec, Scenario } from '../scenario/scenario.ts'
import { formatEndpoint } from '../wire/address-text.ts'
import type { Side } from './compare.ts'
import { asShare, overReplications, sum } from './measures.ts'
import { measuredOf } from './metrics.ts'

/** Words for why the listing cannot be set beside this run. */
export interface Unmatched {
  message: string
  hint: string
}

export interface RealOptions {
  /** Seconds in which counters of --stats were collected; null when it is not known. */
  overSeconds: number | null
}

/** Of the first service with load that the listing has; else of the workload's. */
export function besideReal(
  given: Side,
  listing: Listing,
  { overSeconds }: RealOptions,
): BesideReal | Unmatched {
  const loads = loadsOf(given.scenario)
  const listedLoad = loads.find((load) => exactlyListed(load, listing) !== undefined)
  const side = { ...given, scenario: listedLoad ?? given.scenario }
  const { scenario, label } = side
  const listed = listedService(scenario, listing)
  if ('message' in listed) return listed
  const { destinations, protocol, name } = scenario.services[scenario.workload.to]!
  const column = protocol === 'udp' ? 1 : 0
  const rows = rowsOf(listed, destinations)
  if (rows.every((row) => row === null)) return noServer(listed, destinations)
  const known = destinations.map((_, index) => index).filter((index) => rows[index] !== null)
  const counts = rows.map((row) => (row === null ? null : row.values[column]!))
  // Of all that either has: a server that the other lacks has its share, too.
  const total = sum(listed.servers.map(({ values }) => values[column]!))
  if (total === 0) {
    return { message: 'the listing counts nothing yet', hint: 'List again after some load.' }
  }
  const shares = sharesByReplication(
    side,
    destinations.map(({ host }) => host),
  )
  return {
    schema: 'lvs-sim-beside-real/1',
    label,
    service: name,
    counted: protocol === 'udp' ? 'packets' : 'connections',
    realCount: total,
    servers: known.map((index) =>
      serverBeside(
        destinations[index]!,
        counts[index]!,
        total,
        // Rates are no counts: nothing says of how many requests they were made.
        listing.kind === 'stats' ? total : null,
        shares.map((own) => own[index]!),
      ),
    ),
    rate: rateBeside(side, listing, listed, column, overSeconds),
    jain: jainBeside(known, destinations, counts, shares),
    notes: [
      ...onlyListed(listed, rows, column, total),
      ...onlySimulated(destinations, rows, shares),
    ],
  }
}

/** By address, port and protocol. */
function exactlyListed(scenario: Scenario, { services }: Listing): ListedService | undefined {
  const { vip, port, protocol } = scenario.services[scenario.workload.to]!
  const wanted = formatEndpoint(vip | 0, port)
  return services.find((one) => one.endpoint === wanted && one.protocol === protocol)
}

/** The service with the address of the scenario's; the only one there is, whatever its address. */
function listedService(scenario: Scenario, listing: Listing): ListedService | Unmatched {
  const { vip, port, protocol } = scenario.services[scenario.workload.to]!
  const wanted = formatEndpoint(vip | 0, port)
  const found = exactlyListed(scenario, listing)
  const { services } = listing
  const [only] = services
  if (found !== undefined) return found
  if (services.length === 1 && only !== undefined) return only
  const names = services.map((one) => `${one.protocol} ${one.endpoint}`).join(', ')
  return {
    message: `the listing has no service ${protocol} ${wanted}`,
    hint: `It has ${names}. Keep the one that is meant, or give the scenario its address.`,
  }
}

/** By address and port; by the address alone where the ports differ throughout. */
function rowsOf(
  { servers }: ListedService,
  destinations: readonly DestinationSpec[],
): (ListedRow | null)[] {
  const by = (keyOf: (endpoint: string) => string) =>
    destinations.map((destination) => {
      const key = keyOf(endpointOf(destination))
      const rows = servers.filter(({ endpoint }) => keyOf(endpoint) === key)
      return rows.length === 1 ? rows[0]! : null
    })
  const exact = by((endpoint) => endpoint)
  return exact.some((row) => row !== null) ? exact : by(hostOf)
}

function endpointOf({ address, port }: DestinationSpec): string {
  return formatEndpoint(address | 0, port)
}

/** "10.0.0.11" of "10.0.0.11:80". */
function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'))
}

function noServer({ servers }: ListedService, destinations: readonly DestinationSpec[]): Unmatched {
  const real = servers.map(({ endpoint }) => endpoint).join(', ')
  const own = destinations.map(endpointOf).join(', ')
  return {
    message: 'the listing and the scenario have no server in common',
    hint: `The listing has ${real}; the scenario ${own}.`,
  }
}

/** For each replication the shares of the servers, over all phases. */
function sharesByReplication(
  { replications, scenario }: Side,
  hosts: readonly string[],
): number[][] {
  return replications.flatMap(({ phases }) => {
    const own = phases.filter(({ service }) => service === scenario.workload.to)
    const sentTo = (host: string, { servers }: PhaseResult) =>
      sum(servers.find((server) => server.host === host)?.requests ?? [])
    const counts = hosts.map((host) => sum(own.map((phase) => sentTo(host, phase))))
    const total = sum(counts)
    return total === 0 ? [] : [counts.map((count) => count / total)]
  })
}

function serverBeside(
  destination: DestinationSpec,
  real: number,
  total: number,
  trials: number | null,
  shares: number[],
): ServerBeside {
  const realShare = real / total
  const simulatedShare = asShare(overReplications(shares, '1'))
  const chance =
    trials === null ? 0 : NORMAL_975 * Math.sqrt((realShare * (1 - realShare)) / trials)
  const difference = differenceOf(simulatedShare, realShare, chance)
  const { low, high } = difference
  const shown = low !== null && high !== null && (low > 0 || high < 0)
  const endpoint = endpointOf(destination)
  return { host: destination.host, endpoint, real, realShare, simulatedShare, difference, shown }
}

/** 1.96: t of so many degrees is the normal distribution. */
const NORMAL_975 = studentT(0.975, 1e6)

function differenceOf({ mean, low, high, n }: Measured, real: number, chance: number): Measured {
  if (low === null || high === null) return { mean: mean - real, low, high, n, unit: '1' }
  const own = (high - low) / 2
  const reach = Math.sqrt(own * own + chance * chance)
  return { mean: mean - real, low: mean - real - reach, high: mean - real + reach, n, unit: '1' }
}

/** The listing's own rate, or its counts over the time that the user gave. */
function rateBeside(
  { scenario, summary }: Side,
  { kind }: Listing,
  listed: ListedService,
  column: number,
  overSeconds: number | null,
): BesideReal['rate'] {
  const value = listed.values[column]!
  const real = kind === 'rate' ? value : overSeconds === null ? null : value / overSeconds
  const service = summary.services[scenario.workload.to]
  if (real === null || real === 0 || service === undefined) return null
  const phase = busiest(scenario)
  const simulated = measuredOf(service, 'offered', phase)
  if (simulated === null) return null
  const { mean, low, high, n } = simulated
  const relative = (pps: number | null) => (pps === null ? null : pps / real - 1)
  const change = { mean: mean / real - 1, low: relative(low), high: relative(high), n }
  return { real, simulated, phase, change: { ...change, unit: '1' } }
}

function busiest({ workload }: Scenario): string {
  const [first, ...rest] = workload.phases
  assert(first !== undefined, 'a scenario without phases was loaded')
  return rest.reduce(
    (most, phase) => (highestRate(phase) > highestRate(most) ? phase : most),
    first,
  ).name
}

function jainBeside(
  known: readonly number[],
  destinations: readonly DestinationSpec[],
  counts: readonly (number | null)[],
  shares: readonly number[][],
): BesideReal['jain'] {
  const places = known.flatMap((index) => {
    const { weight } = destinations[index]!
    return weight > 0 ? [{ weight, index, count: counts[index]! }] : []
  })
  if (places.length < 2 || shares.length === 0) return null
  const simulated = shares.map((own) =>
    jain(places.map(({ weight, index }) => own[index]! / weight)),
  )
  const real = jain(places.map(({ weight, count }) => count / weight))
  return { real, simulated: asShare(overReplications(simulated, '1')) }
}

function onlyListed(
  { servers }: ListedService,
  rows: readonly (ListedRow | null)[],
  column: number,
  total: number,
): string[] {
  const own = servers.filter((server) => !rows.includes(server))
  const words = own.map(({ endpoint, values }) => {
    return `${endpoint} with ${percent(values[column]! / total)} there`
  })
  return words.length === 0 ? [] : [`only in the listing: ${words.join(', ')}`]
}

function onlySimulated(
  destinations: readonly DestinationSpec[],
  rows: readonly (ListedRow | null)[],
  shares: readonly number[][],
): string[] {
  const words = destinations.flatMap((destination, index) => {
    if (rows[index] !== null) return []
    const endpoint = endpointOf(destination)
    const mean = sum(shares.map((own) => own[index]!)) / shares.length
    return [shares.length === 0 ? endpoint : `${endpoint} with ${percent(mean)} here`]
  })
  return words.length === 0 ? [] : [`only in the scenario: ${words.join(', ')}`]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}
