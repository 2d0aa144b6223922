// What ipvsadm knows and simulations do not have yet: refused by name, so that nobody takes half of
// his rules for all of them.
import type { CommandLine } from './command-line.ts'
import { Refusal } from './problem.ts'
import type { Word } from './words.ts'

export class NotSimulated extends Refusal {}

/** The first thing in the line that simulations do not have; null when they have all. */
export function notSimulated(line: CommandLine): NotSimulated | null {
  const { service, given } = line
  if (service?.kind === 'sctp') return later(service.word, 'SCTP')
  if (service?.kind === 'fwmark') {
    const what = 'a service by firewall mark (-f)'
    return later(service.word, what, 'name its address with -t or -u')
  }
  const persistent = given.get('persistent')
  if (persistent !== undefined) {
    const instead = 'the scheduler sh keeps a client at its server'
    return later(persistent.word, 'persistence (-p)', instead)
  }
  const ops = given.get('ops')
  if (ops !== undefined) return later(ops.word, 'one-packet scheduling (-o)')
  const engine = given.get('pe')
  if (engine !== undefined) return later(engine.value!, 'a persistence engine (--pe)')
  const type = given.get('tun-type')?.value ?? null
  if (type !== null && type.text !== 'ipip') {
    return later(type, `the tunnel type ${type.text}`, 'ipip')
  }
  return null
}

function later(word: Word, what: string, suggestion?: string): NotSimulated {
  const hints = suggestion === undefined ? {} : { suggestion }
  return new NotSimulated(word, `${what} is not simulated yet`, hints)
}
