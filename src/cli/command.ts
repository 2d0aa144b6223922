// What a command is: its words for the help, its flags, and what it does. main.ts knows the list.
import type { ExitCode } from './exit-codes.ts'

export interface Flag {
  /** 'list' may be given several times; 'count' is -v, -vv. Both 'text' and 'list' take a value. */
  kind: 'text' | 'list' | 'switch' | 'count'
  describe: string
  /** Single letter. */
  letter?: string
  /** What stands for the value in help. */
  value?: string
  /** Throws a UsageError when the text is no value of this flag. */
  parse?: (text: string, flag: string) => unknown
  /** Shown among the first in help. */
  common?: boolean
}

export type Flags = Record<string, Flag>

/** What was typed, by name of flag or of positional argument. */
export type Values = Record<string, unknown>

/** Where a command writes, and what it knows of the terminal. */
export interface Shell {
  out: (text: string) => void
  err: (text: string) => void
}

export interface Command {
  name: string
  /** Positional arguments as yargs writes them: `<scenario...>`, `[path]`, or nothing. */
  positional: string
  /** One sentence. */
  summary: string
  examples: readonly string[]
  flags: Flags
  /** Where to read more; the last words of its help. */
  more: string
  handle: (values: Values, shell: Shell) => Promise<ExitCode> | ExitCode
}
