// What the requests of one population of clients send on their way to one real server and back: the
// frames on every network, with segments as large as both ends have agreed on and the path takes,
// and what does not get through because of its size.
import { pieceBytes, piecesOf } from '../net/fragments.ts'
import { IPV4_HEADER_BYTES } from '../net/packet.ts'
import { populationsOf } from '../scenario/populations.ts'
import { requestWay, type RequestWay } from '../scenario/request-way.ts'
import type { ClientsSpec, Scenario } from '../scenario/scenario.ts'
import { Topology } from '../scenario/topology.ts'
import { legsOf, type Leg, type Legs } from './crossings.ts'
import type { Frames, FramesOfRequest } from './frames.ts'
import type { TooBig } from './limits.ts'
import { destinationShares } from './shares.ts'
import { transported } from './transported.ts'

/** Frames on one network, and who sends them into it. */
export interface Carried {
  link: string
  from: string
  frames: Frames[]
  /** Some of them are pieces. */
  isCut: boolean
}

export interface Passage {
  way: RequestWay
  /** Of all requests of the load. */
  share: number
  /** As their senders send them. */
  sent: FramesOfRequest
  carried: Record<keyof Legs, Carried[]>
  tooBig: TooBig[]
  shrinks: string[]
}

/** Every population's to every destination that gets requests. */
export function passagesOf(scenario: Scenario): Passage[] {
  const topology = new Topology(scenario)
  const service = scenario.services[scenario.workload.to]!
  const shares = destinationShares(service)
  return populationsOf(scenario).flatMap(({ clients, share }) => {
    // Servers of a group are alike in all that counts here.
    const known = new Map<string, Omit<Passage, 'way' | 'share'>>()
    return service.destinations.flatMap((destination, index) => {
      if (shares[index] === 0) return []
      const way = requestWay(scenario, topology, clients, destination)
      const key = `${way.group.name} ${destination.forwarding}`
      const passage = known.get(key) ?? passageOn(scenario, topology, way)
      known.set(key, passage)
      return [{ ...passage, way, share: share * shares[index]! }]
    })
  })
}

function passageOn(
  scenario: Scenario,
  topology: Topology,
  way: RequestWay,
): Omit<Passage, 'way' | 'share'> {
  const legs = legsOf(scenario, topology, way)
  const { sent, tooBig, shrinks } = transported(scenario, topology, way, legs)
  return {
    sent,
    carried: {
      toDirector: carriedOn(legs.toDirector, sent.toServer),
      toServer: carriedOn(legs.toServer, sent.toServer),
      fromServer: carriedOn(legs.fromServer, sent.toClient),
      onwards: carriedOn(legs.onwards, sent.toClient),
    },
    tooBig,
    shrinks,
  }
}

/** A piece that is too large for the next network is cut again. */
function carriedOn(leg: Leg, whole: readonly Frames[]): Carried[] {
  const outerBytes = leg[0]?.outerBytes ?? 0
  let frames = whole.map(({ count, ipBytes }) => ({ count, ipBytes: ipBytes + outerBytes }))
  let isCut = false
  return leg.map(({ link, from, mtuBytes, isCutting }) => {
    if (isCutting && frames.some(({ ipBytes }) => ipBytes > mtuBytes)) {
      frames = frames.flatMap((each) => (each.ipBytes > mtuBytes ? pieces(each, mtuBytes) : each))
      isCut = true
    }
    return { link, from, frames, isCut }
  })
}

function pieces({ count, ipBytes }: Frames, mtuBytes: number): Frames[] {
  const payload = ipBytes - IPV4_HEADER_BYTES
  const last = piecesOf(payload, mtuBytes) - 1
  return [
    { count: count * last, ipBytes: pieceBytes(payload, 0, mtuBytes) },
    { count, ipBytes: pieceBytes(payload, last, mtuBytes) },
  ]
}

/** Those of one population, as shares of its own requests. */
export function passagesFrom(passages: readonly Passage[], clients: ClientsSpec): Passage[] {
  const own = passages.filter(({ way }) => way.clients === clients)
  const total = own.reduce((sum, { share }) => sum + share, 0)
  return own.map((each) => ({ ...each, share: each.share / total }))
}
