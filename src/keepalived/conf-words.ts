// Lines of keepalived.conf taken apart (spec keepalived-conf.md, 1.1 and 1.2): comments, words in
// quotes, and braces, which are tokens of their own wherever they stand.

/** Without its comment; `\#` and `\!` are the letters themselves. */
export function withoutComment(line: string): string {
  let text = ''
  let isQuoted = false
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!
    if (letter === '\\' && (line[at + 1] === '#' || line[at + 1] === '!')) {
      text += line[++at]!
      continue
    }
    if (letter === '"') isQuoted = !isQuoted
    if (!isQuoted && (letter === '#' || letter === '!')) break
    text += letter
  }
  return text
}

export type Piece = '{' | '}' | { text: string }

/** A line between its braces; braces in double quotes are letters. */
export function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = []
  let text = ''
  let isQuoted = false
  const close = (): void => {
    if (text.trim() !== '') pieces.push({ text: text.trim() })
    text = ''
  }
  for (const letter of line) {
    if (letter === '"') isQuoted = !isQuoted
    if (!isQuoted && (letter === '{' || letter === '}')) {
      close()
      pieces.push(letter)
    } else {
      text += letter
    }
  }
  close()
  return pieces
}

export interface Words {
  words: string[]
  /** A double quote that is not closed: its word is lost. */
  isUnterminated: boolean
}

/**
 * Words between blanks; a text in double quotes is one word, without them. A comment's letter
 * ends the line here too, though it came from a parameter or stood behind a backslash (recorded).
 */
export function wordsOf(text: string): Words {
  const words: string[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++
      continue
    }
    if (text[at] === '#' || text[at] === '!') break
    const isQuoted = text[at] === '"'
    const end = isQuoted ? text.indexOf('"', at + 1) : wordEnd(text, at)
    if (end < 0) return { words, isUnterminated: true }
    words.push(text.slice(isQuoted ? at + 1 : at, end))
    at = isQuoted ? end + 1 : end
  }
  return { words, isUnterminated: false }
}

function wordEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !/[\s"#!]/.test(text[at]!)) at++
  return at
}
