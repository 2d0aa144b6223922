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

/** Collects findings, so that all are told at once, and each of them once. */
export class Findings {
  readonly all: Finding[] = []

  error(path: Path, message: string, suggestion?: string, part: 'key' | 'value' = 'value'): void {
    this.add({ path, message, severity: 'error', part, suggestion })
  }

  warn(path: Path, message: string): void {
    this.add({ path, message, severity: 'warning', part: 'value' })
  }

  /** What several hosts are looked at for may be wrong in one place that they share. */
  private add(finding: Finding): void {
    const place = finding.path.join('/')
    const isKnown = this.all.some(
      ({ path, message }) => message === finding.message && path.join('/') === place,
    )
    if (!isKnown) this.all.push(finding)
  }

  get hasErrors(): boolean {
    return this.all.some(({ severity }) => severity === 'error')
  }
}
