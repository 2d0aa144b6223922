// Commands of the built program that go on while a test does other things.
import { spawn, type ChildProcess } from 'node:child_process'
import { MAIN } from './built.ts'

export class Started {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  err = ''
  out = ''

  constructor(words: readonly string[], folder: string, main: string = MAIN) {
    const env = { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }
    this.child = spawn(process.execPath, [main, ...words], { cwd: folder, env })
    this.child.stdout!.on('data', (part: Buffer) => (this.out += part.toString()))
    this.child.stderr!.on('data', (part: Buffer) => (this.err += part.toString()))
    this.ended = new Promise((resolve) => this.child.on('close', resolve))
  }

  /** Waits until something is so; fails with what the command said when it ends before. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.child.exitCode !== null) throw new Error(`ended before: ${this.err}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal)
    return this.ended
  }
}
