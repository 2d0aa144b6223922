// Numbers of things in words.

/** "1 address", "2 addresses" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
