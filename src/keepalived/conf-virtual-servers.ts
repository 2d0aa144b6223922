// Virtual servers and their groups in keepalived.conf (spec keepalived-conf.md, 4.1 and
// 4.2): what each block may say, and what keepalived 2.2.7 refuses.
import { ipv4Value, isIpv6 } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import { retry, timing } from './conf-checkers.ts'
import { readGroupLine } from './conf-groups.ts'
import {
  addressOf,
  familyOf,
  LARGEST_PORT,
  readVirtualHead,
  type ServerHead,
  type VirtualHead,
} from './conf-heads.ts'
import { REAL_SERVER_BLOCK } from './conf-real-servers.ts'
import { readMethod, type Method } from './conf-methods.ts'
import {
  lastOf,
  textOf,
  type Block,
  type Grammar,
  type Keyword,
  type Place,
  type Reading,
} from './conf-tree.ts'
import {
  corrected,
  named,
  ignored,
  LARGEST_INT,
  LARGEST_UNSIGNED,
  looseNumber,
  mark,
  numbered,
  strictNumber,
  word,
} from './conf-values.ts'

const LONGEST_PERSISTENCE = 2_678_400
const USUAL_PERSISTENCE = 360
const SCHEDULERS = [
  ...[
    'rr',
    'wrr',
    'lc',
    'wlc',
    'lblc',
    'lblcr',
    'sh',
    'mh',
    'dh',
    'fo',
    'ovf',
    'sed',
    'nq',
    'twos',
  ],
]

/** A flag of one scheduler, which must have been chosen before. */
function schedulerFlag(name: string): Keyword {
  const owner = name.slice(0, 2)
  return {
    read: (_words, { parent, complain }) => {
      const scheduler = parent.statements.findLast(({ keyword }) =>
        /^(lb_algo|lvs_sched)$/.test(keyword),
      )?.value
      if (scheduler === owner) return true
      if (scheduler !== 'sh' && scheduler !== 'mh') {
        complain(`${name} only applies to ${owner} scheduler - ignoring`)
      }
      return undefined
    },
  }
}

const scheduler: Keyword = {
  least: 1,
  read: ([text = ''], { complain }) => {
    if (SCHEDULERS.includes(text)) return text
    complain(`Invalid lvs_scheduler '${text}' - ignoring`)
    return undefined
  },
}

function readPersistence([text]: string[], { complain }: Place): number | undefined {
  if (text === undefined) return USUAL_PERSISTENCE
  const value = strictNumber(text, 1, LONGEST_PERSISTENCE, complain)
  if (value === undefined) complain('persistence_timeout invalid')
  return value
}

/** A mask in dotted form or the length of an IPv6 prefix; it decides a family that is open. */
function readGranularity([text = '']: string[], { parent, complain }: Place): number | undefined {
  const head = parent.value as VirtualHead
  if (head.family === 0) head.family = text.includes('.') ? 4 : 6
  if (head.family === 6) {
    const value = strictNumber(text, 1, 128, complain)
    if (value === undefined) complain(`Invalid IPv6 persistence_granularity specified - ${text}`)
    return value
  }
  const mask = parseAddress(/^\d+$/.test(text) ? quadOf(Number(text)) : text)
  if (mask !== null && !isIpv6(mask)) return ipv4Value(mask) | 0
  complain(`Invalid IPv4 persistence_granularity specified - ${text}`)
  return undefined
}

/** A number alone is the address with that value. */
function quadOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

function readSorry([first = '', second]: string[], { complain }: Place): ServerHead | undefined {
  const address = addressOf(first)
  const port = second === undefined ? 0 : looseNumber(second, 1, LARGEST_PORT, complain)
  if (address !== null && port !== undefined) return { address, port }
  complain(`Invalid sorry server IP address ${first} - skipping`)
  return undefined
}

/** A sorry server of the other family can be reached through a tunnel alone. */
function closeVirtual(block: Block, { complain }: Place): boolean {
  const sorry = lastOf(block, 'sorry_server')
  const { family } = block.value as VirtualHead
  if (sorry === undefined || family === 0) return true
  const method = block.statements.findLast(({ keyword }) => /^(lb_kind|lvs_method)$/.test(keyword))
  const isTunnel = (method?.value as Method | undefined)?.name === 'TUN'
  if (isTunnel || family === familyOf((sorry.value as ServerHead).address)) return true
  const which = `Address family of virtual server and sorry server ${sorry.words[0]}`
  complain(`${which} don't match - skipping sorry server.`)
  block.statements = block.statements.filter(({ keyword }) => !keyword.startsWith('sorry_server'))
  return true
}

function afterSorry(read: Reading, otherwise: string): Keyword {
  return {
    read: (words, place) => {
      if (lastOf(place.parent, 'sorry_server') !== undefined) return read(words, place)
      place.complain(otherwise)
      return undefined
    },
  }
}

const FAMILIES: Record<string, 4 | 6> = { inet: 4, inet6: 6 }

function readFamily([text = '']: string[], { parent, complain }: Place): number | undefined {
  const head = parent.value as VirtualHead
  const family = FAMILIES[text]
  if (family === undefined) complain(`unknown address family ${text}`)
  else if (head.family !== 0 && head.family !== family) {
    complain(`Virtual server specified family ${text} conflicts with server family`)
    return undefined
  } else head.family = family
  return family
}

function readProtocol([text = '']: string[], { complain }: Place): string | undefined {
  const name = text.toLowerCase()
  if (['tcp', 'udp', 'sctp'].includes(name)) return name
  complain(`Unknown protocol ${text} - ignoring`)
  return undefined
}

const METHOD: Keyword = { least: 1, read: readMethod('virtual server') }

const VIRTUAL_SERVER: Grammar = {
  ...timing('virtual server'),
  lb_algo: scheduler,
  lvs_sched: scheduler,
  lb_kind: METHOD,
  lvs_method: METHOD,
  protocol: { least: 1, read: readProtocol },
  persistence_timeout: { read: readPersistence },
  persistence_granularity: { least: 1, read: readGranularity },
  persistence_engine: word,
  ops: mark,
  hashed: mark,
  ...Object.fromEntries(['flag-1', 'flag-2', 'flag-3'].map((name) => [name, mark])),
  ...Object.fromEntries(
    ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'].map((name) => [name, schedulerFlag(name)]),
  ),
  ip_family: { least: 1, read: readFamily },
  alpha: mark,
  omega: mark,
  quorum: corrected(
    numbered(looseNumber, 1, LARGEST_UNSIGNED, (text) => {
      return `Quorum ${text} must be in [1, ${LARGEST_UNSIGNED}]. Setting to 1.`
    }),
    1,
  ),
  hysteresis: numbered(looseNumber, 0, LARGEST_UNSIGNED, (text) => {
    return `Hysteresis ${text} must be in [0, ${LARGEST_UNSIGNED}] - ignoring`
  }),
  quorum_up: { least: 1, read: (words) => words.join(' ') },
  quorum_down: { least: 1, read: (words) => words.join(' ') },
  sorry_server: { least: 1, read: readSorry },
  sorry_server_inhibit: afterSorry(
    () => true,
    'Ignoring sorry_server inhibit used before or without sorry_server',
  ),
  sorry_server_lvs_method: afterSorry(
    readMethod('sorry server'),
    'sorry_server forwarding used without sorry_server',
  ),
  retry,
  inhibit_on_failure: mark,
  weight: numbered(looseNumber, 1, LARGEST_INT, (text) => {
    return `Virtual server weight ${text} is outside range 1-${LARGEST_INT}`
  }),
  ha_suspend: mark,
  virtualhost: named('virtual server virtualhost missing'),
  snmp_name: named('virtual server snmp_name missing or extra parameters', 1),
  smtp_alert: ignored,
  real_server: REAL_SERVER_BLOCK,
}

export const SERVICES: Grammar = {
  virtual_server_group: {
    least: 1,
    read: ([name]) => name,
    lines: readGroupLine,
    close: (block, { complain }) => {
      if (block.statements.length > 0) return true
      complain(
        `virtual server group ${textOf({ ...block, statements: [block] }, block.keyword)}` +
          ' has no entries - removing',
      )
      return false
    },
  },
  virtual_server: { least: 1, read: readVirtualHead, block: VIRTUAL_SERVER, close: closeVirtual },
  SSL: { block: { password: word, ca: word, certificate: word, key: word } },
}
