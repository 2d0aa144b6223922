// A Redis of its own for a test, on loopback, with nothing kept on disk.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { connect, createServer, type AddressInfo } from 'node:net'

/** Whether Debian's package redis-server, or another one, is installed. */
export const hasRedis: boolean = spawnSync('redis-server', ['--version']).status === 0

export class TestRedis {
  readonly port: number
  private child: ChildProcess | null = null

  private constructor(port: number) {
    this.port = port
  }

  static async start(): Promise<TestRedis> {
    const redis = new TestRedis(await freePort())
    await redis.start()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '']
    this.child = spawn('redis-server', settings, { stdio: 'ignore', cwd: '/tmp' })
    while (!(await answers(this.port))) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  /** Without a good-bye, and with all that it knew. */
  async kill(): Promise<void> {
    const { child } = this
    if (child === null) return
    const gone = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGKILL')
    await gone
    this.child = null
  }

  /** It neither answers nor closes its connections. */
  freeze(): void {
    this.child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.child?.kill('SIGCONT')
  }
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** One that is free now; taken at once by whoever asks. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
