// Choices of schedulers in letters: A is the server that was added first, so the list that a
// scheduler walks is ... C B A.
import type { Destination } from '../../src/ipvs/service.ts'
import { LoneDirector, VIP } from './lone-director.ts'

export const SERVICE = `-t ${VIP}:80`

export function letter(server: string): string {
  const match = /^10\.0\.1\.(\d+):/.exec(server)
  return match === null ? '-' : String.fromCharCode(64 + Number(match[1]))
}

/** Choices for SYNs that never become connections of the count: each ends at once. */
export function idle(bench: LoneDirector, count: number): string {
  return Array.from({ length: count }, () => {
    const port = 2000 + bench.ipvs.connections.created
    const chosen = bench.packet('tcp S', `198.51.100.1:${port}`)
    const { destination } = bench.ipvs
    if (destination !== null) forget(destination)
    return letter(chosen)
  }).join('')
}

function forget(destination: Destination): void {
  destination.activeConnections = 0
  destination.totalConnections = 0
}

/** Choices for TCP connections that stay open. */
export function open(bench: LoneDirector, count: number, from = 2000): string {
  return Array.from({ length: count }, (_, index) =>
    letter(bench.packet('tcp S', `198.51.100.1:${from + index}`)),
  ).join('')
}

/** One choice among servers with weights and loads, as '3:2+5 1:0+0'. */
export function chosenWith(scheduler: string, servers: string): string {
  const loads = servers.split(' ').map((text) => text.split(/[:+]/).map(Number))
  const weights = loads.map(([weight = 0]) => weight)
  const bench = new LoneDirector().serve(scheduler, weights)
  loads.forEach(([, active = 0, inactive = 0], index) => {
    const destination = bench.destination(`10.0.1.${index + 1}:80`)
    destination.activeConnections = active
    destination.totalConnections = active + inactive
  })
  return open(bench, 1)
}

/** Clients 10.9.0.1 to 10.9.0.12 of the vectors of sh and mh. */
export function clients(bench: LoneDirector, port = 4000): string {
  return Array.from({ length: 12 }, (_, index) =>
    letter(bench.packet('tcp S', `10.9.0.${index + 1}:${port}`)),
  ).join('')
}
