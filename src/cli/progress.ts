// One line on standard error while a run goes on, drawn over itself; nothing when it is not a
// terminal.
//   dr-14mpps 3/5  steady 84ms of 200ms  ▓▓▓▓▓░░░ 62%  1.5M ev/s  about 10s left
import type { Progress } from '../study/replications.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Look } from './terminal.ts'

const BAR_CELLS = 8
const CLEAR_LINE = '\r\u001b[K'

export class ProgressLine {
  private readonly write: (text: string) => void
  private readonly scenario: Scenario
  private readonly look: Look
  private isDrawn = false

  constructor(write: (text: string) => void, scenario: Scenario, look: Look) {
    this.write = write
    this.scenario = scenario
    this.look = look
  }

  draw(progress: Progress): void {
    const line = progressText(this.scenario, progress, this.look.unicode)
    this.write(`${CLEAR_LINE}${line.slice(0, this.look.width - 1)}`)
    this.isDrawn = true
  }

  /** Leaves the line empty for whatever is printed next. */
  clear(): void {
    if (this.isDrawn) this.write(CLEAR_LINE)
    this.isDrawn = false
  }
}

/** The line's words. */
export function progressText(scenario: Scenario, progress: Progress, unicode: boolean): string {
  const { replication, replications, simulatedPs, ofPs, share, eventsPerSecond } = progress
  const parts = [
    `${scenario.name} ${replication}/${replications}`,
    `${phaseAt(scenario, simulatedPs)} ${simulated(simulatedPs)} of ${simulated(ofPs)}`,
    `${progressBar(share, unicode)} ${Math.floor(share * 100)}%`,
    `${(eventsPerSecond / 1e6).toFixed(1)}M ev/s`,
  ]
  if (progress.secondsLeft !== null) parts.push(`about ${wallTime(progress.secondsLeft)} left`)
  return parts.join('  ')
}

function phaseAt(scenario: Scenario, ps: number): string {
  const phase = scenario.workload.phases.findLast(({ startPs }) => startPs <= ps)
  return phase === undefined || ps >= scenario.time.durationPs ? 'cooldown' : phase.name
}

/** Eight cells, of which only full ones count. */
export function progressBar(share: number, unicode: boolean): string {
  const full = Math.min(BAR_CELLS, Math.floor(share * BAR_CELLS))
  const [on, off] = unicode ? ['▓', '░'] : ['#', '.']
  return on.repeat(full) + off.repeat(BAR_CELLS - full)
}

function simulated(ps: number): string {
  if (ps >= 10e12) return `${(ps / 1e12).toFixed(1)}s`
  if (ps >= 1e9) return `${Math.floor(ps / 1e9)}ms`
  return `${Math.floor(ps / 1e6)}us`
}

/** Of the clock on the wall. */
export function wallTime(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`
  if (seconds < 120) return `${Math.round(seconds)}s`
  if (seconds < 7200) return `${Math.round(seconds / 60)}min`
  return `${(seconds / 3600).toFixed(1)}h`
}
