// global_defs and the other statements that keepalived's first process reads itself (spec
// keepalived-conf.md, 2): what they may say, and what 2.2.7 refuses.
import { parseAddress } from '../wire/address-text.ts'
import { isIpv6 } from '../wire/address.ts'
import type { ConfValue, Grammar, Keyword, Place } from './conf-tree.ts'
import {
  booleanOf,
  corrected,
  decimalNumber,
  ignored,
  LARGEST_UNSIGNED,
  looseNumber,
  mark,
  numbered,
  strictNumber,
  word,
  WORDS,
} from './conf-values.ts'

const LONGEST_TIMEOUT = 2_678_400
const LONGEST_SECONDS = 4294.967295

const seconds = (name: string): Keyword =>
  numbered(decimalNumber, 0.000001, LONGEST_SECONDS, (text) => `${name} '${text}' is invalid`)

const count = (name: string): Keyword =>
  corrected(
    numbered(looseNumber, 0, LARGEST_UNSIGNED, (text) => `Invalid ${name} '${text}'`),
    0,
  )

/** Sending nothing is not possible: at least once. */
const repeats = (name: string): Keyword => ({
  least: 1,
  read: ([text = ''], { complain }) => {
    const value = looseNumber(text, 0, LARGEST_UNSIGNED, complain)
    if (value !== undefined && value > 0) return value
    complain(`${name} must be greater than 0, setting to 1`)
    return 1
  },
})

/** A flag that may say no; 2.2.7 takes every other word for yes. */
export const lenient: Keyword = {
  read: ([text]) => (text === undefined ? true : (booleanOf(text) ?? true)),
}

function multicastGroup(name: string, family: 4 | 6): Keyword {
  return {
    least: 1,
    read: ([text = ''], { complain }) => {
      const address = parseAddress(text)
      if (address !== null && isIpv6(address) === (family === 6)) return address
      complain(`Can't parse ${name} [${text}]. Skipping`)
      return undefined
    },
  }
}

function version([text = '']: string[], { complain }: Place): number | undefined {
  const value = looseNumber(text, 2, 3, complain)
  if (value === undefined) complain('VRRP Error: Version must be either 2 or 3')
  return value
}

/** `tcp 900 tcpfin 120 udp 300`, in any order. */
function timeouts(words: string[], { complain }: Place): ConfValue | undefined {
  if (words.length === 0) {
    complain('lvs_timeouts requires at least one option')
    return undefined
  }
  const told: Record<string, number> = {}
  for (let at = 0; at < words.length; at++) {
    const name = words[at]!
    if (!['tcp', 'tcpfin', 'udp'].includes(name)) {
      complain(`Unknown option ${name} specified for lvs_timeouts`)
      continue
    }
    const text = words[++at]
    const value = text === undefined ? undefined : strictNumber(text, 0, LONGEST_TIMEOUT, complain)
    if (value === undefined) complain(`Invalid lvs_timeout ${name} (${text}) - ignoring`)
    else told[name] = value
  }
  return told
}

function syncDaemon(words: string[], { complain }: Place): ConfValue | undefined {
  if (words.length > 0) return words
  complain('lvs_sync_daemon requires interface')
  return undefined
}

const required = (complaint: string): Keyword => ({
  read: (words, { complain }) => {
    if (words.length > 0) return words[0]
    complain(complaint)
    return undefined
  },
})

const priority = (name: string): Keyword =>
  numbered(strictNumber, -20, 19, () => `Invalid ${name} process priority specified`)

const oneOf = (names: string[], complaint: (text: string) => string): Keyword => ({
  read: ([text], { complain }) => {
    if (text === undefined) return true
    if (names.includes(text)) return text
    complain(complaint(text))
    return undefined
  },
})

/** Settings that a cluster's behaviour depends on. */
const MODELLED: Grammar = {
  router_id: required('routerid name missing - ignoring'),
  vrrp_version: { least: 1, read: version },
  vrrp_garp_master_delay: count('vrrp_garp_master_delay'),
  vrrp_garp_master_repeat: repeats('vrrp_garp_master_repeat'),
  vrrp_garp_master_refresh: count('vrrp_garp_master_refresh'),
  vrrp_garp_master_refresh_repeat: repeats('vrrp_garp_master_refresh_repeat'),
  vrrp_garp_lower_prio_delay: count('vrrp_garp_lower_prio_delay'),
  vrrp_garp_lower_prio_repeat: count('vrrp_garp_lower_prio_repeat'),
  vrrp_garp_interval: seconds('vrrp_garp_interval'),
  vrrp_gna_interval: seconds('vrrp_gna_interval'),
  vrrp_min_garp: lenient,
  vrrp_lower_prio_no_advert: lenient,
  vrrp_higher_prio_send_advert: lenient,
  vrrp_down_timer_adverts: numbered(looseNumber, 1, 100, (text) => {
    return `Invalid vrrp_down_timer_adverts [1:100] '${text}'`
  }),
  vrrp_mcast_group4: multicastGroup('vrrp_mcast_group4', 4),
  vrrp_mcast_group6: multicastGroup('vrrp_mcast_group6', 6),
  vrrp_strict: lenient,
  vrrp_check_unicast_src: lenient,
  vrrp_skip_check_adv_addr: mark,
  vrrp_startup_delay: seconds('vrrp_startup_delay'),
  lvs_timeouts: { read: timeouts },
  lvs_sync_daemon: { read: syncDaemon },
  lvs_flush: mark,
  lvs_flush_on_stop: oneOf(['VS'], (text) => `Unknown lvs_flush_on_stop type ${text}`),
  lvs_flush_onstop: oneOf(['VS'], (text) => `Unknown lvs_flush_onstop type ${text}`),
  rs_init_notifies: mark,
  dynamic_interfaces: oneOf(['allow_if_changes'], (text) => {
    return `Unknown dynamic_interfaces option '${text}'`
  }),
  default_interface: word,
}

const CHECKED: Grammar = {
  vrrp_priority: priority('vrrp'),
  checker_priority: priority('checker'),
  bfd_priority: priority('bfd'),
  smtp_connect_timeout: corrected(
    numbered(looseNumber, 1, LARGEST_UNSIGNED, () => {
      return 'smtp_connect_timeout must be greater than 0, setting to 1'
    }),
    1,
  ),
  smtp_alert: oneOf(['on', 'true', 'yes', 'off', 'false', 'no'], (text) => {
    return `Invalid value '${text}' for global smtp_alert specified`
  }),
  notification_email: WORDS,
}

const IGNORED = [
  ...['notification_email_from', 'smtp_server', 'smtp_helo_name', 'smtp_alert_checker'],
  ...['smtp_alert_vrrp', 'no_email_faults', 'no_checker_emails', 'checker_log_all_failures'],
  ...['vrrp_no_swap', 'vrrp_rt_priority', 'vrrp_cpu_affinity', 'vrrp_rlimit_rttime'],
  ...['vrrp_rlimit_rtime', 'checker_no_swap', 'checker_rt_priority', 'checker_cpu_affinity'],
  ...['checker_rlimit_rttime', 'checker_rlimit_rtime', 'bfd_no_swap', 'bfd_rt_priority'],
  ...['bfd_cpu_affinity', 'bfd_rlimit_rttime', 'bfd_rlimit_rtime', 'vrrp_notify_fifo'],
  ...['vrrp_notify_fifo_script', 'notify_fifo', 'notify_fifo_script', 'lvs_notify_fifo'],
  ...['lvs_notify_fifo_script', 'vrrp_notify_priority_changes', 'vrrp_iptables', 'vrrp_ipsets'],
  ...['fifo_write_vrrp_states_on_reload', 'nftables', 'nftables_priority', 'nftables_ifindex'],
  ...['nftables_counters', 'nftables_ipvs', 'nftables_ipvs_priority'],
  ...['nftables_ipvs_start_fwmark', 'vrrp_rx_bufs_policy', 'vrrp_rx_bufs_multiplier'],
  ...['vrrp_netlink_cmd_rcv_bufs', 'vrrp_netlink_cmd_rcv_bufs_force'],
  ...['vrrp_netlink_monitor_rcv_bufs', 'vrrp_netlink_monitor_rcv_bufs_force'],
  ...['lvs_netlink_cmd_rcv_bufs', 'lvs_netlink_cmd_rcv_bufs_force'],
  ...['lvs_netlink_monitor_rcv_bufs', 'lvs_netlink_monitor_rcv_bufs_force'],
  ...['process_monitor_rcv_bufs', 'process_monitor_rcv_bufs_force', 'log_unknown_vrids'],
  ...['disable_local_igmp', 'vmac_prefix', 'vmac_addr_prefix', 'vrrp_garp_extra_if'],
  ...['vrrp_vmac_garp_intvl', 'max_auto_priority', 'min_auto_priority_delay', 'script_user'],
  ...['enable_script_security', 'startup_script', 'startup_script_timeout', 'shutdown_script'],
  ...['shutdown_script_timeout', 'enable_snmp_vrrp', 'enable_snmp_checker', 'enable_snmp_rfc'],
  ...['enable_snmp_rfcv2', 'enable_snmp_rfcv3', 'enable_snmp_keepalived', 'snmp_socket'],
  ...['enable_traps', 'enable_dbus', 'dbus_service_name', 'dbus_no_interface_name'],
  ...['process_names', 'parent_process_name', 'vrrp_process_name', 'checker_process_name'],
  ...['bfd_process_name', 'umask', 'random_seed', 'reload_check_config', 'reload_time_file'],
  ...['reload_repeat', 'reload_file', 'include_check', 'config_save_dir', 'state_dump_file'],
  ...['tmp_config_directory', 'data_use_instance', 'json_version', 'stats_dump_file'],
  ...['set_supplementary_groups', 'vrrp_owner_ignore_adverts', 'iproute_usr_dir'],
  ...['iproute_etc_dir', 'vrrp_delay_after_boot', 'use_symlink_paths'],
]

const GLOBAL_DEFS: Grammar = {
  ...Object.fromEntries(IGNORED.map((name) => [name, ignored])),
  ...CHECKED,
  ...MODELLED,
}

export const GLOBALS: Grammar = {
  global_defs: { block: GLOBAL_DEFS },
  net_namespace: word,
  net_namespace_ipvs: word,
  namespace_with_ipsets: mark,
  instance: word,
  use_pid_dir: mark,
  linkbeat_use_polling: mark,
  child_wait_time: numbered(strictNumber, 0, LARGEST_UNSIGNED, (text) => {
    return `Invalid child_wait_time ${text}`
  }),
}
