// When each checker of a recording made its first check: keepalived draws that time at random, so
// it is taken from the recording, the only thing that is. keepalived's log tells when a checker of
// a kind had looked, and the recorder saw every connection that a server accepted.
import { formatAddress, formatEndpoint } from '../wire/address-text.ts'
import type { CheckerSettings } from '../keepalived/checker-settings.ts'
import { arrayAt, numberAt, stringAt, type Saw } from './trace.ts'

interface Line {
  ms: number
  text: string
}

const PS_PER_MS = 1_000_000_000
/** Two checks of one checker are so much more or less than its loop apart. */
const NEAR_MS = 20
/** A line is written so long after its check at most. */
const LATE_MS = 30
/** How a checker's findings begin in the log. */
const WORDS: Record<CheckerSettings['kind'], RegExp> = {
  tcp: /^TCP/,
  http: /^(HTTP|SSL|Remote Web server)/,
  smtp: /^(SMTP|Remote SMTP)/,
  ping: /^(ICMP|PING)/,
  dns: /^DNS/,
  udp: /^UDP/,
  misc: /^(Misc|MISC|Script)/,
  // No timer looks at files.
  file: /(?!)/,
}
const CONNECTING = ['tcp', 'http', 'smtp']
/** `Thu Jan  1 00:01:04 2026: ` */
const STAMP = /^.{24}: /

export class FirstChecks {
  private readonly accepted: Line[]
  private readonly log: Line[]
  private readonly claimed: { server: string; ms: number; loopMs: number }[] = []

  constructor(saw: readonly Saw[]) {
    const lines = (name: string): Line[] =>
      saw.flatMap((each, step) =>
        arrayAt(each[name] ?? [], `steps[${step}].saw.${name}`).map((entry, index) => {
          const place = `steps[${step}].saw.${name}[${index}]`
          const [ms, text] = arrayAt(entry, place)
          return { ms: numberAt(ms, `${place}[0]`), text: stringAt(text, `${place}[1]`) }
        }),
      )
    this.accepted = lines('checks')
    this.log = lines('log').map(({ ms, text }) => ({ ms, text: text.replace(STAMP, '') }))
  }

  /** The first check of a checker that was started at a time; Infinity: none was seen. */
  of(settings: CheckerSettings, sinceMs: number): number {
    const { address, port } = settings.target
    const server = formatEndpoint(address, port)
    const told = this.toldIn(settings, sinceMs)
    const ms = CONNECTING.includes(settings.kind)
      ? this.acceptedAt(server, sinceMs, told)
      : (told ?? Infinity)
    this.claimed.push({ server, ms, loopMs: settings.delayLoopPs / PS_PER_MS })
    return ms
  }

  /** As the log has it, taken back to when the attempt began that it is about. */
  private toldIn(settings: CheckerSettings, sinceMs: number): number | null {
    const { kind, target, connectTimeoutPs, retries, delayBeforeRetryPs } = settings
    const name = formatAddress(target.address)
    const place = this.log.findIndex(
      ({ ms, text }) => ms > sinceMs && WORDS[kind].test(text) && text.includes(`[${name}]:`),
    )
    if (place < 0) return null
    // The next checker of that kind and server has a line of its own.
    const [{ ms, text }] = this.log.splice(place, 1) as [Line]
    const isGood = /success|succeed/i.test(text)
    // Only SMTP needs all its attempts before the first verdict.
    const pauses = kind === 'smtp' && !isGood ? retries * delayBeforeRetryPs : 0
    const attempts = kind === 'smtp' && !isGood ? retries + 1 : 1
    const waited = /time(d )?out/i.test(text) ? attempts * connectTimeoutPs : 0
    return ms - (pauses + waited) / PS_PER_MS
  }

  /** The connection that the log speaks of, or else the first that is nobody's. */
  private acceptedAt(server: string, sinceMs: number, told: number | null): number {
    const candidates = this.accepted.filter(({ ms, text }) => ms > sinceMs && text === server)
    const spoken = candidates.findLast(
      ({ ms }) => told !== null && ms <= told && ms >= told - LATE_MS,
    )
    if (spoken !== undefined) return spoken.ms
    if (told !== null) return told
    return candidates.find(({ ms }) => !this.isClaimed(server, ms))?.ms ?? Infinity
  }

  /** It belongs to another checker of the same server. */
  private isClaimed(server: string, ms: number): boolean {
    return this.claimed.some((claim) => {
      if (claim.server !== server) return false
      const rest = (ms - claim.ms) % claim.loopMs
      return Math.min(Math.abs(rest), Math.abs(claim.loopMs - rest)) < NEAR_MS
    })
  }
}
