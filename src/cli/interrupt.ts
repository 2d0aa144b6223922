// Ctrl-C. Once: the run ends where it is and what was measured is written. Twice: it stops at once,
// with nothing half-written left behind.
import { EXIT } from './exit-codes.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export class Interrupt {
  private readonly controller = new AbortController()
  private readonly say: (text: string) => void
  private readonly cleanUp: () => void

  constructor(say: (text: string) => void, cleanUp: () => void) {
    this.say = say
    this.cleanUp = cleanUp
    for (const name of SIGNALS) process.on(name, this.onSignal)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  get isSet(): boolean {
    return this.controller.signal.aborted
  }

  /** Gives the signals back. */
  end(): void {
    for (const name of SIGNALS) process.off(name, this.onSignal)
  }

  private readonly onSignal = (): void => {
    if (this.isSet) {
      this.cleanUp()
      // Nothing of ours is under way on standard output here, so leaving at once cuts nothing.
      process.exit(EXIT.interrupted)
    }
    this.controller.abort()
    this.say('interrupted: writing what was measured; once more stops at once\n')
  }
}
