// Equal flows spread over bins by hashing: the largest bin, its quantiles and the mean of 1/J
// (calibration, section 10). Where the table of the kernel's sh divides evenly, sh places random
// client addresses; else the product's uniform popularity draws.
import { popularity } from '../../src/cluster/popularity.ts'
import { UDP } from '../../src/ipvs/headers.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import type { Service } from '../../src/ipvs/service.ts'
import { Streams } from '../../src/kernel/random.ts'
import { jain } from '../../src/measure/statistics.ts'
import { overReplications } from '../../src/study/measures.ts'
import type { Model } from './models.ts'
import { reference, referencesOf } from './reference.ts'

const VIP = 0x0a000064
const FIRST_SERVER = 0x0a000001
const SH_TABLE = 256
/** Balls of a replication when intervals are tried: some throws, as the largest is skewed. */
const TRIAL_BALLS = 20_000
const [FEWEST_THROWS, MOST_THROWS] = [5, 10]

export interface Spread {
  largest: number
  inverseJain: number
}

export function spreadModels(): Model<Spread>[] {
  return referencesOf('ref-balls-').map((id) => {
    const [, bins, balls] = /-n(\d+)-m(\d+)$/.exec(id)!
    return spread(id, Number(bins), Number(balls))
  })
}

function spread(id: string, bins: number, balls: number): Model<Spread> {
  const cells = [
    {
      ...{ id: `${id} E[max]`, truth: reference(id, 'Emax'), halfWidth: 0.01, step: 0 },
      read: ({ largest }: Spread) => largest,
      print: (seen: Spread[]) =>
        overReplications(
          seen.map(({ largest }) => largest),
          '1',
        ),
    },
  ]
  const inverse = `ref-jain-E-inv-n${bins}-m${balls}`
  if (referencesOf(inverse).includes(inverse)) {
    cells.push({
      ...{ id: inverse, truth: reference(inverse), halfWidth: 0.01, step: 0 },
      read: ({ inverseJain }) => inverseJain,
      print: (seen) =>
        overReplications(
          seen.map(({ inverseJain }) => inverseJain),
          '1',
        ),
    })
  }
  return {
    name: `${balls} flows over ${bins}`,
    cells,
    simulate: (throws, seed) => meanOf(Math.ceil(throws / balls), bins, balls, seed),
    controls: () => [],
    settled: 0,
    pilot: trialThrows(balls) * balls,
    isQuick: balls <= 1600,
    trial: { customers: trialThrows(balls) * balls, settling: 0, settled: 0 },
  }
}

function trialThrows(balls: number): number {
  return Math.max(FEWEST_THROWS, Math.min(MOST_THROWS, Math.round(TRIAL_BALLS / balls)))
}

/** Means over so many throws of all balls. */
function meanOf(throws: number, bins: number, balls: number, seed: string): Spread {
  const place = placer(bins, seed)
  let largest = 0
  let inverseJain = 0
  for (let i = 0; i < throws; i++) {
    const counts = Array<number>(bins).fill(0)
    for (let ball = 0; ball < balls; ball++) counts[place()]!++
    largest += Math.max(...counts)
    inverseJain += 1 / jain(counts)
  }
  return { largest: largest / throws, inverseJain: inverseJain / throws }
}

/** The server of the next flow. */
function placer(bins: number, seed: string): () => number {
  const stream = new Streams(seed).stream('flows')
  if (SH_TABLE % bins !== 0) {
    const drawn = popularity({ kind: 'uniform' }, bins, stream)
    return () => drawn.next()
  }
  const service = shService(bins)
  const flow = { protocol: UDP, src: 0, srcPort: 1024, dst: VIP, dstPort: 80 }
  return () => {
    flow.src = stream.uint32() >>> 4
    return service.scheduler.schedule(flow, 0)!.tag
  }
}

function shService(servers: number): Service {
  const ipvs = new Ipvs({
    ...{ tableSize: 4096, kernel: '6.1', random: () => 0 },
    timers: { expireAt: () => {} },
    routes: { generation: 0, find: () => null },
  })
  const service = ipvs.addService({ protocol: UDP, address: VIP, port: 80, scheduler: 'sh' }, 0)
  for (let tag = 0; tag < servers; tag++) {
    const address = FIRST_SERVER + tag
    ipvs.addDestination(service, { address, port: 80, weight: 1, forwarding: 'dr', tag })
  }
  return service
}
