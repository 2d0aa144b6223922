// What is wrong with a trace, or what of it cannot be replayed.

export class TraceError extends Error {
  /** Where in the file: `steps[3].args`. */
  readonly place: string
  readonly suggestion: string | undefined
  /** Of a kind that is not replayed yet, rather than wrong. */
  readonly isNotYet: boolean

  constructor(
    place: string,
    message: string,
    options: { suggestion?: string; isNotYet?: boolean } = {},
  ) {
    super(message)
    this.name = 'TraceError'
    this.place = place
    this.suggestion = options.suggestion
    this.isNotYet = options.isNotYet ?? false
  }
}
