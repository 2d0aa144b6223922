// What is wrong with a scenario, as data: for people print-problems.ts makes the text, editors take
// it as JSON.

export interface Problem {
  severity: 'error' | 'warning'
  message: string
  /** 'links.lan.rate'; empty for the file as a whole. */
  path: string
  file: string
  /** Counted from 1; null when the place is not in the file (a --set, a default). */
  line: number | null
  column: number | null
  /** Characters to mark. */
  length: number
  expected: string | null
  got: string | null
  /** What was probably meant. */
  suggestion: string | null
  /** The line of the file, for the picture. */
  sourceLine: string | null
}

/** A scenario that cannot be run; all of its problems at once, in the order of the file. */
export class ScenarioError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(
      problems
        .map(({ message, path }) => (path === '' ? message : `${path}: ${message}`))
        .join('; '),
    )
    this.name = 'ScenarioError'
    this.problems = problems
  }
}
