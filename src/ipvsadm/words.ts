// Lines of a rules file or a shell script as words with their places. `#` at the start of a word
// begins a comment, a backslash at the end of a line continues it, quotes around a whole word are
// taken off.

export interface Word {
  text: string
  /** Both count from 1. */
  line: number
  column: number
}

/** The words of every command, empty lines left out. */
export function commandLines(text: string): Word[][] {
  const commands: Word[][] = []
  let words: Word[] = []
  text.split('\n').forEach((content, index) => {
    const isContinued = readWords(content, index + 1, words)
    if (isContinued) return
    if (words.length > 0) commands.push(words)
    words = []
  })
  if (words.length > 0) commands.push(words)
  return commands
}

/** True when the line goes on in the next one. */
function readWords(content: string, line: number, words: Word[]): boolean {
  for (const match of content.matchAll(/\S+/g)) {
    const text = match[0]
    if (text.startsWith('#')) return false
    const isLast = content.slice(match.index + text.length).trim() === ''
    const isContinued = isLast && text.endsWith('\\')
    const kept = isContinued ? text.slice(0, -1) : text
    if (kept !== '') words.push(withoutQuotes({ text: kept, line, column: match.index + 1 }))
    if (isContinued) return true
  }
  return false
}

function withoutQuotes(word: Word): Word {
  const { text, line, column } = word
  const quote = text[0]
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return word
  return { text: text.slice(1, -1), line, column: column + 1 }
}
