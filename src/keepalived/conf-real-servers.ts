// real_server in keepalived.conf: what its block may say, and what keepalived 2.2.7 refuses (spec
// keepalived-conf.md, 4.3).
import { CHECKERS, retry, timing } from './conf-checkers.ts'
import { familyOf, readServerHead, type ServerHead, type VirtualHead } from './conf-heads.ts'
import { readMethod, type Method } from './conf-methods.ts'
import type { Block, Grammar, Keyword, Place } from './conf-tree.ts'
import {
  flag,
  ignored,
  LARGEST_INT,
  LARGEST_UNSIGNED,
  looseNumber,
  named,
  numbered,
} from './conf-values.ts'

/** The family of a server must be the service's, which the first server may decide. */
function closeServer(block: Block, { parent, complain }: Place): boolean {
  const { address } = block.value as ServerHead
  const head = parent.value as VirtualHead
  const family = familyOf(address)
  if (head.family === 0 && head.kind === 'mark') head.family = family
  const own = [block, parent].flatMap(({ statements }) => {
    return statements.findLast(({ keyword }) => /^(lb_kind|lvs_method)$/.test(keyword)) ?? []
  })
  const isTunnel = (own[0]?.value as Method | undefined)?.name === 'TUN'
  if (head.family === 0 || head.family === family || isTunnel) return true
  const [text] = block.words
  const which = `Address family of virtual server and real server ${text}`
  complain(`${which} don't match - skipping real server.`)
  return false
}

const threshold = (name: string): Keyword =>
  numbered(looseNumber, 0, LARGEST_UNSIGNED, (text) => {
    return `Invalid real_server ${name} '${text}' - ignoring`
  })

const REAL_SERVER: Grammar = {
  weight: numbered(looseNumber, 0, LARGEST_INT, (text) => {
    return `Real server weight ${text} is outside range 0-${LARGEST_INT}`
  }),
  lvs_method: { least: 1, read: readMethod('real server') },
  uthreshold: threshold('uthreshold'),
  lthreshold: threshold('lthreshold'),
  inhibit_on_failure: flag('inhibit_on_failure'),
  notify_up: { least: 1, read: (words) => words.join(' ') },
  notify_down: { least: 1, read: (words) => words.join(' ') },
  alpha: flag('alpha'),
  retry,
  ...timing('real server'),
  smtp_alert: ignored,
  snmp_name: ignored,
  virtualhost: named('real server virtualhost missing'),
  ...CHECKERS,
}

export const REAL_SERVER_BLOCK: Keyword = {
  ...{ least: 1, read: readServerHead, block: REAL_SERVER, close: closeServer },
}
