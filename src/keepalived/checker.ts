// The life of one checker of keepalived 2.2.7 (spec healthchecks.md, 2): attempts, retries and
// pauses, and when a server is held to be up or down. It is told the time and what came of what it
// asked for.
import { assert } from '../assert.ts'
import { NEVER_PS, type Ask, type Conversation, type Step } from './checker-conversation.ts'
import type { Told, Verdict } from './checker-conversation.ts'
import { dnsCheck } from './checker-dns.ts'
import { httpCheck } from './checker-http.ts'
import { miscCheck } from './checker-misc.ts'
import type { CheckerSettings } from './checker-settings.ts'
import { smtpCheck } from './checker-smtp.ts'
import { pingCheck, tcpCheck } from './checker-tcp.ts'
import { udpCheck } from './checker-udp.ts'

export interface CheckerHost {
  ask(checker: Checker, ask: Ask): void
  /** The server has been found up, or down. */
  changed(checker: Checker, now: number): void
  /** A program has weighed the server; null: as it was configured. */
  weighed(checker: Checker, weight: number | null, now: number): void
  /** A number for a question, below 2^16. */
  random(): number
}

/** These go through their retries while the server is down, too. */
const CYCLING = ['tcp', 'smtp']

export class Checker {
  readonly settings: CheckerSettings
  isUp: boolean
  /** When it must be looked at next. */
  nextDue = NEVER_PS
  private readonly host: CheckerHost
  private conversation: Conversation | null = null
  private failures: number
  private startedAt = 0
  /** HTTP: the page whose turn it is, and whether it is the one that failed. */
  private url = 0
  private isFailedUrl = false

  constructor(settings: CheckerSettings, host: CheckerHost) {
    this.settings = settings
    this.host = host
    this.isUp = !settings.startsDown
    // At the start one failure is enough, but for SMTP.
    this.failures = settings.kind === 'smtp' ? 0 : settings.retries
  }

  start(first: number): void {
    this.nextDue = this.settings.kind === 'file' ? NEVER_PS : first
  }

  /** What it is told without having asked: the number in its file has changed. */
  find(isGood: boolean, now: number): void {
    if (isGood !== this.isUp) this.become(isGood, now)
  }

  /** After a reload: what it has found stays, its attempts are counted anew. */
  restart(first: number): void {
    this.stop()
    this.failures = 0
    this.start(first)
  }

  /** Nothing is asked for any more, and nothing is due. */
  stop(): void {
    if (this.conversation !== null) this.host.ask(this, { ask: 'close' })
    this.conversation = null
    this.nextDue = NEVER_PS
  }

  /** It is due. */
  advance(now: number): void {
    if (this.conversation !== null) return this.follow(this.conversation.expire(), now)
    this.conversation = this.converse()
    this.startedAt = now
    this.follow(this.conversation.begin(), now)
  }

  /** What came of something that it asked for. */
  handle(told: Told, now: number): void {
    if (this.conversation !== null) this.follow(this.conversation.handle(told), now)
  }

  private converse(): Conversation {
    const { settings } = this
    assert(settings.kind !== 'file', 'a file is never asked')
    switch (settings.kind) {
      case 'tcp':
        return tcpCheck(settings)
      case 'ping':
        return pingCheck(settings)
      case 'smtp':
        return smtpCheck(settings)
      case 'dns':
        return dnsCheck(settings, this.host.random())
      case 'udp':
        return udpCheck(settings)
      case 'misc':
        return miscCheck(settings)
      case 'http':
        return httpCheck(settings, settings.urls[this.url]!)
    }
  }

  private follow({ verdict, asks = [], waitPs }: Step, now: number): void {
    if (waitPs !== undefined) this.nextDue = waitPs >= NEVER_PS ? NEVER_PS : now + waitPs
    if (verdict !== undefined) this.conversation = null
    for (const ask of asks) this.host.ask(this, ask)
    if (verdict !== undefined) this.judge(verdict, now)
  }

  private judge({ isGood, weight }: Verdict, now: number): void {
    if (weight !== undefined) this.host.weighed(this, weight, now)
    if (isGood) this.succeed(now)
    else this.fail(now)
  }

  private succeed(now: number): void {
    const { settings } = this
    this.failures = 0
    this.nextDue = this.afterLoop(now)
    if (settings.kind !== 'http') {
      if (!this.isUp) this.become(true, now)
      return
    }
    if (this.isFailedUrl) {
      // The page is back: now every one of them once more.
      this.isFailedUrl = false
      this.url = 0
    } else {
      this.url = (this.url + 1) % settings.urls.length
      if (!this.isUp && this.url === 0) return this.become(true, now)
    }
    if (!this.isUp && settings.isFastRecovery) this.nextDue = now
  }

  private fail(now: number): void {
    const { kind, retries, delayBeforeRetryPs, delayLoopPs } = this.settings
    const isCycling = CYCLING.includes(kind)
    // A down server's count stays exhausted, until a check has succeeded or the file was reloaded.
    if (this.failures < retries) {
      this.failures++
      this.nextDue = now + delayBeforeRetryPs
      return
    }
    if (isCycling) this.failures = 0
    this.nextDue = this.afterLoop(now)
    if (kind === 'http') {
      this.isFailedUrl = true
      if (!this.isUp) this.nextDue = now + Math.max(delayLoopPs, delayBeforeRetryPs)
    }
    if (this.isUp) this.become(false, now)
  }

  private become(isUp: boolean, now: number): void {
    this.isUp = isUp
    this.host.changed(this, now)
  }

  /** Programs are started at even intervals. */
  private afterLoop(now: number): number {
    const { kind, delayLoopPs } = this.settings
    return kind === 'misc' ? Math.max(now, this.startedAt + delayLoopPs) : now + delayLoopPs
  }
}
