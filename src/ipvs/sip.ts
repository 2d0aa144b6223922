// Persistence by the Call-ID of SIP (spec 4.10): the template of a call is found by the Call-ID
// beside the key that every template has, so that the calls of one client may go to many servers.
import type { Flow } from './service.ts'

interface Call {
  template: number
  callId: string
}

export class SipTemplates {
  private readonly calls = new Map<string, number>()
  private readonly byTemplate = new Map<number, Call & { key: string }>()

  find(callId: string, key: Flow): number {
    return this.calls.get(keyOf(callId, key)) ?? -1
  }

  remember(template: number, callId: string, flow: Flow): void {
    const key = keyOf(callId, flow)
    this.calls.set(key, template)
    this.byTemplate.set(template, { template, callId, key })
  }

  /** The Call-ID of a template; null for every other connection. */
  callIdOf(template: number): string | null {
    return this.byTemplate.get(template)?.callId ?? null
  }

  /** The template is found no more. */
  forget(template: number): void {
    const call = this.byTemplate.get(template)
    if (call !== undefined) this.calls.delete(call.key)
  }

  /** The template is gone. */
  end(template: number): void {
    this.forget(template)
    this.byTemplate.delete(template)
  }
}

function keyOf(callId: string, key: Flow): string {
  return `${key.protocol} ${key.src} ${key.dst} ${key.dstPort} ${callId}`
}

/** Compact and long form of the header, at the start of a line (RFC 3261, 7.3). */
const CALL_ID = /^(?:Call-ID|i)[ \t]*:[ \t]*([^ \t\r\n]+)[ \t]*\r?$/im
const LONGEST_CALL_ID = 255

/** The Call-ID of a SIP message; null when it is none, or has none. */
export function callIdOf(message: string): string | null {
  if (!/^(?:[A-Z]+ \S+ SIP\/2\.0|SIP\/2\.0 \d{3} .*)\r?$/m.test(message.slice(0, 512))) return null
  const callId = CALL_ID.exec(message)?.[1] ?? null
  return callId !== null && callId.length <= LONGEST_CALL_ID ? callId : null
}
