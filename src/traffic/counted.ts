// A number with its noun, for what is told of a recording.

/** "1 flow", "3 flows" */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`
}
