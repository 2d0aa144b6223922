// Every place of a cluster where packets were dropped or answered with an error, and why, since the
// start.
import type { Director } from '../cluster/director.ts'
import type { DirectorMachine } from '../cluster/director-machine.ts'
import type { Cluster } from './build.ts'
import type { BuiltRouters } from './build-routers.ts'

export type DropCounts = Map<string, { at: string; cause: string; packets: number }>

type Add = (at: string, cause: string, packets: number) => void

export function dropCounts(cluster: Cluster): DropCounts {
  const counts: DropCounts = new Map()
  const add: Add = (at, cause, packets) => {
    if (packets === 0) return
    const key = `${at}/${cause}`
    const sum = (counts.get(key)?.packets ?? 0) + packets
    counts.set(key, { at, cause, packets: sum })
  }
  const { network } = cluster
  for (const link of network.links) {
    const at = `${link.options.at} ${link.options.resource}`
    add(at, 'queue full', link.dropped)
    add(at, 'shared buffer full', link.droppedShared)
    add(at, 'frame exceeds the MTU', link.tooBig)
  }
  for (const loss of network.losses) add(loss.at, 'lost on the wire', loss.lost)
  for (const { at, cut, lost } of network.breakages) {
    add(at, 'the wire was cut', cut)
    add(at, 'lost by a fault', lost)
  }
  for (const ring of cluster.rings) add(ring.at, 'ring full', ring.dropped)
  for (const { director, machine } of cluster.directors) addDirector(director, machine, add)
  addRouters(cluster.routing, add)
  for (const server of cluster.servers) add(server.name, 'backlog full', server.dropped)
  for (const server of cluster.servers) add(server.name, 'connection limit', server.refused)
  for (const { server, listener } of cluster.sockets.values()) {
    add(server.name, 'SYN queue full', listener.synsDropped)
  }
  for (const { name, vanished } of cluster.servers) add(name, 'down or hanging', vanished)
  for (const { at, hop } of cluster.ecmp?.hops ?? []) {
    add(at, 'no director in the route', hop.unreachable)
    add(at, 'TTL ran out', hop.expired)
  }
  for (const [name, lan] of network.switches) add(name, 'no such host', lan.unknown)
  return counts
}

function addDirector(director: Director, { parts }: DirectorMachine, add: Add): void {
  const { counters, name } = director
  for (const { vanished } of parts.doors) add(name, 'the machine is down', vanished)
  for (const [cause, packets] of counters.dropped) add(name, cause, packets)
  add(name, 'answered with RST: no connection', counters.reset)
  add(name, 'answered with port unreachable: no destination', counters.unreachable)
  add(name, 'answered with fragmentation needed', counters.tooBig)
}

function addRouters({ routers, shapers, policers }: BuiltRouters, add: Add): void {
  for (const { name, dropped, refused } of routers) {
    for (const [cause, packets] of dropped) add(name, cause, packets)
    add(name, 'answered with fragmentation needed', refused)
  }
  for (const { at, dropped } of policers) add(`${at} policer`, 'beyond the rate', dropped)
  for (const { at, dropped } of shapers) add(`${at} shaper`, 'queue full', dropped)
}
