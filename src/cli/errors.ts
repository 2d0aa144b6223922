// What can go wrong on the way between the shell and the simulator, and what the user is told of
// it. A stack trace is shown only on request (LVS_SIM_DEBUG=1): it helps nobody whose file has a
// typo.
import { ScenarioError } from '../scenario/problems.ts'
import { QueueError, WrongVersion } from '../study/queue-connection.ts'
import { printProblems } from '../scenario/print-problems.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** The command line is wrong. `hint` says what to try. */
export class UsageError extends Error {
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
  }
}

/** A file or folder could not be read or written, or must not be touched. */
export class FileError extends Error {
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.name = 'FileError'
    this.hint = hint
  }
}

/** What is in a file is not what it should be, before a scenario could even be looked for. */
export class ContentError extends Error {
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.name = 'ContentError'
    this.hint = hint
  }
}

export interface Told {
  code: ExitCode
  /** For standard error, without a newline at the end. */
  text: string
}

/** The exit code and the words for whatever was thrown. */
export function tell(error: unknown, options: { debug: boolean; colour: boolean }): Told {
  const stack = options.debug && error instanceof Error ? `\n${error.stack ?? ''}` : ''
  if (error instanceof ScenarioError) {
    return { code: EXIT.scenario, text: printProblems(error.problems, options) + stack }
  }
  if (error instanceof UsageError) return { code: EXIT.usage, text: lines(error) + stack }
  if (error instanceof WrongVersion) return { code: EXIT.scenario, text: lines(error) + stack }
  if (error instanceof QueueError) return { code: EXIT.file, text: lines(error) + stack }
  if (error instanceof FileError) return { code: EXIT.file, text: lines(error) + stack }
  if (error instanceof ContentError) return { code: EXIT.scenario, text: lines(error) + stack }
  return { code: EXIT.bug, text: bug(error) + stack }
}

function lines(error: { message: string; hint: string | null }): string {
  return `error: ${error.message}${error.hint === null ? '' : `\n  ${error.hint}`}`
}

function bug(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return [
    `error: this is a fault in lvs-sim, not in your files: ${message}`,
    '  Please report it with the command, the scenario and the output of `lvs-sim --version`.',
    '  LVS_SIM_DEBUG=1 in the environment shows where it happened.',
  ].join('\n')
}

/** Words for the errors of the operating system that users meet. */
export function fileReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'a part of its path is a file, not a folder',
    EISDIR: 'it is a folder, not a file',
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left on the device',
    EMFILE: 'too many files are open',
    ENAMETOOLONG: 'the name is too long',
    ELOOP: 'its symbolic links go in a circle',
    EEXIST: 'it exists already',
  }
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}
