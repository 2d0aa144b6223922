// What a director's keepalived finds when it looks at what it follows: scripts succeed, processes
// run and files hold 0, until a fault says otherwise. It outlives the keepalived that looks.
import type { Observed } from '../keepalived/vrrp-runs.ts'

export class ObservedThings implements Observed {
  readonly failing: Set<string> = new Set()
  readonly ended: Set<string> = new Set()
  readonly values: Map<string, number> = new Map()

  succeeds(script: string): boolean {
    return !this.failing.has(script)
  }

  isRunning(program: string): boolean {
    return !this.ended.has(program)
  }

  numberIn(file: string): number {
    return this.values.get(file) ?? 0
  }
}
