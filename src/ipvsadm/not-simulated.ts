// What ipvsadm knows and simulations do not have yet, by name, so that nobody takes half of his
// rules for all of them: a service of that kind is left out, any other line is refused.
import type { CommandLine } from './command-line.ts'
import { Refusal } from './problem.ts'
import type { Word } from './words.ts'

export class NotSimulated extends Refusal {}

/** It is the service that simulations do not have. */
export class NoSuchService extends NotSimulated {}

/** The first thing in the line that simulations do not have; null when they have all. */
export function notSimulated(line: CommandLine): NotSimulated | null {
  const { service, given } = line
  if (service?.kind === 'sctp') return without(service.word, 'SCTP')
  if (service?.kind === 'fwmark') {
    const what = 'a service by firewall mark (-f)'
    return without(service.word, what, 'name its address with -t or -u')
  }
  const ops = given.get('ops')
  if (ops !== undefined) return without(ops.word, 'one-packet scheduling (-o)')
  const engine = given.get('pe')
  if (engine !== undefined) return without(engine.value!, 'a persistence engine (--pe)')
  const type = given.get('tun-type')?.value ?? null
  if (type === null || type.text === 'ipip') return null
  return new NotSimulated(type, later(`the tunnel type ${type.text}`), { suggestion: 'ipip' })
}

function without(word: Word, what: string, suggestion?: string): NoSuchService {
  return new NoSuchService(word, later(what), suggestion === undefined ? {} : { suggestion })
}

function later(what: string): string {
  return `${what} is not simulated yet`
}
