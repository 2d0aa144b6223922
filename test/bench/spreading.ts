// What it costs to spread runs: over worker threads, over a queue on Redis, over ten thousand
// points. `npm run bench -- spreading` starts the built program as a user does, in turn, and prints
// medians: a shared computer is faster one minute and slower the next.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasRedis, TestRedis } from '../support/redis.ts'

export interface SpreadingLine {
  figure: string
  value: number
  /** As the project wants it. */
  wanted: string
  ok: boolean
}

interface Used {
  cpuSeconds: number
  wallSeconds: number
  peakBytes: number
}

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
const TURNS = 5
/** Exit code of what was asked to end. */
const INTERRUPTED = 130
/** What a process used is written as it ends, by itself: that of its threads is in it. */
const TELL = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs'
  import { isMainThread } from 'node:worker_threads'
  if (isMainThread) process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    const peakBytes = 1024 * process.resourceUsage().maxRSS
    const used = { cpuSeconds: (user + system) / 1e6, peakBytes }
    writeFileSync(process.env.BENCH_USED, JSON.stringify(used))
  })`)}`

export async function* spreading(points: number): AsyncGenerator<SpreadingLine> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: npm run build makes it`)
  const folder = mkdtempSync(join(tmpdir(), 'lvs-sim-bench-'))
  try {
    yield* overWorkers(folder)
    if (hasRedis) yield* overQueue(folder)
    yield* overPoints(folder, points)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Eight replications of some three seconds with one worker and with two. The program's start, half
 * a second, cannot be shared: with replications of a second 1.6 is what is left of 1.9.
 */
async function* overWorkers(folder: string): AsyncGenerator<SpreadingLine> {
  put(folder, 'workers', { phases: 2000, replications: 8, points: 1 })
  const ratios: { cpu: number; clock: number }[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    const [one, two] = [
      await run(folder, ['run', 'workers.json', '-q', '-j1']),
      await run(folder, ['run', 'workers.json', '-q', '-j2']),
    ]
    ratios.push({
      cpu: two.cpuSeconds / one.cpuSeconds,
      clock: one.wallSeconds / two.wallSeconds,
    })
  }
  const cpu = median(ratios.map((ratio) => ratio.cpu))
  const clock = median(ratios.map((ratio) => ratio.clock))
  yield lineOf('processor time of 2 workers over 1', cpu, '<= 1.1', cpu <= 1.1)
  yield lineOf('by the clock, 1 worker over 2', clock, '>= 1.8 on two idle cores', clock >= 1.8)
}

const [FEW, MANY] = [4, 16]

/** What each point of a second takes more on a queue with one worker than in one process. */
async function* overQueue(folder: string): AsyncGenerator<SpreadingLine> {
  for (const points of [FEW, MANY]) {
    put(folder, `queue-${points}`, { phases: 700, replications: 1, points })
  }
  const redis = await TestRedis.start()
  const added: { cpu: number; clock: number }[] = []
  try {
    for (let turn = 0; turn < 3; turn++) {
      const here = await slopeOf((points) => run(folder, sweepOf(points)))
      const there = await slopeOf((points) => throughQueue(folder, points, redis.url))
      added.push({ cpu: there.cpu / here.cpu - 1, clock: there.clock / here.clock - 1 })
    }
  } finally {
    await redis.kill()
  }
  const cpu = median(added.map((one) => one.cpu))
  const clock = median(added.map((one) => one.clock))
  yield lineOf('processor time added by a queue, each run of 1 s', cpu, '< 0.05', cpu < 0.05)
  yield lineOf('time added by a queue, each run of 1 s', clock, '< 0.05', clock < 0.05)
}

const sweepOf = (points: number) => ['sweep', `queue-${points}.json`, '-q', '-j1', '-o', 'swept']

/** For each point more: the start of the processes is none of it. */
async function slopeOf(
  sweep: (points: number) => Promise<Used>,
): Promise<{ cpu: number; clock: number }> {
  const [few, many] = [await sweep(FEW), await sweep(MANY)]
  return {
    cpu: (many.cpuSeconds - few.cpuSeconds) / (MANY - FEW),
    clock: (many.wallSeconds - few.wallSeconds) / (MANY - FEW),
  }
}

/** A coordinator and a worker that waits already; their processor time together. */
async function throughQueue(folder: string, points: number, url: string): Promise<Used> {
  const worker = start(folder, ['worker', '-q', '-j1', '--queue', url], 'worker')
  // It has to be there before the coordinator comes, but it says nothing when it is.
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const words = [...sweepOf(points).filter((word) => word !== '-j1'), '--queue', url]
  const swept = await run(folder, words)
  worker.child.kill('SIGTERM')
  const { cpuSeconds } = await worker.ended
  return { ...swept, cpuSeconds: swept.cpuSeconds + cpuSeconds }
}

/** The most memory that so many points of a moment need, beside that of a tenth of them. */
async function* overPoints(folder: string, points: number): AsyncGenerator<SpreadingLine> {
  const peaks: number[] = []
  for (const count of [points / 10, points]) {
    put(folder, 'points', { phases: 0.1, replications: 1, points: count })
    const { peakBytes } = await run(folder, ['sweep', 'points.json', '-q', '-o', 'swept'])
    peaks.push(peakBytes)
  }
  const ratio = peaks[1]! / peaks[0]!
  const figure = `memory of ${points} points over that of ${points / 10}`
  yield lineOf(figure, ratio, '<= 1.5', ratio <= 1.5)
}

/** Runs the program to its end in that folder. */
async function run(folder: string, words: readonly string[]): Promise<Used> {
  rmSync(join(folder, 'swept'), { recursive: true, force: true })
  return start(folder, words, 'main').ended
}

/** `ended` comes with what it used, also when it was asked to end. */
function start(
  folder: string,
  words: readonly string[],
  name: string,
): { child: ChildProcess; ended: Promise<Used> } {
  const file = join(folder, `${name}.used`)
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['--import', TELL, MAIN, ...words], {
    cwd: folder,
    env: { ...process.env, BENCH_USED: file },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  const ended = new Promise<Used>((resolve, reject) => {
    child.on('close', (code) => {
      const wallSeconds = (performance.now() - startedMs) / 1000
      if (code !== 0 && code !== INTERRUPTED) {
        return reject(new Error(`lvs-sim ${words.join(' ')} ended with ${String(code)}: ${err}`))
      }
      const used = JSON.parse(readFileSync(file, 'utf8')) as Omit<Used, 'wallSeconds'>
      resolve({ wallSeconds, ...used })
    })
  })
  return { child, ended }
}

interface Amount {
  /** Length of the phase, ms. */
  phases: number
  replications: number
  points: number
}

/** A million packets a second: some 1.4 s of processor time for each second of the phase. */
function put(folder: string, name: string, { phases, replications, points }: Amount): void {
  const counts = Math.min(100, points)
  const seeds = Array.from({ length: points / counts }, (_, index) => `seed-${index}`)
  const vary = {
    'realServers.rs.count': `1..${counts}`,
    ...(seeds.length > 1 ? { seed: seeds } : {}),
  }
  const document = {
    format: 'lvs-sim/1',
    name,
    extends: 'preset:one-director-10g',
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
    time: { replications },
    workload: { phases: [{ name: 'steady', for: `${phases}ms`, rate: '1Mpps' }] },
    ...(points > 1 ? { sweep: { vary } } : {}),
  }
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(document))
}

function lineOf(figure: string, value: number, wanted: string, ok: boolean): SpreadingLine {
  return { figure, value, wanted, ok }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
