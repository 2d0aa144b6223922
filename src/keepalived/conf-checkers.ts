// The checkers inside a real_server of keepalived.conf (spec keepalived-conf.md, 4.4;
// healthchecks.md, 1): what each block may say, and what keepalived 2.2.7 refuses.
import { WEIGHT } from './conf-tracks.ts'
import { allOf, lastOf, type Block, type Grammar, type Keyword, type Place } from './conf-tree.ts'
import {
  addressed,
  decimalNumber,
  flag,
  ignored,
  LARGEST_UNSIGNED,
  looseNumber,
  mark,
  numbered,
  strictNumber,
  word,
} from './conf-values.ts'
import { trackedThings } from './vrrp-tracks.ts'

const LONGEST_SECONDS = 18_446_744_073_709.551614
const SHORTEST_SECONDS = 0.000001
const LARGEST_PORT = 65_535
const LARGEST_STATUS = 999

/** Times that stand at all three levels: virtual server, real server, checker. */
export function timing(level: string): Grammar {
  const seconds = (name: string, least: number): Keyword =>
    numbered(decimalNumber, least, LONGEST_SECONDS, (text) => {
      return `${level} ${name} '${text}' invalid - ignoring`
    })
  return {
    delay_loop: seconds('delay loop', SHORTEST_SECONDS),
    connect_timeout: seconds('connect_timeout', SHORTEST_SECONDS),
    delay_before_retry: seconds('delay_before_retry', 0),
    warmup: seconds('warmup', 0),
  }
}

/** Of virtual and real servers: a checker may also do without. */
export const retry: Keyword = numbered(strictNumber, 1, LARGEST_UNSIGNED, (text) => {
  return `retry value invalid - ${text}`
})

const port = (name: string): Keyword =>
  numbered(looseNumber, 1, LARGEST_PORT, (text) => `Invalid checker ${name} '${text}'`)

const CHECKER_RETRY = numbered(looseNumber, 0, LARGEST_UNSIGNED, (text) => {
  return `Invalid retry connection value '${text}'`
})

const EVERY: Grammar = {
  ...timing('checker'),
  alpha: flag('alpha'),
  retry: CHECKER_RETRY,
  log_all_failures: ignored,
}

/** Of all that open a connection or send a packet. */
const CONNECTING: Grammar = {
  ...EVERY,
  connect_ip: addressed('connect_ip'),
  connect_port: port('connect_port'),
  bindto: addressed('bindto'),
  bind_if: word,
  bind_port: port('bind_port'),
  fwmark: numbered(looseNumber, 0, LARGEST_UNSIGNED),
}

/** `200`, `301-302`, ... */
function statusCodes(words: string[], { complain }: Place): object | undefined {
  const ranges: [number, number][] = []
  for (const text of words) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
    const [from, to] = [Number(first), Number(last ?? first)]
    const isRange = from >= 100 && to >= from && to <= LARGEST_STATUS
    if (isRange) ranges.push([from, to])
    else complain(`Invalid HTTP_GET status code '${text}'`)
  }
  return ranges.length === 0 ? undefined : ranges
}

const URL: Grammar = {
  path: word,
  digest: {
    least: 1,
    read: ([text = ''], { complain }) => {
      if (/^[0-9a-f]{32}$/i.test(text)) return text
      complain(`digest '${text}' is not an MD5 sum in hexadecimal`)
      return undefined
    },
  },
  status_code: { read: statusCodes },
  virtualhost: word,
  regex: word,
  regex_no_match: mark,
  regex_options: ignored,
  regex_stack: ignored,
  regex_min_offset: ignored,
  regex_max_offset: ignored,
}

function closeUrl(block: Block, { complain }: Place): boolean {
  if (lastOf(block, 'path') !== undefined) return true
  complain('HTTP/SSL_GET checker url has no path - ignoring')
  return false
}

function closeHttp(block: Block, { complain }: Place): boolean {
  if (lastOf(block, 'url') !== undefined) return true
  complain('HTTP/SSL_GET checker has no urls specified - ignoring')
  return false
}

const HTTP: Keyword = {
  close: closeHttp,
  block: {
    ...CONNECTING,
    nb_get_retry: {
      least: 1,
      read: (words, place) => {
        place.complain("nb_get_retry is deprecated - please use 'retry'")
        return CHECKER_RETRY.read!(words, place)
      },
    },
    virtualhost: word,
    http_protocol: word,
    fast_recovery: flag('fast_recovery'),
    enable_sni: flag('enable_sni'),
    url: { block: URL, close: closeUrl },
  },
}

function dnsType([text = '']: string[], { complain }: Place): string | undefined {
  const type = text.toUpperCase()
  if (['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'].includes(type)) return type
  complain(`Unknown DNS check type ${text} - ignoring`)
  return undefined
}

/** 2.2.7 takes a label of one letter for an empty one. */
function dnsName([text = '']: string[], { complain }: Place): string | undefined {
  if (text === '.' || !text.includes('.') || !/(^|\.).?(\.|$)/.test(text.replace(/\.$/, ''))) {
    return text
  }
  complain(`DNS_CHECK name '${text}' has empty label - ignoring`)
  return undefined
}

const MISC: Keyword = {
  close: (block, { complain }) => {
    if (lastOf(block, 'misc_path') !== undefined) return true
    complain('No script path has been specified for MISC_CHECKER - skipping')
    return false
  },
  block: {
    ...EVERY,
    misc_path: { read: ([text]) => text },
    misc_timeout: numbered(strictNumber, 1, LARGEST_UNSIGNED, (text) => {
      return `Invalid misc_timeout value '${text}'`
    }),
    misc_dynamic: mark,
    user: ignored,
  },
}

const length = (name: string): Keyword =>
  numbered(strictNumber, 0, LARGEST_PORT, (text) => `UDP_CHECK ${name} ${text} not valid`)

function payload([text = '']: string[], { complain }: Place): string | undefined {
  if (/^(0x)?([0-9a-f]{2})+$/i.test(text)) return text
  complain('Invalid hex string for UDP_CHECK payload')
  return undefined
}

/** With the weight that the file has where the checker gives it none. */
function trackFile([text = '']: string[], { root, complain }: Place): object | undefined {
  const file = trackedThings(root).files.find(({ name }) => name === text)
  if (file !== undefined) return file
  complain(`track_file ${text} not found`)
  return undefined
}

function closeFile(block: Block, { complain }: Place): boolean {
  if (lastOf(block, 'track_file') !== undefined) return true
  complain('FILE_CHECK has no track_file specified - ignoring')
  return false
}

function bfdName([text = '']: string[], { root, complain }: Place): string | undefined {
  if (allOf(root, 'bfd_instance').some(({ value }) => value === text)) return text
  complain(`BFD_CHECK - BFD ${text} not configured`)
  return undefined
}

export const CHECKERS: Grammar = {
  TCP_CHECK: { block: CONNECTING },
  HTTP_GET: HTTP,
  SSL_GET: HTTP,
  SMTP_CHECK: { block: { ...CONNECTING, helo_name: word, host: { block: CONNECTING } } },
  DNS_CHECK: {
    block: { ...CONNECTING, type: { least: 1, read: dnsType }, name: { least: 1, read: dnsName } },
  },
  MISC_CHECK: MISC,
  PING_CHECK: { block: CONNECTING },
  UDP_CHECK: {
    block: {
      ...CONNECTING,
      payload: { least: 1, read: payload },
      require_reply: ignored,
      min_reply_length: length('min_reply_length'),
      max_reply_length: length('max_reply_length'),
    },
  },
  FILE_CHECK: {
    close: closeFile,
    block: { ...EVERY, track_file: { least: 1, read: trackFile }, weight: WEIGHT },
  },
  BFD_CHECK: {
    close: (block) => lastOf(block, 'name') !== undefined,
    block: { ...EVERY, name: { least: 1, read: bfdName } },
  },
}

export const CHECKER_NAMES: string[] = Object.keys(CHECKERS)
