// The text of a scenario as a value whose parts know their place in the file: JSON with comments by
// VS Code's own parser, YAML by its own. Duplicate keys, nesting without end and alias bombs end
// here, before anything walks them.
import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser'
import { LineCounter, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml'
import type { Problem } from './problems.ts'

export type Path = readonly (string | number)[]

export interface Span {
  offset: number
  length: number
}

export interface Source {
  value: unknown
  problems: Problem[]
  /**
   * The place of a value, or of its key; of the nearest part around it when it is not there itself.
   */
  spanOf(path: Path, part: 'key' | 'value'): Span | null
  /** A problem at a place of the file. */
  problemAt(span: Span | null, problem: Partial<Problem> & { message: string }): Problem
}

const MOST_DEPTH = 100
const MOST_ALIASES = 100

/** Reads the text of a file; what is wrong with its form is in `problems`. */
export function readSource(text: string, file: string): Source {
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text
  const place = placer(clean, file)
  const whole = (message: string) => withoutValue(place, place(null, { message }))
  if (clean.trim() === '') return whole('the file is empty')
  if (Array.from(clean).some(isControl)) {
    return whole('the file is not text: it has characters that no text has')
  }
  if (deepest(clean) > MOST_DEPTH) return withoutValue(place, tooDeep(place))
  return looksLikeJson(clean, file) ? readJson(clean, place) : readYaml(clean, place)
}

/** Characters that no text has: control characters but for tabs and ends of lines and pages. */
function isControl(character: string): boolean {
  const code = character.charCodeAt(0)
  return code < 9 || (code > 13 && code < 27)
}

function looksLikeJson(text: string, file: string): boolean {
  if (/\.ya?ml$/i.test(file)) return false
  return /\.jsonc?$/i.test(file) || /^\s*(?:[{[]|\/[/*])/.test(text)
}

/**
 * How deep brackets are nested, comments and texts counted roughly: only a guard before recursion.
 */
function deepest(text: string): number {
  let depth = 0
  let most = 0
  let isText = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (isText) {
      if (c === '\\') i++
      else if (c === '"' || c === '\n') isText = false
    } else if (c === '"') isText = true
    else if (c === '{' || c === '[') most = Math.max(most, ++depth)
    else if (c === '}' || c === ']') depth--
  }
  return most
}

function readJson(text: string, place: Source['problemAt']): Source {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const problems = errors.map(({ error, offset, length }) =>
    place({ offset, length }, { message: jsonMessage(printParseErrorCode(error)) }),
  )
  if (tree === undefined)
    return { value: undefined, problems, spanOf: () => null, problemAt: place }
  problems.push(...duplicates(tree, place))
  return {
    value: valueOf(tree),
    problems,
    spanOf: (path, part) => jsonSpan(tree, path, part),
    problemAt: place,
  }
}

function jsonMessage(code: string): string {
  const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return `this is not JSON: ${words}`
}

/** Like getNodeValue, but `__proto__` becomes a key like any other. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf)
  if (node.type !== 'object') return node.value as unknown
  const entries: [string, unknown][] = []
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? []
    if (key !== undefined && value !== undefined) entries.push([String(key.value), valueOf(value)])
  }
  return Object.fromEntries(entries)
}

function duplicates(node: Node, place: Source['problemAt']): Problem[] {
  const problems: Problem[] = []
  const seen = new Map<string, Node>()
  for (const child of node.children ?? []) {
    problems.push(...duplicates(child, place))
    const key = node.type === 'object' ? child.children?.[0] : undefined
    if (key === undefined) continue
    const name = String(key.value)
    const first = seen.get(name)
    if (first === undefined) seen.set(name, key)
    else problems.push(place(key, { message: twice(name, place(first, { message: '' }).line) }))
  }
  return problems
}

function twice(name: string, line: number | null): string {
  return `"${name}" is given twice in the same object, first on line ${line ?? '?'}`
}

function jsonSpan(tree: Node, path: Path, part: 'key' | 'value'): Span | null {
  for (let length = path.length; length >= 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length))
    if (node === undefined) continue
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined
    const isWhole = length === path.length
    const found = (part === 'key' || !isWhole) && key !== undefined ? key : node
    return isWhole || found !== tree ? { offset: found.offset, length: found.length } : null
  }
  return null
}

function readYaml(text: string, place: Source['problemAt']): Source {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, strict: true, prettyErrors: false })
  if (isTooDeep(document)) return withoutValue(place, tooDeep(place))
  const problems = document.errors.map(({ message, pos, code }) =>
    place(
      { offset: pos[0], length: Math.max(1, pos[1] - pos[0]) },
      {
        message:
          code === 'DUPLICATE_KEY'
            ? 'a key is given twice in the same object'
            : `this is not YAML: ${message}`,
      },
    ),
  )
  let value: unknown
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown
    } catch {
      problems.push(
        place(null, { message: `aliases stand for too much: more than ${MOST_ALIASES}` }),
      )
    }
  }
  return {
    value,
    problems,
    spanOf: (path, part) => yamlSpan(document.contents, path, part),
    problemAt: place,
  }
}

/**
 * The parser gives up by itself on nesting without end, and says so in an error of the engine's.
 */
function isTooDeep(document: ReturnType<typeof parseDocument>): boolean {
  if (document.errors.some(({ message }) => /call stack|recursion/i.test(message))) return true
  let depth = 0
  visit(document, (_, __, ancestors) => void (depth = Math.max(depth, ancestors.length)))
  // A map in a map has a pair between the two.
  return depth > 2 * MOST_DEPTH
}

function tooDeep(place: Source['problemAt']): Problem {
  return place(null, { message: `nested more than ${MOST_DEPTH} deep` })
}

function withoutValue(place: Source['problemAt'], problem: Problem): Source {
  return { value: undefined, problems: [problem], spanOf: () => null, problemAt: place }
}

function yamlSpan(root: unknown, path: Path, part: 'key' | 'value'): Span | null {
  let node: unknown = root
  let key: unknown = null
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      )
      if (pair === undefined) break
      key = pair.key
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      key = null
      node = node.items[step]
    } else break
  }
  const found = part === 'key' && key !== null ? key : node
  if (!isNode(found) || found.range === undefined || found.range === null) return null
  return { offset: found.range[0], length: Math.max(1, found.range[1] - found.range[0]) }
}

/** Makes problems whose place is told by an offset. */
function placer(text: string, file: string): Source['problemAt'] {
  return (span, problem) => {
    const before = span === null ? '' : text.slice(0, span.offset)
    const lineStart = before.lastIndexOf('\n') + 1
    const lineEnd = span === null ? -1 : text.indexOf('\n', span.offset)
    const sourceLine = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, '')
    const column = before.length - lineStart + 1
    const room = sourceLine.length - column + 1
    return {
      severity: 'error',
      path: '',
      file,
      line: span === null ? null : before.split('\n').length,
      column: span === null ? null : column,
      length: span === null ? 0 : Math.max(1, Math.min(span.length, room)),
      expected: null,
      got: null,
      suggestion: null,
      sourceLine: span === null ? null : sourceLine,
      ...problem,
    }
  }
}
