// vrrp_instance and what belongs to it in keepalived.conf (spec keepalived-conf.md, 3): what each
// block may say, and what keepalived 2.2.7 refuses.
import { parseAddress } from '../wire/address-text.ts'
import type { Address } from '../wire/address.ts'
import { lenient } from './conf-globals.ts'
import { TRACKERS, TRACKS, unlessDefined } from './conf-tracks.ts'
import { wordsIn, type Block, type Grammar, type Keyword, type Place } from './conf-tree.ts'
import {
  addressed,
  corrected,
  decimalNumber,
  ignored,
  count,
  mark,
  numbered,
  strictNumber,
  word,
  WORDS,
} from './conf-values.ts'

/** `ADDR[/LEN] [dev IF] ...` */
export interface VirtualAddress {
  address: Address
  /** Null: the longest. */
  prefixLength: number | null
  device: string | null
}

const LONGEST_ADVERT_SECONDS = 255
const SHORTEST_ADVERT_SECONDS = 0.01
const LONGEST_PREEMPT_SECONDS = 1000
const LONGEST_SECONDS = 4294.967295
const USUAL_PRIORITY = 100
const PASSWORD_LETTERS = 8

function readVirtualAddress(words: string[], { complain }: Place): VirtualAddress | undefined {
  const [text = ''] = words
  const [host = '', length] = text.split('/')
  const address = parseAddress(host)
  const prefixLength = length === undefined ? null : Number(length)
  if (address === null || (prefixLength !== null && !/^\d+$/.test(length!))) {
    complain(`invalid virtual address '${text}' - skipping`)
    return undefined
  }
  const device = words.indexOf('dev')
  return { address, prefixLength, device: device < 0 ? null : (words[device + 1] ?? null) }
}

const NOTIFIES: Grammar = Object.fromEntries(
  [
    ...['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify_deleted'],
    ...['notify', 'notify_master_rx_lower_pri', 'notify_priority_changes', 'smtp_alert'],
  ].map((name) => [name, ignored]),
)

const seconds = (name: string, least: number, most: number): Keyword =>
  numbered(decimalNumber, least, most, (text) => `${name} '${text}' is invalid`)

function readState([text = '']: string[], { complain }: Place): string {
  if (text === 'MASTER' || text === 'BACKUP') return text
  complain(`unknown state '${text}', defaulting to BACKUP`)
  return 'BACKUP'
}

function readPassword(words: string[], { complain }: Place): string | undefined {
  const [text = ''] = words
  if (text.length > PASSWORD_LETTERS) {
    complain(`Truncating auth_pass to ${PASSWORD_LETTERS} characters`)
  }
  return text.slice(0, PASSWORD_LETTERS)
}

function readPeer([text = '', ...options]: string[], { complain }: Place): object | undefined {
  const address = parseAddress(text)
  if (address === null) {
    complain(`Cannot parse unicast peer '${text}'`)
    return undefined
  }
  return { address, options }
}

/** As the global settings, for one instance. */
const TIMING: Grammar = {
  garp_master_delay: count('garp_master_delay', 0),
  garp_master_repeat: corrected(count('garp_master_repeat', 1), 1),
  garp_master_refresh: count('garp_master_refresh', 0),
  garp_master_refresh_repeat: corrected(count('garp_master_refresh_repeat', 1), 1),
  garp_lower_prio_delay: count('garp_lower_prio_delay', 0),
  garp_lower_prio_repeat: count('garp_lower_prio_repeat', 0),
  lower_prio_no_advert: lenient,
  higher_prio_send_advert: lenient,
  down_timer_adverts: count('down_timer_adverts', 1, 100),
}

const INSTANCE: Grammar = {
  ...NOTIFIES,
  ...TIMING,
  ...TRACKS,
  state: { least: 1, read: readState },
  interface: word,
  virtual_router_id: numbered(strictNumber, 1, 255, () => 'VRID not valid! must be 1 to 255'),
  priority: corrected(
    numbered(strictNumber, 1, 255, () => {
      return `Priority not valid! must be between 1 & 255. Using default ${USUAL_PRIORITY}`
    }),
    USUAL_PRIORITY,
  ),
  advert_int: seconds('advert_int', SHORTEST_ADVERT_SECONDS, LONGEST_ADVERT_SECONDS),
  version: numbered(strictNumber, 2, 3, () => 'Version must be either 2 or 3'),
  virtual_ipaddress: { lines: readVirtualAddress },
  virtual_ipaddress_excluded: { lines: readVirtualAddress },
  virtual_routes: WORDS,
  virtual_rules: WORDS,
  preempt: mark,
  nopreempt: mark,
  preempt_delay: seconds('preempt_delay', 0, LONGEST_PREEMPT_SECONDS),
  accept: mark,
  no_accept: mark,
  strict_mode: lenient,
  skip_check_adv_addr: lenient,
  check_unicast_src: lenient,
  unicast_src_ip: addressed('unicast_src_ip'),
  mcast_src_ip: addressed('mcast_src_ip'),
  mcast_dst_ip: addressed('mcast_dst_ip'),
  unicast_peer: { lines: readPeer },
  unicast_ttl: count('unicast_ttl', 0, 255),
  unicast_fault_no_peer: mark,
  old_unicast_checksum: ignored,
  dont_track_primary: mark,
  track_src_ip: mark,
  authentication: {
    block: {
      auth_type: { least: 1, read: readAuthType },
      auth_pass: { least: 1, read: readPassword },
    },
  },
  use_vmac: { read: (words) => words.join(' ') },
  lvs_sync_daemon_interface: word,
  ...Object.fromEntries(
    [
      ...['garp_extra_if', 'vmac_garp_intvl', 'kernel_rx_buf_size', 'debug', 'use_vmac_addr'],
      ...['vmac_xmit_base', 'use_ipvlan', 'vrf', 'promote_secondaries', 'native_ipv6'],
      ...['linkbeat_use_polling', 'no_virtual_ipaddress', 'v3_checksum_as_v2', 'multihop'],
    ].map((name) => [name, ignored]),
  ),
}

function readAuthType([text = '']: string[], { complain }: Place): string | undefined {
  if (text === 'PASS' || text === 'AH') return text
  complain(`unknown authentication type '${text}'`)
  return undefined
}

function closeGroup(block: Block, { complain }: Place): boolean {
  const group = block.statements.find(({ keyword }) => keyword === 'group')
  if (wordsIn(group).length > 0) return true
  complain(`vrrp_sync_group ${block.words[0]} has no instances - removing`)
  return false
}

export const INSTANCES: Grammar = {
  ...TRACKERS,
  vrrp_sync_group: {
    least: 1,
    read: unlessDefined('vrrp_sync_group'),
    block: {
      ...NOTIFIES,
      ...TRACKS,
      group: WORDS,
      sync_group_tracking_weight: mark,
      global_tracking: mark,
    },
    close: closeGroup,
  },
  vrrp_instance: { least: 1, read: unlessDefined('vrrp_instance'), block: INSTANCE },
  static_ipaddress: WORDS,
  static_routes: WORDS,
  static_rules: WORDS,
  interface_up_down_delays: WORDS,
  linkbeat_interfaces: WORDS,
  track_group: { least: 1, block: { group: WORDS } },
  garp_group: {
    block: {
      garp_interval: seconds('garp_interval', 0, LONGEST_SECONDS),
      gna_interval: seconds('gna_interval', 0, LONGEST_SECONDS),
      interface: word,
      interfaces: WORDS,
    },
  },
}
