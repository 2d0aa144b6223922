// Rows of plain values as CSV: a header, one fact per row, "\n" at the end of each line. Numbers by
// JavaScript's own shortest form, in base units; what is not there is an empty field.
import { stringify } from 'csv-stringify/sync'

export type CsvValue = string | number | boolean | null

export function csvText(
  columns: readonly string[],
  rows: readonly (readonly CsvValue[])[],
): string {
  return stringify(rows as CsvValue[][], {
    columns: [...columns],
    header: true,
    record_delimiter: '\n',
    cast: {
      boolean: (value) => (value ? 'true' : 'false'),
      number: (value) => (Number.isFinite(value) ? String(value) : ''),
    },
  })
}
