// SMTP_CHECK (spec healthchecks.md, 4; RFC 5321): the greeting, HELO, QUIT and whatever is said to
// that.
import { BAD, GOOD, type Conversation, type Step } from './checker-conversation.ts'
import type { CheckerSettings } from './checker-settings.ts'

/** The last line of an answer has a blank behind its code. */
const ANSWER = /^(\d{3})(?: .*)?\r?$/m

export function smtpCheck(settings: CheckerSettings & { heloName: string }): Conversation {
  const { target: to, connectTimeoutPs: waitPs, heloName } = settings
  const said = [
    { wanted: '220', text: `HELO ${heloName}\r\n` },
    { wanted: '250', text: 'QUIT\r\n' },
  ]
  let heard = ''
  const end = (isGood: boolean): Step => ({
    verdict: isGood ? GOOD : BAD,
    asks: [{ ask: 'close' }],
  })
  return {
    begin: () => ({ asks: [{ ask: 'connect', to }], waitPs }),
    handle: (told) => {
      if (told.told === 'connected') return { waitPs }
      if (told.told !== 'text') return end(false)
      heard += told.text
      const code = ANSWER.exec(heard)?.[1]
      if (code === undefined) return {}
      heard = ''
      const next = said.shift()
      if (next === undefined) return end(true)
      if (next.wanted !== code) return end(false)
      return { asks: [{ ask: 'write', text: next.text }], waitPs }
    },
    expire: () => end(false),
  }
}
