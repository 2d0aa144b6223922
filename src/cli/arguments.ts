// The command line, read by yargs: everything comes in as text, and each flag says itself what it
// takes. What yargs would misread has been set right before (guards.ts).
import yargs, { type Argv, type Options } from 'yargs'
import type { Command, Flag, Flags, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { HELP_FLAGS } from './flags.ts'
import { commandOf, fromEnvironment, guard } from './guards.ts'

export interface Parsed {
  /** Null when no command was named. */
  command: Command | null
  values: Values
  /** What to print instead of doing anything. */
  help: string | null
}

/** What was typed. Throws a UsageError for what is not understood. */
export async function parse(
  typed: readonly string[],
  commands: readonly Command[],
  environment: Record<string, string | undefined>,
): Promise<Parsed> {
  const words = typed[0] === 'help' ? [...typed.slice(1), '--help'] : [...typed]
  const command = commandOf(words, commands)
  const flags = { ...command?.flags, ...HELP_FLAGS }
  const guarded = guard(words, flags, command?.name ?? '')
  if (guarded.includes('--help') || command === null) {
    return { command: null, values: {}, help: await helpOf(command, commands) }
  }
  const rest = guarded.toSpliced(guarded.indexOf(command.name), 1)
  const all = [command.name, ...fromEnvironment(guarded, command.flags, environment), ...rest]
  let values: Values = {}
  await newParser()
    .command(
      `${command.name} ${command.positional}`.trim(),
      command.summary,
      (parser) => withFlags(parser, command),
      (parsed) => {
        values = parsed
      },
    )
    .strict()
    .demandCommand(1)
    .recommendCommands()
    .fail((message: string | null, error: Error | null) => {
      if (error !== null && error !== undefined && error.name !== 'YError') throw error
      const words = inOurWords(message ?? error?.message ?? '')
      throw new UsageError(words, `See \`lvs-sim help ${command.name}\`.`)
    })
    .parseAsync(all)
  return { command, values: understood(values, command.flags), help: null }
}

/** Help of one command, or of all. */
export async function helpOf(
  command: Command | null,
  commands: readonly Command[],
): Promise<string> {
  const parser = newParser()
  if (command !== null) {
    const usage = `$0 ${command.name} ${command.positional}`.trimEnd()
    const examples = command.examples.map((line) => `  ${line}`).join('\n')
    parser.usage(`${command.summary}\n\nExamples:\n${examples}\n\nUsage: ${usage} [options]`)
    return `${await withFlags(parser, command).epilogue(command.more).getHelp()}\n`
  }
  parser.usage(OVERVIEW).epilogue(OVERVIEW_END).options(optionsOf(HELP_FLAGS))
  for (const { name, positional, summary } of commands) {
    parser.command(`${name} ${positional}`.trim(), summary)
  }
  return `${await parser.getHelp()}\n`
}

const OVERVIEW =
  'lvs-sim simulates clusters of Linux Virtual Server: what they carry, how ' +
  `fairly, how fast.

Examples:
  lvs-sim new one-director > my.json
  lvs-sim run my.json
  lvs-sim theory my.json --vary services.web.forwarding=nat,dr,tun

Usage: $0 <command> [options]`

const OVERVIEW_END = `\`lvs-sim help <command>\` tells more of one.
Every long option of a command can be given as LVS_SIM_<OPTION> in the environment.`

function newParser(): Argv {
  return yargs()
    .scriptName('lvs-sim')
    .locale('en')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
    })
    .wrap(Math.min(100, Math.max(60, process.stdout.columns ?? 80)))
    .help(false)
    .version(false)
    .exitProcess(false)
}

function withFlags(parser: Argv, command: Command): Argv {
  const common = Object.keys(command.flags).filter((name) => command.flags[name]!.common === true)
  const positional = /^[<[](\w+)(\.\.)?/.exec(command.positional)?.[1]
  if (positional !== undefined) parser.positional(positional, { type: 'string' })
  if (common.length > 0) parser.group(common, 'Common options:')
  return parser.options(optionsOf(command.flags))
}

function optionsOf(flags: Flags): Record<string, Options> {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, optionOf(flag)]))
}

function optionOf(flag: Flag): Options {
  const shared: Options = {
    describe: flag.describe,
    ...(flag.letter === undefined ? {} : { alias: flag.letter }),
  }
  if (flag.kind === 'count') return { ...shared, type: 'count' }
  if (flag.kind === 'switch') return { ...shared, type: 'boolean' }
  return { ...shared, type: 'string', requiresArg: true }
}

/** Texts as what they mean. Not left to yargs: it wraps what is thrown in an error of its own. */
function understood(values: Values, flags: Flags): Values {
  const meant: Values = { ...values }
  for (const [name, flag] of Object.entries(flags)) meant[name] = valueOf(values[name], name, flag)
  return meant
}

function valueOf(given: unknown, name: string, flag: Flag): unknown {
  if (given === undefined || flag.kind === 'count') return given
  if (flag.kind === 'switch') return Array.isArray(given) ? given.at(-1) : given
  const parseOne = (text: unknown): unknown => flag.parse?.(text as string, name) ?? text
  const texts = [given].flat()
  if (flag.kind === 'list') return texts.map(parseOne)
  if (texts.length > 1) throw new UsageError(`--${name} is given ${texts.length} times`)
  return parseOne(texts[0])
}

/** The few messages of yargs that users meet, in the manner of ours. */
function inOurWords(message: string): string {
  const missing = /^Not enough non-option arguments: got \d+, need at least \d+/.test(message)
  if (missing) return 'something is missing after the command'
  const strange = /^Unknown arguments?: (.*)$/.exec(message)
  if (strange !== null) return `do not know what to do with "${strange[1]!}"`
  const bare = /^Not enough arguments following: (.*)$/.exec(message)
  if (bare !== null) return `--${bare[1]!} needs a value`
  return message
}
