// What a checker's settings become (spec healthchecks.md, 1): the innermost value wins, and what
// nobody says is keepalived's.
import { describe, expect, test } from 'vitest'
import { checkersOf, flushingOf, unmodelledOf } from '../../src/keepalived/checker-conf.ts'
import type { CheckerSettings } from '../../src/keepalived/checker-settings.ts'
import { readConf } from '../../src/keepalived/conf.ts'
import { virtualServersOf } from '../../src/keepalived/virtual-servers.ts'
import { formatEndpoint } from '../../src/wire/address-text.ts'

function settings(checker: string, real: string = '', virtual: string = ''): CheckerSettings[] {
  const text = `virtual_server 10.0.0.100 80 {\nprotocol TCP\n${virtual}
real_server 10.0.1.2 8080 {\n${real}\n${checker}\n}\n}\n`
  const { servers } = virtualServersOf(
    readConf({ file: 'a.conf', text, id: '' }, ['checkers']).root,
  )
  return checkersOf(servers[0]!.servers[0]!, servers[0]!)
}

function seconds(of: CheckerSettings | undefined): Record<string, number> {
  const { delayLoopPs, warmupPs, connectTimeoutPs, delayBeforeRetryPs, retries } = of!
  const [loop, warmup, connect, before] = [
    ...[delayLoopPs, warmupPs, connectTimeoutPs, delayBeforeRetryPs].map((ps) => ps / 1e12),
  ]
  return { loop: loop!, warmup: warmup!, connect: connect!, before: before!, retries }
}

const USUAL = { loop: 60, warmup: 60, connect: 5, before: 1, retries: 1 }
const PAGE = 'url {\npath /\n}'

describe('defaults', () => {
  test.each([
    ['TCP_CHECK {\n}', USUAL],
    ['PING_CHECK {\n}', USUAL],
    ['SMTP_CHECK {\n}', USUAL],
    ['UDP_CHECK {\n}', USUAL],
    [`HTTP_GET {\n${PAGE}\n}`, { ...USUAL, before: 3 }],
    [`SSL_GET {\n${PAGE}\n}`, { ...USUAL, before: 3 }],
    ['DNS_CHECK {\n}', { ...USUAL, before: 60, retries: 3 }],
    ['MISC_CHECK {\nmisc_path "/bin/true"\n}', { ...USUAL, retries: 0 }],
  ])('%s', (checker, expected) => {
    expect(seconds(settings(checker)[0])).toEqual(expected)
  })
})

test.each([
  ['the virtual server', '', '', 'delay_loop 4\nretry 2\nconnect_timeout 3', [4, 4, 3, 2]],
  ['the real server', '', 'delay_loop 5\nwarmup 1', 'delay_loop 4\nretry 2', [5, 1, 5, 2]],
  ['the checker', 'delay_loop 0.5\nretry 0', 'delay_loop 5\nretry 3', 'retry 2', [0.5, 0.5, 5, 0]],
])('what %s says', (_, checker, real, virtual, [loop, warmup, connect, retries]) => {
  const [of] = settings(`TCP_CHECK {\n${checker}\n}`, real, virtual)
  expect(seconds(of)).toMatchObject({ loop, warmup, connect, retries })
})

test.each([
  ['', '', '', false],
  ['', '', 'alpha', true],
  ['', 'alpha', '', true],
  ['alpha off', 'alpha', 'alpha', false],
  ['alpha', 'alpha off', '', true],
])('alpha: "%s", "%s", "%s"', (checker, real, virtual, expected) => {
  expect(settings(`TCP_CHECK {\n${checker}\n}`, real, virtual)[0]!.startsDown).toBe(expected)
})

test('the target is the server, unless the checker says another', () => {
  const text = (checker: string): string => {
    const [{ target }] = settings(`TCP_CHECK {\n${checker}\n}`, '', 'lb_kind NAT') as [
      CheckerSettings,
    ]
    return formatEndpoint(target.address, target.port)
  }
  expect(text('')).toBe('10.0.1.2:8080')
  expect(text('connect_port 81')).toBe('10.0.1.2:81')
  expect(text('connect_ip 10.0.9.9\nconnect_port 81')).toBe('10.0.9.9:81')
})

test('a page has the innermost name, and a usual status', () => {
  const page = 'url {\npath /a\nvirtualhost inner\n}\nurl {\npath /b\nstatus_code 200 301-302\n}'
  const [of] = settings(`HTTP_GET {\nvirtualhost outer\n${page}\n}`, 'virtualhost real')
  expect(of).toMatchObject({
    urls: [
      { path: '/a', virtualHost: 'inner', statuses: [[200, 299]] },
      {
        path: '/b',
        virtualHost: 'outer',
        statuses: [
          [200, 200],
          [301, 302],
        ],
      },
    ],
  })
})

test('the time of a program is the pause, unless it has its own', () => {
  const timeout = (more: string, virtual: string): number => {
    const [of] = settings(`MISC_CHECK {\nmisc_path "/bin/true"\n${more}\n}`, '', virtual)
    return (of as CheckerSettings & { kind: 'misc' }).timeoutPs / 1e12
  }
  expect(timeout('', '')).toBe(60)
  expect(timeout('', 'delay_loop 7')).toBe(7)
  expect(timeout('misc_timeout 9', 'delay_loop 7')).toBe(9)
})

test.each([
  ['', { isAtStart: false, onStop: 'no' }],
  ['lvs_flush', { isAtStart: true, onStop: 'no' }],
  ['lvs_flush_on_stop', { isAtStart: false, onStop: 'all' }],
  ['lvs_flush_on_stop VS', { isAtStart: false, onStop: 'services' }],
  ['lvs_flush_onstop', { isAtStart: false, onStop: 'all' }],
])('flushing: "%s"', (line, expected) => {
  const text = `global_defs {\n${line}\n}\n`
  expect(flushingOf(readConf({ file: 'a.conf', text, id: '' }, ['checkers']).root)).toEqual(
    expected,
  )
})

test('what is not modelled is told with its line', () => {
  const text = `bfd_instance B {\nneighbor_ip 10.0.0.9\n}
virtual_server 10.0.0.100 80 {\nprotocol TCP\nreal_server 10.0.1.2 80 {
BFD_CHECK {\nname B\n}
HTTP_GET {\nurl {\npath /\nregex "(?P<pcre>a)"\n}\n}
}\n}\n`
  const { root } = readConf({ file: 'a.conf', text, id: '' }, ['checkers'])
  const [virtual] = virtualServersOf(root).servers
  const [server] = virtual!.servers
  const told = unmodelledOf(server!).map(({ block, text: what }) => [block.line, what])
  expect(told).toEqual([
    [7, 'BFD_CHECK is not modelled: it never fails'],
    [13, 'the expression is none of JavaScript: the body is not looked at'],
  ])
  expect(checkersOf(server!, virtual!)).toMatchObject([{ kind: 'http', urls: [{ regex: '' }] }])
})
