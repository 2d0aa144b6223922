// The way to Redis (6.2 or later) or Valkey through BullMQ, which is optional: loaded when a queue
// is asked for, with a clear word when it is not there. A connection that is lost is waited for,
// for so long and no longer.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as Bull from 'bullmq'

export type BullMq = typeof Bull

/** What is asked of ioredis, which BullMQ makes of the address, beside what BullMQ's types tell. */
export interface Redis {
  info(section: string): Promise<string>
  time(): Promise<unknown[]>
  exists(key: string): Promise<number>
  expire(key: string, seconds: number): Promise<unknown>
  del(key: string): Promise<unknown>
  hset(key: string, field: string, value: string): Promise<unknown>
  hdel(key: string, field: string): Promise<unknown>
  hgetall(key: string): Promise<Record<string, string>>
  rpush(key: string, value: string): Promise<unknown>
  lpop(key: string): Promise<string | null>
  zrange(key: string, from: number, to: number): Promise<string[]>
  zmscore(key: string, ...members: string[]): Promise<(string | null)[]>
}

/** The client behind a queue, once it is connected. */
export async function clientOf(queue: Bull.Queue): Promise<Redis> {
  return (await queue.client) as unknown as Redis
}

/** Something about the queue that the user can change. */
export class QueueError extends Error {
  override readonly name: string = 'QueueError'
  readonly hint: string | null

  constructor(message: string, hint: string | null = null) {
    super(message)
    this.hint = hint
  }
}

/** A worker whose version is not that of the sweep. */
export class WrongVersion extends QueueError {
  override readonly name: string = 'WrongVersion'
}

/** Redis has been away for longer than one was willing to wait. */
export class QueueGone extends Error {
  override readonly name = 'QueueGone'
}

export interface Address {
  /** Without user and password, for messages. */
  shown: string
  host: string
  port: number
  options: Bull.RedisOptions
}

/** Null when the text is no address of a Redis. */
export function addressOf(text: string): Address | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, port, username, password, pathname } = new URL(text)
  const database = /^\/?(\d{0,3})$/.exec(pathname)?.[1]
  if (!['redis:', 'rediss:'].includes(protocol) || hostname === '' || database === undefined) {
    return null
  }
  const host = hostname.replace(/^\[|\]$/g, '')
  const number = port === '' ? 6379 : Number(port)
  return {
    shown: `${protocol}//${hostname}:${number}${database === '' ? '' : `/${database}`}`,
    host,
    port: number,
    options: {
      host,
      port: number,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(database === '' ? {} : { db: Number(database) }),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
      // Commands wait for the connection to come back; how long is decided here, not there.
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => Math.min(2000, 200 * times),
    },
  }
}

const INSTALL = 'npm install bullmq'
const REACH_MS = 5000

/** BullMQ, once it is known that somebody listens there. */
export async function openBull(address: Address): Promise<BullMq> {
  let bull: BullMq
  try {
    bull = await import('bullmq')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new QueueError('a queue needs the package bullmq, which is not installed', INSTALL)
  }
  await reach(address)
  return bull
}

/** Fails at once where nobody listens, instead of trying for ever. */
async function reach({ host, port, shown }: Address): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, timeout: REACH_MS })
    const fail = (why: string) => {
      socket.destroy()
      reject(new QueueError(`cannot reach Redis at ${shown}: ${why}`, 'Is it running there?'))
    }
    socket.on('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.on('timeout', () => fail('no answer'))
    socket.on('error', (error: NodeJS.ErrnoException) => fail(reasonOf(error)))
  })
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'there is no such host',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message
}

const OLDEST = [6, 2] as const

/** Refuses a server that is too old, or that wants a password that was not given. */
export async function checkServer(client: Redis, { shown }: Address): Promise<void> {
  let info: string
  try {
    info = await client.info('server')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new QueueError(
      `Redis at ${shown} refuses: ${message}`,
      /NOAUTH|WRONGPASS/.test(message) ? 'redis://user:password@host' : null,
    )
  }
  const found = /^redis_version:(\d+)\.(\d+)/m.exec(info)
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)]
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new QueueError(`Redis at ${shown} is ${major}.${minor}, a queue needs 6.2 or later`)
}

/** A server that is gone does not answer a good-bye: nobody waits for it longer than a moment. */
export async function closeQueue(queue: Bull.Queue): Promise<void> {
  await Promise.race([queue.close().catch(() => undefined), sleep(1000)])
  queue.disconnect().catch(() => undefined)
}

const SLOW_MS = 2000
const LOOK_MS = 200

/** Waits for answers of a server that may go away. */
export class Patience {
  private readonly shown: string
  private readonly mostMs: number
  private readonly tell: (text: string) => void
  private readonly signal: AbortSignal
  private isTold = false

  constructor(shown: string, mostMs: number, tell: (text: string) => void, signal: AbortSignal) {
    this.shown = shown
    this.mostMs = mostMs
    this.tell = tell
    this.signal = signal
  }

  /**
   * The answer, asked for again after an error. Null when the signal came first; throws QueueGone
   * when it took too long.
   */
  async answer<T>(ask: () => Promise<T>): Promise<{ value: T } | null> {
    const startedMs = performance.now()
    let asked = this.ask(ask)
    // It may still fail when nobody listens any more.
    asked.catch(() => undefined)
    for (;;) {
      const answer = await Promise.race([asked, sleep(LOOK_MS, null)])
      if (this.signal.aborted) return null
      if (answer !== null && 'value' in answer) {
        if (this.isTold) this.tell(`Redis at ${this.shown} is back`)
        this.isTold = false
        return answer
      }
      const awayMs = performance.now() - startedMs
      if (awayMs > this.mostMs) throw new QueueGone(this.words(answer, 'gave up'))
      if (awayMs > SLOW_MS)
        this.tellOnce(this.words(answer, `waiting ${this.mostMs / 1000}s for it`))
      if (answer === null) continue
      await sleep(LOOK_MS)
      asked = this.ask(ask)
      asked.catch(() => undefined)
    }
  }

  private async ask<T>(ask: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
    try {
      return { value: await ask() }
    } catch (error) {
      if (error instanceof QueueError || !isOfServer(error)) throw error
      return { error }
    }
  }

  private words(answer: { error: unknown } | null, then: string): string {
    const why = answer === null ? 'does not answer' : `says: ${(answer.error as Error).message}`
    return `Redis at ${this.shown} ${why}; ${then}`
  }

  private tellOnce(text: string): void {
    if (!this.isTold) this.tell(text)
    this.isTold = true
  }
}

/** Whether the server or the way to it is at fault, and not this program. */
function isOfServer(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  const ofNet = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']
  return (
    error.name === 'ReplyError' ||
    (code !== undefined && ofNet.includes(code)) ||
    /connection is closed|stream isn't writeable/i.test(error.message)
  )
}
