// TCP_CHECK and PING_CHECK (spec healthchecks.md, 4): is there anybody? The connection is closed as
// soon as it is there.
import { BAD, GOOD, type Ask, type Conversation } from './checker-conversation.ts'
import type { CheckerSettings } from './checker-settings.ts'

export function tcpCheck({ target: to, connectTimeoutPs }: CheckerSettings): Conversation {
  return knock({ ask: 'connect', to }, 'connected', connectTimeoutPs)
}

export function pingCheck({ target: to, connectTimeoutPs }: CheckerSettings): Conversation {
  return knock({ ask: 'echo', to }, 'echoed', connectTimeoutPs)
}

function knock(ask: Ask, wanted: 'connected' | 'echoed', waitPs: number): Conversation {
  return {
    begin: () => ({ asks: [ask], waitPs }),
    handle: ({ told }) => ({ verdict: told === wanted ? GOOD : BAD, asks: [{ ask: 'close' }] }),
    expire: () => ({ verdict: BAD, asks: [{ ask: 'close' }] }),
  }
}
