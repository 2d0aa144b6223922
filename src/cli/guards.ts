// Looks at the command line before yargs does, because yargs loses a lone `-`, takes
// `--quiet=maybe` for false, reads `-sPATH=VALUE` as a row of letters, and suggests commands only.
import { nearest } from '../scenario/nearest.ts'
import type { Command, Flag, Flags } from './command.ts'
import { UsageError } from './errors.ts'
import { STDIN } from './input.ts'

type Environment = Record<string, string | undefined>

/** The command that the words name; null when they name none. */
export function commandOf(words: readonly string[], commands: readonly Command[]): Command | null {
  const typed = words.find((word) => !word.startsWith('-'))
  if (typed === undefined) return null
  const command = commands.find(({ name }) => name === typed)
  if (command !== undefined) return command
  const names = commands.map(({ name }) => name)
  throw new UsageError(
    `there is no command "${typed}"`,
    /[./\\]/.test(typed)
      ? `Did you mean \`lvs-sim run ${typed}\`?`
      : (didYouMean(nearest(typed, names)) ?? `The commands are ${names.join(', ')}.`),
  )
}

/** The same words with nothing in them that yargs would misread. */
export function guard(words: readonly string[], flags: Flags, command: string): string[] {
  const guarded: string[] = []
  for (const [index, word] of words.entries()) {
    if (word === '--') return [...guarded, ...words.slice(index + 1).map(guardPlain)]
    if (word === '-') guarded.push(STDIN)
    else if (word.startsWith('--')) guarded.push(guardLong(word, flags, command))
    else if (/^-[^\d.]/.test(word)) guarded.push(...guardShort(word, flags, command))
    else guarded.push(word)
  }
  return guarded
}

/** After `--` everything is a name, also what looks like an option; yargs takes it for one. */
function guardPlain(word: string): string {
  if (word === '-') return STDIN
  return word.startsWith('-') ? `./${word}` : word
}

function guardLong(word: string, flags: Flags, command: string): string {
  const equals = word.indexOf('=')
  const name = equals === -1 ? word.slice(2) : word.slice(2, equals)
  const flag = flagOf(name, flags)
  if (flag === undefined) throw unknown(`--${name}`, flags, command)
  if (equals === -1) return word
  const value = word.slice(equals + 1)
  if (takesValue(flag)) return value === '-' ? `--${name}=${STDIN}` : word
  throw new UsageError(`--${name} takes no value, got "${value}"`, `Write --${name} alone.`)
}

/** `-qq`, `-j2`, `-sPATH=VALUE`: letters, of which the last may have its value after it. */
function guardShort(word: string, flags: Flags, command: string): string[] {
  const guarded: string[] = []
  for (let index = 1; index < word.length; index++) {
    const letter = word[index]!
    const [name, flag] = Object.entries(flags).find(([, { letter: own }]) => own === letter) ?? []
    if (name === undefined || flag === undefined) throw unknown(`-${letter}`, flags, command)
    if (!takesValue(flag)) {
      guarded.push(`--${name}`)
      continue
    }
    const value = word.slice(index + 1).replace(/^=/, '')
    if (value === '') return [...guarded, `--${name}`]
    return [...guarded, `--${name}=${value === '-' ? STDIN : value}`]
  }
  return guarded
}

function unknown(typed: string, flags: Flags, command: string): UsageError {
  const names = Object.keys(flags).map((name) => `--${name}`)
  return new UsageError(
    `there is no option ${typed}${command === '' ? '' : ` in \`lvs-sim ${command}\``}`,
    didYouMean(typed.startsWith('--') ? nearest(typed, names) : undefined) ??
      `See \`lvs-sim help${command === '' ? '' : ` ${command}`}\`.`,
  )
}

/** A name of the environment's for each long flag; added as if typed, where it was not. */
export function fromEnvironment(
  words: readonly string[],
  flags: Flags,
  environment: Environment,
): string[] {
  const added: string[] = []
  for (const [name, flag] of Object.entries(flags)) {
    const variable = variableOf(name)
    const value = environment[variable]
    const isTyped = words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`))
    if (value === undefined || value === '' || isTyped) continue
    if (takesValue(flag)) added.push(`--${name}=${value}`)
    else if (isYes(value, variable)) added.push(`--${name}`)
  }
  return added
}

export function variableOf(name: string): string {
  return `LVS_SIM_${name.toUpperCase().replaceAll('-', '_')}`
}

function isYes(value: string, variable: string): boolean {
  if (/^(1|true|yes|on)$/i.test(value)) return true
  if (/^(0|false|no|off)$/i.test(value)) return false
  throw new UsageError(`the environment's ${variable} is 1 or 0, got "${value}"`)
}

/** Variables that look like ours and are not: most likely misspelt. */
export function strangeVariables(environment: Environment, flags: readonly string[]): string[] {
  const known = ['LVS_SIM_DEBUG', ...flags.map(variableOf)]
  return Object.keys(environment)
    .filter((name) => name.startsWith('LVS_SIM_') && !known.includes(name))
    .map((name) => {
      const hint = didYouMean(nearest(name, known))
      return (
        `warning: ${name} in the environment is no setting of ` +
        `lvs-sim${hint === null ? '' : `. ${hint}`}`
      )
    })
}

export function didYouMean(name: string | undefined): string | null {
  return name === undefined ? null : `Did you mean ${name}?`
}

function flagOf(name: string, flags: Flags): Flag | undefined {
  return Object.hasOwn(flags, name) ? flags[name] : undefined
}

function takesValue(flag: Flag): boolean {
  return flag.kind === 'text' || flag.kind === 'list'
}
