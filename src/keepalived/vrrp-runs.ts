// When keepalived runs its tracked scripts: at the start, then on a fixed grid of each one's
// interval; what the process was too late for is left out (spec vrrp.md, 8). A run takes no time.
import type { ScriptSettings } from './vrrp-tracks.ts'

const PS_PER_US = 1_000_000
const NEVER = 9_007_199_254_740_991

/** What the process sees when it looks at what it follows. */
export interface Observed {
  /** Whether a run of the script that begins now succeeds. */
  succeeds(script: string): boolean
  isRunning(program: string): boolean
  numberIn(file: string): number
}

export class ScriptRuns {
  private readonly runs: { name: string; intervalPs: number; at: number }[]

  constructor(scripts: readonly ScriptSettings[], now: number) {
    this.runs = scripts.map(({ name, intervalUs }) => {
      return { name, intervalPs: intervalUs * PS_PER_US, at: now }
    })
  }

  nextTimeout(): number {
    return this.runs.reduce((least, { at }) => Math.min(least, at), NEVER)
  }

  /** Names of the scripts that are to be run by now. */
  takeDue(now: number): string[] {
    return this.runs.flatMap((run) => {
      if (run.at > now) return []
      run.at += (Math.floor((now - run.at) / run.intervalPs) + 1) * run.intervalPs
      return [run.name]
    })
  }
}
