// Names of the hosts of a group: 'rs' for a single one, else 'rs1', 'rs2', ...

export function hostNames(group: { name: string; count: number }): string[] {
  if (group.count === 1) return [group.name]
  return Array.from({ length: group.count }, (_, index) => `${group.name}${index + 1}`)
}
