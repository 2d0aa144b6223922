// DNS_CHECK (spec healthchecks.md, 4; RFC 1035, 4.1): one question with recursion desired, answered
// by a packet with the same number and no error.
import { read16, write16 } from '../wire/bytes.ts'
import { writeText } from '../wire/text.ts'
import { BAD, GOOD, type Conversation, type Step } from './checker-conversation.ts'
import type { CheckerSettings } from './checker-settings.ts'

const TYPES: Record<string, number> = {
  ...{ A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 },
}
const HEADER_BYTES = 12
const RECURSION_DESIRED = 0x0100
const INTERNET = 1
const CODE_BITS = 0xf

export function dnsCheck(
  settings: CheckerSettings & { type: string; name: string },
  id: number,
): Conversation {
  const { target: to, connectTimeoutPs: waitPs, type, name } = settings
  const end = (isGood: boolean): Step => ({
    verdict: isGood ? GOOD : BAD,
    asks: [{ ask: 'close' }],
  })
  return {
    begin: () => ({ asks: [{ ask: 'datagram', to, payload: question(id, type, name) }], waitPs }),
    handle: (told) => {
      if (told.told !== 'reply') return end(false)
      const { payload } = told
      if (payload.length < HEADER_BYTES) return end(false)
      // An answer to somebody else's question is none.
      if (read16(payload, 0) !== id) return {}
      return end((payload[3]! & CODE_BITS) === 0)
    },
    expire: () => end(false),
  }
}

export function question(id: number, type: string, name: string): Uint8Array {
  const labels = name.split('.').filter((label) => label !== '')
  const nameBytes = labels.reduce((sum, label) => sum + label.length + 1, 1)
  const bytes = new Uint8Array(HEADER_BYTES + nameBytes + 4)
  write16(bytes, 0, id)
  write16(bytes, 2, RECURSION_DESIRED)
  write16(bytes, 4, 1)
  let at = HEADER_BYTES
  for (const label of labels) {
    bytes[at] = label.length
    at = writeText(label, bytes, at + 1)
  }
  write16(bytes, at + 1, TYPES[type]!)
  write16(bytes, at + 3, INTERNET)
  return bytes
}
