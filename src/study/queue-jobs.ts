// What travels through the queue: points as jobs, results as packed files, and who sweeps what, so
// that workers of another version can say so. A job's id is its plan's hash and its point: however
// often it is submitted, there is one.
import { promisify } from 'node:util'
import { constants, gunzip, gzip } from 'node:zlib'
import type { PointValue } from '../measure/point.ts'
import type { Redis } from './queue-connection.ts'

export interface PointJob {
  plan: string
  version: string
  name: string
  point: number
  values: PointValue[]
  /** The point's scenario, complete. */
  document: unknown
}

export interface PackedFile {
  path: string
  text: string
}

/** Keys of ours begin with it, and those of BullMQ. */
export const PREFIX = 'lvs-sim'

/** Each version has its own, so that no worker can take a job of another. */
export function queueName(version: string): string {
  return `points-${version}`
}

export function jobId(plan: string, point: number): string {
  return `${plan}-${point}`
}

export async function packFiles(files: readonly PackedFile[]): Promise<string> {
  // The fastest level: what it leaves on the wire costs less than what it saves of a core.
  const level = constants.Z_BEST_SPEED
  const packed = await promisify(gzip)(JSON.stringify(files), { level })
  return packed.toString('base64')
}

const SAFE_PATH = /^(?!.*\.\.)[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/

/** Null for what no worker of ours has packed; a path must not lead out of its folder. */
export async function unpackFiles(text: unknown): Promise<PackedFile[] | null> {
  if (typeof text !== 'string') return null
  try {
    const plain = await promisify(gunzip)(Buffer.from(text, 'base64'))
    const files = JSON.parse(plain.toString()) as PackedFile[]
    const isRight = files.every(
      ({ path, text: own }) => typeof own === 'string' && SAFE_PATH.test(path),
    )
    return isRight && files.length > 0 ? files : null
  } catch {
    return null
  }
}

const SWEEPS = `${PREFIX}:sweeps`
const REFUSED = `${PREFIX}:refused`
const PROGRESS = `${PREFIX}:progress`
/** A coordinator that has not been heard of for so long is none. */
const STALE_SECONDS = 60

export interface KnownSweep {
  name: string
  version: string
}

/** A coordinator says that it is there. */
export async function announce(client: Redis, plan: string, sweep: KnownSweep): Promise<void> {
  const seen = await secondsOf(client)
  await client.hset(SWEEPS, plan, JSON.stringify({ ...sweep, seen }))
}

export async function withdraw(client: Redis, plan: string): Promise<void> {
  await client.hdel(SWEEPS, plan)
  await client.del(`${PROGRESS}:${plan}`)
}

/** Sweeps whose coordinators are there. */
export async function knownSweeps(client: Redis): Promise<KnownSweep[]> {
  const now = await secondsOf(client)
  const all = Object.values(await client.hgetall(SWEEPS)).map(
    (text) => JSON.parse(text) as KnownSweep & { seen: number },
  )
  return all.filter(({ seen }) => now - seen < STALE_SECONDS)
}

/** By the server's clock, which all of them share. */
async function secondsOf(client: Redis): Promise<number> {
  return Number((await client.time())[0])
}

/** A worker of another version leaves its name for the coordinators of that version. */
export async function leaveRefusal(client: Redis, version: string, who: string): Promise<void> {
  await client.rpush(`${REFUSED}:${version}`, who)
  await client.expire(`${REFUSED}:${version}`, STALE_SECONDS)
}

/** Names of workers that were refused since the last time. */
export async function takeRefusals(client: Redis, version: string): Promise<string[]> {
  const names: string[] = []
  for (;;) {
    const who = await client.lpop(`${REFUSED}:${version}`)
    if (who === null) return names
    names.push(who)
  }
}

const DAY_SECONDS = 86_400

/** How far a point is, 0..1. */
export async function tellProgress(
  client: Redis,
  plan: string,
  point: number,
  share: number,
): Promise<void> {
  await client.hset(`${PROGRESS}:${plan}`, String(point), String(share))
  await client.expire(`${PROGRESS}:${plan}`, DAY_SECONDS)
}

/** Shares by point, of all workers. */
export async function readProgress(client: Redis, plan: string): Promise<Map<number, number>> {
  const all = await client.hgetall(`${PROGRESS}:${plan}`)
  return new Map(Object.entries(all).map(([point, share]) => [Number(point), Number(share)]))
}
