// What is under way for a checker: a connection with what is said on it, or a single packet that
// wants an answer. Contents are not simulated: a server that lives answers what was asked for, and
// sizes are those of small pages and short lines.
import type { Ask, Told } from '../keepalived/checker-conversation.ts'
import type { Checker } from '../keepalived/checker.ts'
import type { Endpoint, HttpUrl } from '../keepalived/checker-settings.ts'

/** A small page with its headers, a certificate with its chain, a line of SMTP. */
const PAGE_BYTES = 1024
const CLIENT_HELLO_BYTES = 517
const SERVER_HELLO_BYTES = 4096
const LINE_BYTES = 64
/** What a program asks, and how long the answer is. */
const SCRIPT_BYTES = 200

const GREETING: Told = { told: 'text', text: '220 ready\r\n' }

/** One thing said on a connection, and what is heard in answer. */
export interface Exchange {
  bytes: number
  answerBytes: number
  told: Told
}

/** A connection of a checker's. */
export interface Call {
  checker: Checker
  to: Endpoint
  port: number
  /** What was said last and is not answered yet. */
  exchange: Exchange | null
  /** Said as soon as the connection is there: by a program that was started. */
  opening: Exchange | null
  /** The server has been reminded to speak first. */
  isPrompted: boolean
}

/** What the server says by itself; null: it waits to be asked. */
export function greetingOf({ settings: { kind } }: Checker): Exchange | null {
  return kind === 'smtp' ? { bytes: 0, answerBytes: LINE_BYTES, told: GREETING } : null
}

/** The answer to a text of HTTP or SMTP that is as it should be. */
export function exchangeOf({ settings }: Checker, text: string): Exchange {
  const { length: bytes } = text
  if (settings.kind === 'http') {
    const told = pageOf(settings.urls, text)
    return { bytes, answerBytes: PAGE_BYTES, told }
  }
  const code = text.startsWith('QUIT') ? '221' : '250'
  return { bytes, answerBytes: LINE_BYTES, told: { told: 'text', text: `${code} ok\r\n` } }
}

export function handshake(): Exchange {
  return {
    bytes: CLIENT_HELLO_BYTES,
    answerBytes: SERVER_HELLO_BYTES,
    told: { told: 'secured' },
  }
}

/** A program asks the server for something, and exits with 0 when it is answered. */
export function script(): Exchange {
  return {
    bytes: SCRIPT_BYTES,
    answerBytes: PAGE_BYTES,
    told: { told: 'exited', code: 0 },
  }
}

/** The page that is wanted, whatever its contents are. */
function pageOf(urls: readonly HttpUrl[], text: string): Told {
  const path = text.split(' ')[1]
  const url = urls.find((each) => each.path === path) ?? urls[0]!
  return { told: 'page', status: url.statuses[0]![0], digest: url.digest, body: '' }
}

/** What comes back to a datagram: a fitting reply, to a question of DNS one without an error. */
export function replyTo({ settings }: Checker, { payload }: Ask & { ask: 'datagram' }): Uint8Array {
  if (settings.kind === 'dns') return answered(payload)
  if (settings.kind !== 'udp') return new Uint8Array()
  const { reply, leastReplyBytes } = settings
  const bytes = new Uint8Array(Math.max(reply.length, leastReplyBytes))
  bytes.set(reply)
  return bytes
}

/** The question as its own answer: the same number, no error, and the bit that says so. */
function answered(question: Uint8Array): Uint8Array {
  const answer = Uint8Array.from(question)
  answer[2]! |= 0x80
  return answer
}
