// Checkers of a keepalived.conf with everything filled in (spec healthchecks.md, 1): what a checker
// does not say its real server says, then the virtual server, then keepalived.
import type { Address } from '../wire/address.ts'
import { fromHex } from '../wire/hex.ts'
import { writeText } from '../wire/text.ts'
import type { CheckerSettings, CheckerKind, HttpUrl } from './checker-settings.ts'
import { allOf, flagOf, lastOf, numberOf, textOf, type Block } from './conf-tree.ts'
import type { CheckedServer, VirtualServer } from './virtual-servers.ts'
import type { TrackedSettings } from './vrrp-tracks.ts'

const SECOND_PS = 1_000_000_000_000
const LOOP_SECONDS = 60
const CONNECT_SECONDS = 5
const BEFORE_RETRY_SECONDS = 1
const HTTP_BEFORE_RETRY_SECONDS = 3
const RETRIES = 1
const DNS_RETRIES = 3
const OK_STATUSES: [number, number] = [200, 299]
const MOST_REPLY_BYTES = 255
/** 32 bytes; the words are ours. */
const UDP_PAYLOAD = 'lvs-sim asks: is anybody there? '
/** Checkers that are not modelled. */
const ELSEWHERE = ['BFD_CHECK']

/** Something of a checker that is not modelled, and where it stands. */
export interface Unmodelled {
  block: Block
  /** What is done instead. */
  text: string
}

/** What of a server's checkers is left out. */
export function unmodelledOf(server: CheckedServer): Unmodelled[] {
  return server.checkers.flatMap((block) => {
    if (ELSEWHERE.includes(block.keyword)) {
      return [{ block, text: `${block.keyword} is not modelled: it never fails` }]
    }
    return allOf(block, 'url')
      .filter((url) => compiled(textOf(url, 'regex') ?? '') === null)
      .map((url) => ({
        block: lastOf(url, 'regex')!,
        text: 'the expression is none of JavaScript: the body is not looked at',
      }))
  })
}

/** Null: JavaScript cannot read it as PCRE2 would. */
function compiled(regex: string): RegExp | null {
  try {
    return new RegExp(regex, 'u')
  } catch {
    return null
  }
}

/** Where a value may stand, the innermost first. */
type Levels = readonly Block[]

/** `lvs_flush_on_stop VS` deletes the own services whole; without VS, others' as well. */
export type FlushOnStop = 'no' | 'services' | 'all'

/** When keepalived empties IPVS otherwise than server by server (spec 5.4). */
export function flushingOf(root: Block): { isAtStart: boolean; onStop: FlushOnStop } {
  const settings = allOf(root, 'global_defs').flatMap(({ statements }) => statements)
  const stop = settings.findLast(({ keyword }) => /^lvs_flush_on_?stop$/.test(keyword))
  const onStop = stop === undefined ? 'no' : stop.words[0] === 'VS' ? 'services' : 'all'
  return { isAtStart: settings.some(({ keyword }) => keyword === 'lvs_flush'), onStop }
}

/** In the order of the file; without those that are not modelled. */
export function checkersOf(server: CheckedServer, virtual: VirtualServer): CheckerSettings[] {
  return server.checkers
    .filter(({ keyword }) => !ELSEWHERE.includes(keyword))
    .map((block) => checkerOf(block, server, virtual))
}

function checkerOf(block: Block, server: CheckedServer, virtual: VirtualServer): CheckerSettings {
  const levels = [block, server.block, virtual.block]
  const said = (name: string): number | undefined =>
    levels.map((level) => numberOf(level, name)).find((value) => value !== undefined)
  const kind = kindOf(block, levels)
  const loop = said('delay_loop') ?? LOOP_SECONDS
  const beforeRetry = { http: HTTP_BEFORE_RETRY_SECONDS, dns: loop }[kind.kind as 'http' | 'dns']
  const retries = { dns: DNS_RETRIES, misc: 0 }[kind.kind as 'dns' | 'misc'] ?? RETRIES
  const isAlpha = [block, server.block, virtual.block].map((level) => flagOf(level, 'alpha'))
  return {
    ...kind,
    target: {
      address: (lastOf(block, 'connect_ip')?.value as Address | undefined) ?? server.address,
      port: numberOf(block, 'connect_port') ?? server.port,
    },
    delayLoopPs: inPs(loop),
    warmupPs: inPs(said('warmup') ?? loop),
    connectTimeoutPs: inPs(said('connect_timeout') ?? CONNECT_SECONDS),
    retries: numberOf(block, 'nb_get_retry') ?? said('retry') ?? retries,
    delayBeforeRetryPs: inPs(said('delay_before_retry') ?? beforeRetry ?? BEFORE_RETRY_SECONDS),
    startsDown: isAlpha.find((value) => value !== undefined) ?? false,
  }
}

function kindOf(block: Block, levels: Levels): CheckerKind {
  switch (block.keyword) {
    case 'TCP_CHECK':
      return { kind: 'tcp' }
    case 'PING_CHECK':
      return { kind: 'ping' }
    case 'SMTP_CHECK':
      return { kind: 'smtp', heloName: textOf(block, 'helo_name') ?? 'smtpchecker.keepalived.org' }
    case 'DNS_CHECK':
      return {
        kind: 'dns',
        type: textOf(block, 'type') ?? 'SOA',
        name: textOf(block, 'name') ?? '.',
      }
    case 'UDP_CHECK':
      return udpOf(block)
    case 'MISC_CHECK':
      return miscOf(block, levels)
    case 'FILE_CHECK':
      return fileOf(block)
    default:
      return httpOf(block, levels)
  }
}

function httpOf(block: Block, levels: Levels): CheckerKind {
  return {
    kind: 'http',
    isSecure: block.keyword === 'SSL_GET',
    protocol: protocolOf(textOf(block, 'http_protocol')),
    urls: allOf(block, 'url').map((url) => urlOf(url, levels)),
    isFastRecovery: flagOf(block, 'fast_recovery') ?? false,
    saysName: flagOf(block, 'enable_sni') ?? false,
  }
}

function protocolOf(text: string | undefined): '1.0' | '1.0C' | '1.1' {
  return text === '1.1' || text === '1.0C' ? text : '1.0'
}

function urlOf(url: Block, levels: Levels): HttpUrl {
  const hosts = [url, ...levels].map((level) => textOf(level, 'virtualhost'))
  const statuses = allOf(url, 'status_code').flatMap(({ value }) => value as [number, number][])
  const regex = textOf(url, 'regex') ?? ''
  return {
    path: textOf(url, 'path')!,
    virtualHost: hosts.find((host) => host !== undefined) ?? '',
    statuses: statuses.length === 0 ? [OK_STATUSES] : statuses,
    digest: textOf(url, 'digest') ?? '',
    regex: compiled(regex) === null ? '' : regex,
    isForbidden: lastOf(url, 'regex_no_match') !== undefined,
  }
}

function udpOf(block: Block): CheckerKind {
  const reply = lastOf(block, 'require_reply')
  return {
    kind: 'udp',
    payload: bytesOf(textOf(block, 'payload')) ?? textBytes(UDP_PAYLOAD),
    needsReply: reply !== undefined,
    reply: bytesOf(reply?.words[0]) ?? new Uint8Array(),
    leastReplyBytes: numberOf(block, 'min_reply_length') ?? 0,
    mostReplyBytes: numberOf(block, 'max_reply_length') ?? MOST_REPLY_BYTES,
  }
}

function miscOf(block: Block, levels: Levels): CheckerKind {
  const seconds = numberOf(block, 'misc_timeout')
  const virtual = levels.at(-1)!
  return {
    kind: 'misc',
    command: textOf(block, 'misc_path')!,
    timeoutPs: inPs(seconds ?? numberOf(virtual, 'delay_loop') ?? LOOP_SECONDS),
    isDynamic: lastOf(block, 'misc_dynamic') !== undefined,
  }
}

function fileOf(block: Block): CheckerKind {
  const file = lastOf(block, 'track_file')!.value as TrackedSettings
  const own = lastOf(block, 'weight')?.value as Omit<TrackedSettings, 'name'> | undefined
  const { weight, isReversed } = own ?? file
  return { kind: 'file', file: file.name, weight, isReversed }
}

function bytesOf(hex: string | undefined): Uint8Array | undefined {
  if (hex === undefined || !/^(0x)?([0-9a-f]{2})+$/i.test(hex)) return undefined
  return fromHex(hex.replace(/^0x/i, ''))
}

function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  writeText(text, bytes, 0)
  return bytes
}

function inPs(seconds: number): number {
  return Math.round(seconds * SECOND_PS)
}
