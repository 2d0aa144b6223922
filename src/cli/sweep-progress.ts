// Standard error while a sweep goes on: one line drawn over itself on a terminal, and now and then
// a line of its own in a log, where a batch system shows it.
//   dr-14mpps  12 of 21 points done, 2 running  ▓▓▓▓░░░░ 57%  about 3min left
import type { Values } from './command.ts'
import { wantsColour } from './flags.ts'
import { progressBar, wallTime } from './progress.ts'
import { quietness } from './watched.ts'
import { lookOf, type Look } from './terminal.ts'

export interface SweepState {
  /** Ended before this run, and kept. */
  kept: number
  ended: number
  failed: number
  running: number
  /** Of the points that this run is for, without those kept. */
  of: number
  /** Of them, with parts of those that run. */
  simulated: number
  /** More words: who works on it. */
  by: string
}

const CLEAR_LINE = '\r\u001b[K'
const DRAW_MS = 100
const LOG_MS = 30_000

export class SweepProgressLine {
  private readonly write: (text: string) => void
  private readonly name: string
  private readonly look: Look
  private readonly isTerminal: boolean
  private readonly isQuiet: boolean
  private readonly startedMs = Date.now()
  private lastMs = Date.now()
  private isDrawn = false

  constructor(write: (text: string) => void, name: string, values: Values) {
    this.write = write
    this.name = name
    this.look = lookOf(process.stderr, wantsColour(values))
    this.isTerminal = process.stderr.isTTY
    this.isQuiet = values['no-progress'] === true || quietness(values) > 0
  }

  draw(state: SweepState): void {
    const now = Date.now()
    if (this.isQuiet || now - this.lastMs < (this.isTerminal ? DRAW_MS : LOG_MS)) return
    this.lastMs = now
    const text = sweepProgressText(this.name, state, (now - this.startedMs) / 1000, this.look)
    if (!this.isTerminal) return this.write(`${text}\n`)
    this.write(`${CLEAR_LINE}${text.slice(0, this.look.width - 1)}`)
    this.isDrawn = true
  }

  /** Says something on a line of its own. */
  tell(text: string): void {
    this.clear()
    this.write(`${text}\n`)
  }

  clear(): void {
    if (this.isDrawn) this.write(CLEAR_LINE)
    this.isDrawn = false
  }
}

/** The line's words, after so many seconds. */
export function sweepProgressText(
  name: string,
  state: SweepState,
  seconds: number,
  look: Pick<Look, 'unicode'>,
): string {
  const { kept, ended, failed, running, of, simulated, by } = state
  const share = of === 0 ? 1 : simulated / of
  const counts = [
    `${kept + ended - failed} of ${kept + of} points done`,
    `${running} running${by === '' ? '' : ` ${by}`}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
  ]
  const left =
    share > 0 && share < 1 ? [`about ${wallTime((seconds / share) * (1 - share))} left`] : []
  return [
    name,
    counts.join(', '),
    `${progressBar(share, look.unicode)} ${Math.floor(share * 100)}%`,
    ...left,
  ].join('  ')
}
