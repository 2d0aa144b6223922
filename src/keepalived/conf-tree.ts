// keepalived.conf from tokens to a tree of statements, by tables of keywords (spec
// keepalived-conf.md, 1.2 and 1.7). What keepalived misreads is misread here: an unknown block's
// statements count for the block around it, whose end its brace then is.
import { ConfStop, type Complaints } from './conf-complaints.ts'
import type { ConfReader, Token } from './conf-reader.ts'

export type ConfValue = number | string | boolean | object

/** A statement that was accepted, with those inside its braces. */
export interface Block {
  keyword: string
  /** Those after the keyword. */
  words: string[]
  file: string
  line: number
  /** What its words mean, as its table read them. */
  value: ConfValue
  statements: Block[]
}

export interface Place {
  /** The block around the statement, with what was accepted before it. */
  parent: Block
  /** The whole configuration so far. */
  root: Block
  complain: (message: string) => void
}

/** What a statement's words mean; undefined: it is refused. */
export type Reading = (words: string[], place: Place) => ConfValue | undefined

export interface Keyword {
  /** So many words must follow: without them keepalived gives up. */
  least?: number
  /** A block that is refused is left out with all that it has. */
  read?: Reading
  /** Statements between braces. */
  block?: Grammar
  /** Lines between braces that are no statements: what each one means. */
  lines?: Reading
  /** Looks at the block when its brace closes; false: it is left out after all. */
  close?: (block: Block, place: Place) => boolean
}

export type Grammar = Readonly<Record<string, Keyword>>

export interface TopLevel {
  grammar: Grammar
  /** Keywords of other processes: known, and passed over with all that they have. */
  others: ReadonlySet<string>
}

export function readTree(reader: ConfReader, top: TopLevel, complaints: Complaints): Block {
  const root: Block = {
    ...{ keyword: '', words: [], file: '', line: 0, value: true },
    statements: [],
  }
  new TreeReader(reader, top.others, root, complaints).readStatements(top.grammar, root, true)
  return root
}

/** The last statement of a keyword, which is the one that counts. */
export function lastOf(block: Block, keyword: string): Block | undefined {
  return block.statements.findLast((statement) => statement.keyword === keyword)
}

export function allOf(block: Block, ...keywords: string[]): Block[] {
  return block.statements.filter(({ keyword }) => keywords.includes(keyword))
}

export function numberOf(block: Block, keyword: string): number | undefined {
  return lastOf(block, keyword)?.value as number | undefined
}

export function textOf(block: Block, keyword: string): string | undefined {
  return lastOf(block, keyword)?.value as string | undefined
}

export function flagOf(block: Block, keyword: string): boolean | undefined {
  return lastOf(block, keyword)?.value as boolean | undefined
}

/** All words between a block's braces, on however many lines. */
export function wordsIn(block: Block | undefined): string[] {
  return block?.statements.flatMap(({ keyword, words }) => [keyword, ...words]) ?? []
}

class TreeReader {
  private readonly reader: ConfReader
  private readonly others: ReadonlySet<string>
  private readonly root: Block
  private readonly complaints: Complaints

  constructor(
    reader: ConfReader,
    others: ReadonlySet<string>,
    root: Block,
    complaints: Complaints,
  ) {
    this.root = root
    this.reader = reader
    this.others = others
    this.complaints = complaints
  }

  /** Statements up to the closing brace, which is returned, or the end. */
  readStatements(grammar: Grammar, parent: Block, isTop: boolean = false): Token | null {
    for (let token = this.reader.next(); token !== null; token = this.reader.next()) {
      if (token.kind === '}') {
        if (!isTop) return token
        this.complain(token, "Unknown keyword '}'")
      } else if (token.kind === '{') {
        this.complain(token, "Unexpected '{' - ignoring")
      } else {
        this.readStatement(grammar, parent, token, isTop)
      }
    }
    return null
  }

  private readStatement(grammar: Grammar, parent: Block, token: Token, isTop: boolean): void {
    const [name = '', ...words] = token.words
    const keyword = Object.hasOwn(grammar, name) ? grammar[name]! : null
    if (keyword === null) {
      if (isTop && this.others.has(name)) return this.skipBlock()
      return this.complain(token, `Unknown keyword '${name}'`)
    }
    this.checkWords(keyword, name, words, token)
    const place = this.placeOf(token, parent)
    const value = keyword.read === undefined ? true : keyword.read(words, place)
    const isBlock = keyword.block !== undefined || keyword.lines !== undefined
    if (value === undefined) {
      if (isBlock) this.skipBlock()
      return
    }
    const { file, line } = token
    const block: Block = { keyword: name, words, file, line, value, statements: [] }
    if (isBlock && !this.readBlock(keyword, block, parent)) return
    parent.statements.push(block)
  }

  private checkWords(keyword: Keyword, name: string, words: string[], token: Token): void {
    const { least = 0 } = keyword
    if (words.length >= least) return
    const at = `at word position ${words.length + 2}`
    const which = `*** Configuration line starting \`${name}\``
    this.complain(token, `${which} is missing a parameter after keyword \`${name}\` ${at}`)
    throw new ConfStop()
  }

  /** Whether the block is to be kept. */
  private readBlock(keyword: Keyword, block: Block, parent: Block): boolean {
    const next = this.reader.peek()
    if (next?.kind === '{') this.reader.next()
    else if (next !== null) {
      this.complain(next, "Missing '{' at beginning of configuration block")
    }
    const { block: grammar, lines } = keyword
    const end =
      grammar === undefined ? this.readLines(lines!, block) : this.readStatements(grammar, block)
    if (keyword.close === undefined) return true
    return keyword.close(block, this.placeOf(end ?? block, parent))
  }

  private readLines(read: Reading, parent: Block): Token | null {
    for (let token = this.reader.next(); token !== null; token = this.reader.next()) {
      if (token.kind === '}') return token
      if (token.kind === '{') continue
      const value = read(token.words, this.placeOf(token, parent))
      if (value === undefined) continue
      const [keyword = '', ...words] = token.words
      const { file, line } = token
      parent.statements.push({ keyword, words, file, line, value, statements: [] })
    }
    return null
  }

  /** Passes over a block, if there is one, up to the brace that closes it. */
  private skipBlock(): void {
    if (this.reader.peek()?.kind !== '{') return
    let depth = 0
    for (let token = this.reader.next(); token !== null; token = this.reader.next()) {
      if (token.kind === '{') depth++
      else if (token.kind === '}' && --depth === 0) return
    }
  }

  private placeOf(at: { file: string; line: number }, parent: Block): Place {
    return { parent, root: this.root, complain: (message) => this.complain(at, message) }
  }

  private complain({ file, line }: { file: string; line: number }, message: string): void {
    this.complaints.add(file, line, message)
  }
}
