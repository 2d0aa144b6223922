// Which directors have the rules of a service: one, or all of a group that stand in for each other.
import type { ServiceSpec } from './scenario.ts'

export function directorsOf({ director, directors }: ServiceSpec): readonly string[] {
  return directors ?? [director]
}

export function isServedBy(service: ServiceSpec, director: string): boolean {
  return directorsOf(service).includes(director)
}
