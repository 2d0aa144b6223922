// Values of statements in keepalived.conf (spec keepalived-conf.md, 1.3). keepalived reads numbers
// in two ways: strictly, so that a malformed one is refused, or with a warning, so that the digits
// that it begins with count.
import type { Address } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import type { ConfValue, Keyword, Place } from './conf-tree.ts'

export const LARGEST_INT = 2_147_483_647
export const LARGEST_UNSIGNED = 4_294_967_295

type Complain = Place['complain']

/** A whole number; one that is malformed or out of range is refused. */
export function strictNumber(
  text: string,
  least: number,
  most: number,
  complain: Complain,
): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) {
    complain(`invalid number '${text}'`)
    return undefined
  }
  const value = Number(text)
  if (value >= least && value <= most) return value
  const isNegative = value < 0 && least >= 0
  complain(
    isNegative ? `negative number '${text}'` : `number '${text}' outside range [${least}, ${most}]`,
  )
  return undefined
}

/** A whole number that counts as far as it is one. */
export function looseNumber(
  text: string,
  least: number,
  most: number,
  complain: Complain,
): number | undefined {
  if (/^[+-]?\d+$/.test(text)) {
    return strictNumber(text, least, most, (message) => complain(`WARNING - ${message}`))
  }
  if (text.startsWith('-')) complain(`WARNING - negative number '${text}'`)
  else complain(`WARNING - invalid number '${text}'`)
  const value = Number(/^[+-]?\d+/.exec(text)?.[0] ?? 0)
  return value >= least && value <= most ? value : undefined
}

/** Seconds with up to six decimals; they too count as far as they are a number. */
export function decimalNumber(
  text: string,
  least: number,
  most: number,
  complain: Complain,
): number | undefined {
  if (text.startsWith('-')) {
    complain(`WARNING - negative number '${text}'`)
    return undefined
  }
  const digits = /^\+?(\d+\.?\d*|\.\d+)/.exec(text)?.[0] ?? ''
  const isWhole = digits !== '' && digits === text
  if (!isWhole) complain(`WARNING - invalid number '${text}'`)
  else if (/\.\d{7}/.test(text)) complain(`WARNING - number '${text}' has too many decimal places`)
  const value = Math.floor(Number(digits) * 1e6 + 1e-3) / 1e6
  if (value >= least && value <= most) return value
  if (isWhole) complain(`WARNING - number '${text}' outside range [${least}, ${most}]`)
  return undefined
}

/** on, true, yes; off, false, no; null for another word. */
export function booleanOf(text: string): boolean | null {
  if (['on', 'true', 'yes'].includes(text)) return true
  return ['off', 'false', 'no'].includes(text) ? false : null
}

/** A flag that may say no; another word is refused. */
export function flag(name: string): Keyword {
  return {
    read: ([text], { complain }) => {
      if (text === undefined) return true
      const value = booleanOf(text)
      if (value === null) complain(`Invalid ${name} parameter ${text}`)
      return value ?? undefined
    },
  }
}

/** A word alone, whatever follows it: true. */
export const mark: Keyword = {}

/** Known, and of no consequence to what is modelled. */
export const ignored: Keyword = { read: (words) => words.join(' ') }

export const word: Keyword = { least: 1, read: ([text]) => text }

/** A name that is asked for with a message of its own, and has at most so many words. */
export function named(complaint: string, most: number = Infinity): Keyword {
  return {
    read: (words, { complain }) => {
      if (words.length > 0 && words.length <= most) return words[0]
      complain(complaint)
      return undefined
    },
  }
}

/** A number that is refused with a message of its own. */
export function numbered(
  read: typeof strictNumber,
  least: number,
  most: number,
  refusal?: (text: string) => string,
): Keyword {
  return {
    least: 1,
    read: ([text = ''], { complain }) => {
      const value = read(text, least, most, complain)
      if (value === undefined && refusal !== undefined) complain(refusal(text))
      return value
    },
  }
}

/** Something else in place of a number that is refused. */
export function corrected(keyword: Keyword, instead: ConfValue): Keyword {
  return { ...keyword, read: (words, place) => keyword.read!(words, place) ?? instead }
}

export function addressed(name: string): Keyword {
  return {
    least: 1,
    read: ([text = ''], { complain }): Address | undefined => {
      const address = parseAddress(text)
      if (address === null) complain(`Invalid ${name} address ${text} - ignoring`)
      return address ?? undefined
    },
  }
}

/** Lines of words that are kept as they stand. */
export const WORDS: Keyword = { lines: () => true }

/** A whole number with the keyword's name in its refusal. */
export const count = (name: string, least: number, most: number = LARGEST_UNSIGNED): Keyword =>
  numbered(looseNumber, least, most, (text) => `${name} '${text}' is invalid`)
