// What the second pass finds wrong: a place in the document and words. load.ts gives them their
// lines and columns.
import type { Path } from './source.ts'

export interface Finding {
  path: Path
  message: string
  severity: 'error' | 'warning'
  /** Mark the key instead of the value. */
  part: 'key' | 'value'
  suggestion?: string | undefined
}

/** Collects findings, so that all are told at once. */
export class Findings {
  readonly all: Finding[] = []

  error(path: Path, message: string, suggestion?: string, part: 'key' | 'value' = 'value'): void {
    this.all.push({ path, message, severity: 'error', part, suggestion })
  }

  warn(path: Path, message: string): void {
    this.all.push({ path, message, severity: 'warning', part: 'value' })
  }

  get hasErrors(): boolean {
    return this.all.some(({ severity }) => severity === 'error')
  }
}
