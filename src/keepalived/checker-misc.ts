// MISC_CHECK (spec healthchecks.md, 4): a program whose exit code is the verdict, and with
// misc_dynamic a weight. One that takes too long is ended, and is no good.
import { BAD, GOOD, NEVER_PS, type Conversation, type Verdict } from './checker-conversation.ts'
import type { CheckerSettings, MiscSettings } from './checker-settings.ts'

/** Between SIGTERM and SIGKILL. */
const GRACE_PS = 2_000_000_000_000
/** Exit codes of misc_dynamic are weights from here on. */
const WEIGHTLESS = 2

export function miscCheck(settings: CheckerSettings & MiscSettings): Conversation {
  const { command, timeoutPs, isDynamic } = settings
  let signals = 0
  return {
    begin: () => ({ asks: [{ ask: 'run', command }], waitPs: timeoutPs }),
    handle: (told) => {
      if (told.told !== 'exited' || told.code === null || signals > 0) return { verdict: BAD }
      return { verdict: isDynamic ? weighed(told.code) : told.code === 0 ? GOOD : BAD }
    },
    expire: () => {
      const isFirst = signals++ === 0
      return {
        asks: [{ ask: 'signal', signal: isFirst ? 'SIGTERM' : 'SIGKILL' }],
        waitPs: isFirst ? GRACE_PS : NEVER_PS,
      }
    },
  }
}

function weighed(code: number): Verdict {
  if (code === 0) return { isGood: true, weight: null }
  return code < WEIGHTLESS ? BAD : { isGood: true, weight: code - WEIGHTLESS }
}
