// Parameters of keepalived.conf (spec keepalived-conf.md, 1.5): `$NAME=value`, their use as `$NAME`
// and `${NAME}`, definitions of several lines, and the repetitions `~SEQ` and `~LST`. Everything is
// textual and happens when a line is read.

const DEFINITION = /^\$([A-Za-z_][A-Za-z0-9_]*)=(.*)$/
/** `$NAME` counts before a blank, a comma, `)` or the end; `${NAME}` anywhere. */
const USE = /\$\{([A-Za-z_][A-Za-z0-9_]*)((?: [^}]*)?)\}|\$([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)]|$)/g
const LONE_USE = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))$/
/** Definitions that name themselves would be replaced for ever. */
const MOST_REPLACEMENTS = 1000
const LONGEST_LINE = 20_000

export class Parameters {
  private readonly texts = new Map<string, string>()
  private readonly blocks = new Map<string, string[]>()
  private readonly predefined: (name: string) => string | null

  /** `predefined` knows the names that keepalived gives itself. */
  constructor(predefined: (name: string) => string | null) {
    this.predefined = predefined
  }

  /** The name and value of a definition; null for any other line. */
  static definition(line: string): { name: string; value: string } | null {
    const match = DEFINITION.exec(line)
    return match === null ? null : { name: match[1]!, value: match[2]! }
  }

  define(name: string, value: string): void {
    this.blocks.delete(name)
    this.texts.set(name, value)
  }

  defineBlock(name: string, lines: string[]): void {
    this.texts.delete(name)
    this.blocks.set(name, lines)
  }

  /** The lines of a block whose name is all there is on the line. */
  blockOf(line: string): string[] | null {
    const [, braced, bare] = LONE_USE.exec(line) ?? []
    const name = braced ?? bare
    return name === undefined ? null : (this.blocks.get(name) ?? null)
  }

  /** With every known name replaced; what comes in its place is looked at again. */
  replace(line: string): string {
    let text = line
    for (let count = 0; count < MOST_REPLACEMENTS; count++) {
      let isChanged = false
      text = text.replace(USE, (whole, braced?: string, _rest?: string, bare?: string) => {
        if (isChanged) return whole
        const value = this.valueOf((braced ?? bare)!)
        if (value === null) return whole
        isChanged = true
        return value
      })
      if (!isChanged || text.length > LONGEST_LINE) break
    }
    return text
  }

  private valueOf(name: string): string | null {
    return this.texts.get(name) ?? this.predefined(name)
  }
}

/** `~SEQ(...) rest` or `~LST(...) rest`. */
export function isRepetition(line: string): boolean {
  return /^~(SEQx?|LST)\(/.test(line)
}

/**
 * What each turn of the leftmost repetition defines, and the rest that it repeats; null when its
 * specification is wrong.
 */
export function turnsOf(line: string): { turns: [string, string][][]; rest: string } | null {
  const match = /^~(SEQx?|LST)\(((?:[^()]|\([^()]*\))*)\)\s*(.*)$/.exec(line)
  if (match === null) return null
  const [, kind, specification = '', rest = ''] = match
  const turns = kind === 'LST' ? listTurns(specification) : sequenceTurns(specification, kind!)
  return turns === null ? null : { turns, rest }
}

function sequenceTurns(specification: string, kind: string): [string, string][][] | null {
  const [name = '', ...words] = specification.split(',').map((word) => word.trim())
  const numbers = words.map((word) => (/^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN))
  if (numbers.length < 1 || numbers.length > 3 || numbers.some(Number.isNaN)) return null
  const end = numbers.at(-1)!
  const start = numbers.length === 1 ? (end < 0 ? -1 : 1) : numbers[0]!
  const step = numbers.length === 3 ? numbers[1]! : start <= end ? 1 : -1
  if (step === 0 || (end - start) * step < 0) return null
  const turns: [string, string][][] = []
  for (let value = start; step > 0 ? value <= end : value >= end; value += step) {
    turns.push([[name, kind === 'SEQx' ? value.toString(16) : `${value}`]])
  }
  return turns
}

function listTurns(specification: string): [string, string][][] | null {
  const fields = specification.match(/\{[^}]*\}|[^,{}]+/g)?.map((field) => field.trim()) ?? []
  const [head = '', ...values] = fields.filter((field) => field !== '')
  if (head === '' || values.length === 0) return null
  const membersOf = (field: string): string[] =>
    (field.startsWith('{') ? field.slice(1, -1).split(',') : [field]).map((each) => each.trim())
  const names = membersOf(head)
  const rows = values.map(membersOf)
  return rows.map((row) => names.map((name, place) => [name, row[place] ?? '']))
}
