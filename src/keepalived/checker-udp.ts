// UDP_CHECK (spec healthchecks.md, 4): a datagram that nobody says no to. Silence is a good sign,
// unless a reply is demanded.
import { BAD, GOOD, type Conversation, type Step } from './checker-conversation.ts'
import type { CheckerSettings, UdpSettings } from './checker-settings.ts'

export function udpCheck(settings: CheckerSettings & UdpSettings): Conversation {
  const { target: to, connectTimeoutPs: waitPs, payload, needsReply } = settings
  const end = (isGood: boolean): Step => ({
    verdict: isGood ? GOOD : BAD,
    asks: [{ ask: 'close' }],
  })
  return {
    begin: () => ({ asks: [{ ask: 'datagram', to, payload }], waitPs }),
    handle: (told) => {
      if (told.told !== 'reply') return end(false)
      return end(!needsReply || fits(told.payload, settings))
    },
    expire: () => end(!needsReply),
  }
}

function fits(payload: Uint8Array, settings: UdpSettings): boolean {
  const { leastReplyBytes, mostReplyBytes, reply } = settings
  if (payload.length < leastReplyBytes || payload.length > mostReplyBytes) return false
  return reply.every((byte, at) => payload[at] === byte)
}
