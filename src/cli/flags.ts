// Flags that mean the same in every command, and what values may be given to them.
import { availableParallelism } from 'node:os'
import { parseQuantity, suggestQuantity, type QuantityKind } from '../scenario/units.ts'
import type { Flag, Flags } from './command.ts'
import { UsageError } from './errors.ts'
import { KINDS } from './input.ts'

export const HELP_FLAGS: Flags = {
  help: { kind: 'switch', letter: 'h', describe: 'help with examples' },
  version: { kind: 'switch', letter: 'V', describe: 'version, Node, platform, file format' },
}

export const set: Flag = {
  kind: 'list',
  letter: 's',
  value: 'PATH=VALUE',
  describe: 'change one value of the scenario, PATH=VALUE; may be repeated',
  common: true,
  parse: pathAndValue,
}

/** Where results go; `describe` tells the default. */
export function out(describe: string): Flag {
  return {
    kind: 'text',
    letter: 'o',
    value: 'DIR',
    describe,
    common: true,
    parse: (text) => {
      if (text.trim() === '') throw new UsageError('--out is empty', 'Name a folder.')
      return text
    },
  }
}

export const seed: Flag = {
  kind: 'text',
  describe: 'master seed, any text [default: the one in the scenario]',
  common: true,
  parse: (text) => {
    if (text.trim() === '') throw new UsageError('--seed is empty', 'Give any text: --seed 1.')
    return text
  },
}

export const replications: Flag = {
  kind: 'text',
  letter: 'n',
  describe: 'how often to repeat with new streams [default: as the scenario says]',
  common: true,
  parse: wholeNumber(1, 10_000),
}

export const duration: Flag = {
  kind: 'text',
  describe: 'simulated time, as in 50ms: cuts the phases there',
  common: true,
  parse: quantity('time', 'a time with its unit, like 50ms or 10s'),
}

export const workers: Flag = {
  kind: 'text',
  letter: 'j',
  describe: 'parallel workers [default: all cores up to 4, beyond that one less]',
  parse: wholeNumber(1, 4 * Math.max(256, availableParallelism())),
}

export const as: Flag = {
  kind: 'text',
  describe: `what the file is: ${KINDS.join(', ')} [default: by its content]`,
  parse: oneOf(KINDS),
}

export const load: Flag = {
  kind: 'text',
  describe: 'requests a second for rules or a keepalived.conf, as in 2kpps [default: 1kpps]',
  parse: quantity('packetRate', 'a rate with its unit, like 500pps or 2kpps'),
}

export const colour: Flags = {
  color: { kind: 'switch', describe: 'colour also where there is no terminal' },
  'no-color': { kind: 'switch', describe: 'no colour; NO_COLOR in the environment says the same' },
}

/** --color, --no-color or neither. */
export function wantsColour(values: Record<string, unknown>): boolean | undefined {
  if (values['no-color'] === true) return false
  return values['color'] === true ? true : undefined
}

type Parse = (text: string, flag: string) => unknown

export function wholeNumber(least: number, most: number): Parse {
  return (text: string, flag: string): number => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    throw new UsageError(
      `--${flag} is a whole number from ${least} to ${most}, got "${text}"`,
      `For instance --${flag} ${Math.max(least, 4)}.`,
    )
  }
}

export function oneOf(choices: readonly string[]): Parse {
  return (text: string, flag: string): string => {
    if (choices.includes(text)) return text
    throw new UsageError(`--${flag} is ${choices.join(' or ')}, got "${text}"`)
  }
}

/** The text as it was, for the loader, once it is known to be a quantity of that kind. */
export function quantity(kind: QuantityKind, words: string): Parse {
  return (text, flag) => {
    const value = parseQuantity(kind, text)
    if (value !== null && value > 0) return text
    if (value !== null) throw new UsageError(`--${flag} must be more than 0, got "${text}"`)
    const meant = suggestQuantity(kind, text)
    throw new UsageError(
      `--${flag} is ${words}, got "${text}"`,
      meant === undefined ? null : `Did you mean ${meant}?`,
    )
  }
}

/** Of a time as those flags take it. */
export function milliseconds(time: string): number {
  return parseQuantity('time', time)! / 1e9
}

function pathAndValue(text: string, flag: string): string {
  if (/^[^=\s]+=/.test(text)) return text
  throw new UsageError(
    `--${flag} is PATH=VALUE, got "${text}"`,
    'For instance --set services.web.scheduler=sed; `lvs-sim explain` lists the paths.',
  )
}
