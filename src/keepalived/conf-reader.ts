// keepalived.conf from text to tokens (spec keepalived-conf.md, 1.1 to 1.6): lines without
// comments, of the right configuration, with parameters replaced and included files in their
// place, split at braces. Lines are read when they are asked for, because definitions act from
// where they stand.
import { ConfStop, type Complaints } from './conf-complaints.ts'
import { isRepetition, Parameters, turnsOf } from './conf-parameters.ts'
import { piecesOf, withoutComment, wordsOf } from './conf-words.ts'

export interface Token {
  kind: 'words' | '{' | '}'
  words: string[]
  file: string
  line: number
}

/** The files that a configuration includes. */
export interface ConfFiles {
  /** Those that a pattern names, seen from a directory, in order. */
  match: (pattern: string, directory: string) => string[]
  /** Null for a file that cannot be read. */
  read: (path: string) => string | null
}

export interface ConfSource {
  /** The file as it was named. */
  file: string
  text: string
  files?: ConfFiles
  /** What `@id` lines are compared with: the host's name, if keepalived is not told (-i). */
  id: string
  /** The first process to read it: it tells of files that are missing. */
  isFirst?: boolean
  /** For `${_RANDOM min max}`. */
  random?: (least: number, most: number) => number
}

interface OpenFile {
  file: string
  directory: string
  lines: string[]
  /** The next line, counted from 0. */
  at: number
}

const LARGEST_RANDOM = 32767
/** Replacements in one line: definitions that use themselves would never end. */
const LONGEST_LINE = 10_000
const MOST_REPEATED = 5_000
/** Ways of including that a missing file ends. */
const STRICT = ['includem', 'includea']
const INCLUDE = /^(include[rmwba]?)\s+(\S.*)$/

export class ConfReader {
  /** A file was missing that must be there: keepalived ends when it has read the rest. */
  hasFailed = false
  private readonly source: ConfSource
  private readonly complaints: Complaints
  private readonly parameters: Parameters
  private readonly open: OpenFile[] = []
  /** Lines that stand where a definition or a repetition was used. */
  private readonly pending: string[] = []
  private readonly tokens: Token[] = []
  /** How often something else came in the place of the present line. */
  private repeated = 0
  private depth = 0
  private isFinished = false
  private file: string
  private line = 0

  constructor(source: ConfSource, complaints: Complaints) {
    this.source = source
    this.complaints = complaints
    this.file = source.file
    this.parameters = new Parameters((name) => this.predefined(name))
    this.openText(source.file, source.text)
  }

  peek(): Token | null {
    while (this.tokens.length === 0) {
      const line = this.nextLine()
      if (line === null) return null
      this.readLine(line)
    }
    return this.tokens[0]!
  }

  next(): Token | null {
    const token = this.peek()
    this.tokens.shift()
    return token
  }

  private openText(file: string, text: string): void {
    const directory = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.'
    this.open.push({ file, directory, lines: text.split(/\r?\n/), at: 0 })
  }

  private nextLine(): string | null {
    const pending = this.pending.shift()
    if (pending !== undefined) return pending
    for (let top = this.open.at(-1); top !== undefined; top = this.open.at(-1)) {
      if (top.at < top.lines.length) {
        this.file = top.file
        this.line = top.at + 1
        this.repeated = 0
        return top.lines[top.at++]!
      }
      this.open.pop()
    }
    if (!this.isFinished && this.depth > 0) {
      this.complaints.ofWhole.push(`There are ${this.depth} missing '}'s or extra '{'s`)
    }
    this.isFinished = true
    return null
  }

  private readLine(raw: string): void {
    let line = withoutComment(raw).trim()
    for (let conditional = conditionOf(line); conditional !== null;) {
      if ((conditional.id === this.source.id) === conditional.isNot) return
      line = conditional.rest
      conditional = conditionOf(line)
    }
    if (line === '') return
    const definition = Parameters.definition(line)
    if (definition !== null) return this.define(definition.name, definition.value)
    const block = this.parameters.blockOf(line)
    if (block !== null) return this.repeat(block)
    if (isRepetition(line)) return this.repeatTurns(line)
    const replaced = this.parameters.replace(line)
    if (replaced.length > LONGEST_LINE) this.stop('a definition uses itself without end')
    if (replaced !== line && /^[@$~]/.test(replaced)) return this.repeat([replaced])
    const [, keyword, pattern] = INCLUDE.exec(replaced) ?? []
    if (pattern !== undefined) return this.include(keyword!, pattern)
    this.split(replaced.replace(/\s+\\$/, '\\'))
  }

  /** A value that ends in a backslash goes on in the next lines. */
  private define(name: string, value: string): void {
    if (!/(^|\s)\\$/.test(value)) return this.parameters.define(name, value.trim())
    const first = value.slice(0, -1).trim()
    const lines = first === '' ? [] : [first]
    for (let goesOn = true; goesOn;) {
      const raw = this.nextLine()
      if (raw === null) break
      const line = withoutComment(raw).trim()
      goesOn = line.endsWith('\\')
      lines.push(goesOn ? line.slice(0, -1).trim() : line)
    }
    this.parameters.defineBlock(name, lines)
  }

  private repeat(lines: readonly string[]): void {
    this.pending.unshift(...lines)
    this.repeated++
    if (this.repeated > MOST_REPEATED) this.stop('a definition uses itself without end')
  }

  private repeatTurns(line: string): void {
    const end = line.indexOf(')')
    const told = this.parameters.replace(line.slice(0, end + 1)) + line.slice(end + 1)
    const found = turnsOf(told)
    if (found === null) {
      const kind = line.slice(0, 4)
      if (kind === '~SEQ') this.complain(`Invalid ~SEQ definition '${line}'`)
      return this.complain(`Invalid ${kind} specification '${line}'`)
    }
    const lines = found.turns.flatMap((turn) => [
      ...turn.map(([name, value]) => `$${name}=${value}`),
      found.rest,
    ])
    this.repeat(lines)
  }

  private include(keyword: string, pattern: string): void {
    const words = wordsOf(pattern).words
    const { files } = this.source
    const directory = this.open.at(-1)?.directory ?? '.'
    for (const word of words) {
      const found = files?.match(word, directory) ?? []
      if (found.length === 0) {
        if (this.source.isFirst) this.complain(`Config files missing '${word}'.`)
        this.hasFailed ||= STRICT.includes(keyword)
      }
      // The last one matched is opened first, so that the first one is read first.
      for (const file of [...found].reverse()) this.includeFile(keyword, file)
    }
  }

  private includeFile(keyword: string, file: string): void {
    if (this.open.some((open) => open.file === file)) {
      this.stop(`${keyword} ${file}: the file includes itself`)
    }
    const text = this.source.files!.read(file)
    if (text === null) this.complain(`Unable to open file '${file}'`)
    else this.openText(file, text)
  }

  private split(line: string): void {
    const { file, line: number } = this
    for (const piece of piecesOf(line)) {
      if (typeof piece === 'string') {
        this.count(piece)
        this.tokens.push({ kind: piece, words: [piece], file, line: number })
        continue
      }
      const { words, isUnterminated } = wordsOf(piece.text)
      if (isUnterminated) {
        this.complain(`Unterminated quote '${piece.text}'`)
        this.complain(`Unmatched quote: '${piece.text}'`)
      }
      if (words.length > 0) this.tokens.push({ kind: 'words', words, file, line: number })
    }
  }

  private count(brace: '{' | '}'): void {
    this.depth += brace === '{' ? 1 : -1
    if (this.depth >= 0) return
    this.depth = 0
    this.complain("Extra '}' found")
  }

  private complain(message: string): void {
    this.complaints.add(this.file, this.line, message)
  }

  private stop(message: string): never {
    this.complain(message)
    throw new ConfStop()
  }

  private predefined(name: string): string | null {
    if (name === '_HASH') return '#'
    if (name === '_BANG') return '!'
    if (name === '_PWD') return this.open.at(-1)?.directory ?? '.'
    if (name === '_INSTANCE') return this.source.id
    if (name === '_RANDOM') return `${this.source.random?.(0, LARGEST_RANDOM) ?? 0}`
    return null
  }
}

/** `@id rest` and `@^id rest`. */
function conditionOf(line: string): { id: string; isNot: boolean; rest: string } | null {
  const match = /^@(\^?)(\S+)\s*(.*)$/.exec(line)
  if (match === null) return null
  return { isNot: match[1] === '^', id: match[2]!, rest: match[3]! }
}
