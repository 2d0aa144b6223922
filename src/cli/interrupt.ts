// Ctrl-C. Once: the command ends in good order, and says so. Twice: it stops at once, with nothing
// half-written left behind.
import { EXIT } from './exit-codes.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export class Interrupt {
  private readonly controller = new AbortController()
  private readonly say: (text: string) => void
  private readonly cleanUp: () => void
  private readonly words: string

  /** `words` tell what happens now. */
  constructor(
    say: (text: string) => void,
    cleanUp: () => void,
    words: string = 'writing what was measured',
  ) {
    this.say = say
    this.cleanUp = cleanUp
    this.words = words
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
    this.say(`interrupted: ${this.words}; once more stops at once\n`)
  }
}
