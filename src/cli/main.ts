#!/usr/bin/env node
// The door from the shell. It only picks the command, prints what went wrong and sets the exit
// code: never process.exit after writing, which would cut what is still on its way into a pipe.
import type { Command, Shell } from './command.ts'
import { parse } from './arguments.ts'
import { compare } from './compare.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { explain } from './explain.ts'
import { merge } from './merge.ts'
import { newScenario } from './new.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { size } from './size.ts'
import { sweep } from './sweep.ts'
import { strangeVariables } from './guards.ts'
import { tell } from './errors.ts'
import { lookOf } from './terminal.ts'
import { theoryCommand } from './theory.ts'
import { verify } from './verify.ts'
import { validate } from './validate.ts'
import { worker } from './worker.ts'
import { asksForVersion, versionText } from './version.ts'

const COMMANDS: readonly Command[] = [
  run,
  theoryCommand,
  compare,
  size,
  sweep,
  merge,
  worker,
  verify,
  validate,
  explain,
  newScenario,
  schema,
]

const shell: Shell = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}

async function main(words: readonly string[]): Promise<ExitCode> {
  try {
    if (asksForVersion(words)) {
      shell.out(versionText())
      return EXIT.ok
    }
    const { command, values, help } = await parse(words, COMMANDS, process.env)
    const flags = COMMANDS.flatMap(({ flags: own }) => Object.keys(own))
    for (const line of strangeVariables(process.env, flags)) shell.err(`${line}\n`)
    if (command !== null) return await command.handle(values, shell)
    const isAsked = words.some((word) => ['help', '--help', '-h'].includes(word))
    ;(isAsked ? shell.out : shell.err)(help ?? '')
    return isAsked ? EXIT.ok : EXIT.usage
  } catch (error) {
    const { colour } = lookOf(process.stderr, words.includes('--no-color') ? false : undefined)
    const told = tell(error, { colour, debug: (process.env['LVS_SIM_DEBUG'] ?? '') !== '' })
    shell.err(`${told.text}\n`)
    return told.code
  }
}

// A reader that has seen enough (`| head`) closes the pipe; that is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await main(process.argv.slice(2))
