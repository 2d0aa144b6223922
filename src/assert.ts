/**
 * Stops the program when an invariant of ours is broken: a bug in lvs-sim, never a user's mistake.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`)
}
