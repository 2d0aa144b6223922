// Names of the hosts of a group: 'rs' for a single one, else 'rs1', 'rs2', ...; and how names are
// told.

export function hostNames(group: { name: string; count: number }): string[] {
  if (group.count === 1) return [group.name]
  return Array.from({ length: group.count }, (_, index) => `${group.name}${index + 1}`)
}

/** `"lb1", "rs1" to "rs4"`: three and more whose numbers follow each other are told together. */
export function namesInWords(names: readonly string[]): string {
  const runs: string[][] = []
  for (const name of names) {
    const run = runs.at(-1)
    if (run !== undefined && isNext(run.at(-1)!, name)) run.push(name)
    else runs.push([name])
  }
  return runs.map(runInWords).join(', ')
}

function runInWords(run: readonly string[]): string {
  if (run.length > 2) return `"${run[0]!}" to "${run.at(-1)!}"`
  return run.map((name) => `"${name}"`).join(', ')
}

function isNext(name: string, next: string): boolean {
  const [, stem, digits] = /^(.*?)(\d+)$/.exec(name) ?? []
  return stem !== undefined && next === `${stem}${Number(digits) + 1}`
}
