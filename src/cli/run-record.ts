// run.json: what is known of this one run and will not be the same again. All else in the folder
// is.
import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import type { ResultFile } from './results-folder.ts'

export class RunRecord {
  private readonly workers: number
  private readonly start = new Date()
  private readonly startedCpu = process.cpuUsage()

  constructor(workers: number) {
    this.workers = workers
  }

  get wallSeconds(): number {
    return (Date.now() - this.start.getTime()) / 1000
  }

  get workerCount(): number {
    return this.workers
  }

  file(): ResultFile {
    const { user, system } = process.cpuUsage(this.startedCpu)
    const record = {
      start: this.start.toISOString(),
      wallSeconds: this.wallSeconds,
      cpuSeconds: (user + system) / 1e6,
      host: hostname(),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
      v8: process.versions.v8,
      workers: this.workers,
      argv: process.argv.slice(2),
      gitCommit: gitCommit(),
    }
    return { path: 'run.json', text: `${JSON.stringify(record, null, 2)}\n` }
  }
}

/** Of the folder in which the run was started; null where there is none, or no git. */
function gitCommit(): string | null {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    const options = { encoding: 'utf8', timeout: 2000, stdio } as const
    return execFileSync('git', ['rev-parse', 'HEAD'], options).trim()
  } catch {
    return null
  }
}
