// Command lines of ipvsadm that change something, each looked at by itself: what ipvsadm refuses
// without asking the kernel is found before anything runs.
import { checkLine } from './checks.ts'
import { readCommandLine } from './command-line.ts'
import { notSimulated } from './not-simulated.ts'
import { readCommand, type CommandName } from './options.ts'
import { Refusal, type RuleProblem } from './problem.ts'
import { commandLines, type Word } from './words.ts'

export interface Changes {
  /** Arguments of each command. */
  commands: string[][]
  problems: RuleProblem[]
}

const SHOWING: CommandName[] = ['list', 'save', 'help', 'version']
const ELSEWHERE: CommandName[] = ['restore', 'start-daemon', 'stop-daemon']

export function readChanges(text: string): Changes {
  const commands: string[][] = []
  const problems: RuleProblem[] = []
  for (const words of commandLines(text)) {
    const isProgram = ({ text: word }: Word) => /^(sudo|(.*\/)?ipvsadm)$/.test(word)
    const first = words.findIndex((word) => !isProgram(word))
    const own = first < 0 ? [] : words.slice(first)
    try {
      check(own)
      if (own.length > 0) commands.push(own.map((word) => word.text))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push(error.problem)
    }
  }
  return { commands, problems }
}

function check([first, ...rest]: Word[]): void {
  if (first === undefined) return
  const command = readCommand(first)
  if (SHOWING.includes(command.name)) {
    throw new Refusal(first, `${first.text} shows something, and nobody looks while it runs`)
  }
  if (ELSEWHERE.includes(command.name)) {
    throw new Refusal(first, `${first.text} cannot be done while a simulation runs`)
  }
  const line = readCommandLine(command, rest)
  checkLine(line)
  const refusal = notSimulated(line)
  if (refusal !== null) throw refusal
}
