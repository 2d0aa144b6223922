// Single checks: what a checker says, and which answers are good (spec healthchecks.md, 4).
import { describe, expect, test } from 'vitest'
import type { Ask, Conversation, Told, Verdict } from '../../src/keepalived/checker-conversation.ts'
import { dnsCheck, question } from '../../src/keepalived/checker-dns.ts'
import { httpCheck } from '../../src/keepalived/checker-http.ts'
import { miscCheck } from '../../src/keepalived/checker-misc.ts'
import { pingCheck, tcpCheck } from '../../src/keepalived/checker-tcp.ts'
import type { HttpSettings, HttpUrl, UdpSettings } from '../../src/keepalived/checker-settings.ts'
import { smtpCheck } from '../../src/keepalived/checker-smtp.ts'
import { udpCheck } from '../../src/keepalived/checker-udp.ts'
import { parseAddress } from '../../src/wire/address-text.ts'
import { toHex } from '../../src/wire/hex.ts'

const TIMING = {
  ...{ delayLoopPs: 1, warmupPs: 0, connectTimeoutPs: 5, retries: 1, delayBeforeRetryPs: 1 },
  ...{ startsDown: false, target: { address: parseAddress('10.0.1.2')!, port: 8080 } },
}

/** Tells one after the other, 'silence' for a deadline; gives the verdict and what was said. */
function talk(
  conversation: Conversation,
  answers: readonly (Told | 'silence')[],
): { verdict: Verdict | undefined; texts: string[]; asks: Ask['ask'][] } {
  const asks: Ask[] = []
  let step = conversation.begin()
  asks.push(...(step.asks ?? []))
  for (const answer of answers) {
    if (step.verdict !== undefined) break
    step = answer === 'silence' ? conversation.expire() : conversation.handle(answer)
    asks.push(...(step.asks ?? []))
  }
  const texts = asks.flatMap((ask) => (ask.ask === 'write' ? [ask.text] : []))
  return { verdict: step.verdict, texts, asks: asks.map(({ ask }) => ask) }
}

const text = (line: string): Told => ({ told: 'text', text: line })
const connected: Told = { told: 'connected' }
const refused: Told = { told: 'refused' }

describe('TCP_CHECK and PING_CHECK', () => {
  const tcp = { ...TIMING, kind: 'tcp' as const }
  const ping = { ...TIMING, kind: 'ping' as const }

  test.each<[string, Conversation, Told | 'silence', boolean]>([
    ['a connection', tcpCheck(tcp), connected, true],
    ['a refusal', tcpCheck(tcp), refused, false],
    ['no way', tcpCheck(tcp), { told: 'unreachable' }, false],
    ['silence', tcpCheck(tcp), 'silence', false],
    ['an echo', pingCheck(ping), { told: 'echoed' }, true],
    ['no echo', pingCheck(ping), 'silence', false],
  ])('%s', (_, conversation, told, isGood) => {
    const { verdict, asks } = talk(conversation, [told])
    expect([verdict, asks.at(-1)]).toEqual([{ isGood }, 'close'])
  })
})

describe('HTTP_GET', () => {
  const http = (more: Partial<HttpSettings>): typeof TIMING & HttpSettings => ({
    ...TIMING,
    ...{ kind: 'http', isSecure: false, protocol: '1.0', urls: [], isFastRecovery: false },
    ...{ saysName: false, ...more },
  })
  const url = (more: Partial<HttpUrl> = {}): HttpUrl => ({
    ...{ path: '/a', virtualHost: '', statuses: [[200, 299]], digest: '', regex: '' },
    ...{ isForbidden: false, ...more },
  })
  const page = (status: number, body: string = '', digest: string = ''): Told => ({
    ...{ told: 'page', status, digest, body },
  })

  test.each<[string, Partial<HttpSettings>, Partial<HttpUrl>, string]>([
    [
      '1.0',
      {},
      {},
      'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.1.2:8080\r\n\r\n',
    ],
    [
      'with a name',
      {},
      { virtualHost: 'www.example.com' },
      'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: www.example.com\r\n\r\n',
    ],
    [
      '1.1',
      { protocol: '1.1' },
      {},
      'GET /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.1.2:8080\r\n' +
        'Connection: close\r\n\r\n',
    ],
  ])('asks %s', (_, more, urlMore, expected) => {
    expect(talk(httpCheck(http(more), url(urlMore)), [connected]).texts).toEqual([expected])
  })

  test('leaves the usual port out', () => {
    const settings = { ...http({}), target: { ...TIMING.target, port: 80 } }
    expect(talk(httpCheck(settings, url()), [connected]).texts[0]).toContain('Host: 10.0.1.2\r\n')
  })

  test.each<[string, Partial<HttpUrl>, Told | 'silence', boolean]>([
    ['a usual status', {}, page(204), true],
    ['another status', {}, page(302), false],
    ['a status that was asked for', { statuses: [[302, 302]] }, page(302), true],
    ['the digest', { digest: 'AB' }, page(200, '', 'ab'), true],
    ['another digest', { digest: 'ab' }, page(200, '', 'cd'), false],
    ['a body that matches', { regex: '^ok$' }, page(200, 'ok'), true],
    ['a body that does not', { regex: '^ok$' }, page(200, 'no'), false],
    ['a body that must not', { regex: 'bad', isForbidden: true }, page(200, 'bad'), false],
    ['no answer', {}, 'silence', false],
    ['an end', {}, { told: 'closed' }, false],
  ])('%s', (_, more, told, isGood) => {
    const { verdict } = talk(httpCheck(http({}), url(more)), [connected, told])
    expect(verdict).toEqual({ isGood })
  })

  test('SSL_GET shakes hands first, and says the name if told to', () => {
    const settings = http({ isSecure: true, saysName: true })
    const conversation = httpCheck(settings, url({ virtualHost: 'www.example.com' }))
    conversation.begin()
    expect(conversation.handle(connected).asks).toEqual([
      { ask: 'handshake', serverName: 'www.example.com' },
    ])
    expect(conversation.handle({ told: 'secured' }).asks?.[0]?.ask).toBe('write')
    expect(talk(httpCheck(settings, url()), [connected, 'silence']).verdict).toEqual({
      isGood: false,
    })
  })
})

describe('SMTP_CHECK', () => {
  const smtp = { ...TIMING, kind: 'smtp' as const, heloName: 'lb1' }

  test('the whole dialogue', () => {
    const { verdict, texts } = talk(smtpCheck(smtp), [
      connected,
      ...[
        text('220-welcome\r\n'),
        text('220 to us\r\n'),
        text('250 hello\r\n'),
        text('221 bye\r\n'),
      ],
    ])
    expect(texts).toEqual(['HELO lb1\r\n', 'QUIT\r\n'])
    expect(verdict).toEqual({ isGood: true })
  })

  test.each<[string, (Told | 'silence')[]]>([
    ['busy', [connected, text('421 later\r\n')]],
    ['no hello', [connected, text('220 hi\r\n'), text('500 what\r\n')]],
    ['an end in between', [connected, text('220 hi\r\n'), { told: 'closed' }]],
    ['no greeting', [connected, 'silence']],
    ['half a greeting', [connected, text('22'), 'silence']],
  ])('%s', (_, answers) => {
    expect(talk(smtpCheck(smtp), answers).verdict).toEqual({ isGood: false })
  })
})

describe('DNS_CHECK', () => {
  const dns = { ...TIMING, kind: 'dns' as const, type: 'A', name: 'www.example.com' }
  const reply = (id: number, code: number, bytes: number = 12): Told => {
    const payload = new Uint8Array(bytes)
    payload.set([id >> 8, id & 255, 0x81, 0x80 | code])
    return { told: 'reply', payload }
  }

  test('the question', () => {
    expect(toHex(question(0x1267, 'SOA', '.'))).toBe('126701000001000000000000' + '0000060001')
    expect(toHex(question(1, 'A', 'a.bc.'))).toBe(
      '000101000001000000000000' + '01610262630000010001',
    )
  })

  test.each<[string, (Told | 'silence')[], boolean | undefined]>([
    ['an answer', [reply(7, 0)], true],
    ['no such name', [reply(7, 3)], false],
    ['a failure', [reply(7, 2)], false],
    ['too short', [reply(7, 0, 11)], false],
    ["somebody else's answer", [reply(8, 0)], undefined],
    ["somebody else's answer and the right one", [reply(8, 0), reply(7, 0)], true],
    ['a refusal', [refused], false],
    ['silence', ['silence'], false],
  ])('%s', (_, answers, isGood) => {
    expect(talk(dnsCheck(dns, 7), answers).verdict?.isGood).toBe(isGood)
  })
})

describe('UDP_CHECK', () => {
  const udp = (more: Partial<UdpSettings>): typeof TIMING & UdpSettings => ({
    ...TIMING,
    ...{ kind: 'udp', payload: Uint8Array.of(1), needsReply: false, reply: new Uint8Array() },
    ...{ leastReplyBytes: 0, mostReplyBytes: 255, ...more },
  })
  const reply = (...payload: number[]): Told => {
    return { told: 'reply', payload: Uint8Array.from(payload) }
  }

  test.each<[string, Partial<UdpSettings>, Told | 'silence', boolean]>([
    ['silence is a good sign', {}, 'silence', true],
    ['any reply', {}, reply(), true],
    ['a refusal', {}, refused, false],
    ['no way', {}, { told: 'unreachable' }, false],
    ['silence where a reply is needed', { needsReply: true }, 'silence', false],
    ['a reply where it is needed', { needsReply: true }, reply(9), true],
    ['a short one', { needsReply: true, leastReplyBytes: 2 }, reply(9), false],
    ['a long one', { needsReply: true, mostReplyBytes: 1 }, reply(9, 9), false],
    ['the right one', { needsReply: true, reply: Uint8Array.of(9) }, reply(9, 8), true],
    ['a wrong one', { needsReply: true, reply: Uint8Array.of(9) }, reply(8), false],
  ])('%s', (_, more, told, isGood) => {
    expect(talk(udpCheck(udp(more)), [told]).verdict).toEqual({ isGood })
  })
})

describe('MISC_CHECK', () => {
  const misc = { ...TIMING, kind: 'misc' as const, command: '/bin/check', timeoutPs: 60 }
  const exit = (code: number | null): Told => ({ told: 'exited', code })

  test.each<[string, boolean, Told, Verdict]>([
    ['0', false, exit(0), { isGood: true }],
    ['anything else', false, exit(5), { isGood: false }],
    ['a signal', false, exit(null), { isGood: false }],
    ['0, dynamic', true, exit(0), { isGood: true, weight: null }],
    ['1, dynamic', true, exit(1), { isGood: false }],
    ['2, dynamic', true, exit(2), { isGood: true, weight: 0 }],
    ['255, dynamic', true, exit(255), { isGood: true, weight: 253 }],
  ])('%s', (_, isDynamic, told, expected) => {
    expect(talk(miscCheck({ ...misc, isDynamic }), [told]).verdict).toEqual(expected)
  })

  test('a program that hangs is ended, and killed two seconds later', () => {
    const conversation = miscCheck({ ...misc, isDynamic: false })
    expect(conversation.begin().waitPs).toBe(60)
    const [first, second] = [conversation.expire(), conversation.expire()]
    expect(first.asks).toEqual([{ ask: 'signal', signal: 'SIGTERM' }])
    expect(first.waitPs).toBe(2_000_000_000_000)
    expect(second.asks).toEqual([{ ask: 'signal', signal: 'SIGKILL' }])
    expect(conversation.handle(exit(0)).verdict).toEqual({ isGood: false })
  })
})
