// HTTP_GET and SSL_GET (spec healthchecks.md, 4): one request for one page, and what the page must
// be like. Certificates are not looked at.
import { isIpv6 } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import { BAD, GOOD, type Conversation, type Step, type Told } from './checker-conversation.ts'
import type { CheckerSettings, Endpoint, HttpSettings, HttpUrl } from './checker-settings.ts'

const USUAL_PORTS = [80, 443]

export function httpCheck(settings: CheckerSettings & HttpSettings, url: HttpUrl): Conversation {
  const { target: to, connectTimeoutPs: waitPs, isSecure } = settings
  const text = requestText(settings, url)
  const end = (isGood: boolean): Step => ({
    verdict: isGood ? GOOD : BAD,
    asks: [{ ask: 'close' }],
  })
  const write = (): Step => ({ asks: [{ ask: 'write', text }], waitPs })
  return {
    begin: () => ({ asks: [{ ask: 'connect', to }], waitPs }),
    handle: (told) => {
      if (told.told === 'connected' && isSecure) {
        const serverName = settings.saysName ? url.virtualHost : ''
        return { asks: [{ ask: 'handshake', serverName }], waitPs }
      }
      if (told.told === 'connected' || told.told === 'secured') return write()
      return end(told.told === 'page' && isWanted(told, url))
    },
    expire: () => end(false),
  }
}

/** Word for word what keepalived sends. */
function requestText({ protocol, target }: HttpSettings & CheckerSettings, url: HttpUrl): string {
  const version = protocol === '1.1' ? '1.1' : '1.0'
  const lines = [
    `GET ${url.path} HTTP/${version}`,
    'User-Agent: KeepAliveClient',
    `Host: ${url.virtualHost === '' ? hostOf(target) : url.virtualHost}`,
  ]
  if (protocol !== '1.0') lines.push('Connection: close')
  return `${lines.join('\r\n')}\r\n\r\n`
}

function hostOf({ address, port }: Endpoint): string {
  const text = formatAddress(address)
  const host = isIpv6(address) ? `[${text}]` : text
  return USUAL_PORTS.includes(port) ? host : `${host}:${port}`
}

function isWanted({ status, digest, body }: Told & { told: 'page' }, url: HttpUrl): boolean {
  if (!url.statuses.some(([first, last]) => status >= first && status <= last)) return false
  if (url.digest !== '' && url.digest.toLowerCase() !== digest.toLowerCase()) return false
  return url.regex === '' || new RegExp(url.regex, 'u').test(body) !== url.isForbidden
}
