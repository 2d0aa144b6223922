// A part of the table of what is validated: rows of a quantity, where the true or published value
// comes from, that value, ours, and how far they are apart.

export interface Row {
  quantity: string
  source: string
  known: string
  ours: string
  difference: string
}

export interface Section {
  title: string
  about: string
  rows: Row[]
}

/** "+1.2 %" of ours beside what is known. */
export function apart(ours: number, known: number): string {
  const percent = (100 * (ours - known)) / known
  const text = Math.abs(percent) < 0.005 ? '0' : percent.toFixed(Math.abs(percent) < 1 ? 2 : 1)
  return `${percent > 0 && text !== '0' ? '+' : ''}${text.replace('-', '−')} %`
}

/** Four digits, without powers of ten. */
export function digits(value: number): string {
  return `${Number(value.toPrecision(4))}`
}

export function markdownOf({ title, about, rows }: Section): string {
  return [
    `## ${title}`,
    '',
    about,
    '',
    '| quantity | source | known | ours | difference |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(lineOf),
  ].join('\n')
}

export function lineOf({ quantity, source, known, ours, difference }: Row): string {
  return `| ${quantity} | ${source} | ${known} | ${ours} | ${difference} |`
}

/** Of a record with a value in JSON on each line, and other lines beside them. */
export function linesOf<Value>(text: string): Value[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Value)
}

/** Names that have no row yet, as a sentence; nothing when none is missing. */
export function absent(names: readonly string[], rows: readonly Row[]): string {
  const left = names.filter((name) => !rows.some((row) => row.quantity.startsWith(`${name}: `)))
  return left.length === 0 ? '' : ` Not run for this table, they take longer: ${left.join('; ')}.`
}
