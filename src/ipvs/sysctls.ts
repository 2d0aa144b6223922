// The variables of net.ipv4.vs (spec 9a): their defaults, and what may be written into them.
import { IpvsError } from './service.ts'

export interface Sysctls {
  amemthresh: number
  am_droprate: number
  drop_entry: number
  drop_packet: number
  conntrack: number
  secure_tcp: number
  snat_reroute: number
  sync_version: number
  sync_ports: number
  sync_persist_mode: number
  sync_qlen_max: number
  sync_sock_size: number
  cache_bypass: number
  expire_nodest_conn: number
  sloppy_tcp: number
  sloppy_sctp: number
  expire_quiescent_template: number
  sync_threshold: [number, number]
  sync_refresh_period: number
  sync_retries: number
  nat_icmp_send: number
  pmtu_disc: number
  backup_only: number
  conn_reuse_mode: number
  schedule_icmp: number
  ignore_tunneled: number
  run_estimation: number
  lblc_expiration: number
  lblcr_expiration: number
}

/** `sync_qlen_max` comes from the machine's memory: this is what 4 GiB give. */
export function defaultSysctls(): Sysctls {
  return {
    am_droprate: 10,
    amemthresh: 1024,
    backup_only: 0,
    cache_bypass: 0,
    conn_reuse_mode: 1,
    conntrack: 0,
    drop_entry: 0,
    drop_packet: 0,
    expire_nodest_conn: 0,
    expire_quiescent_template: 0,
    ignore_tunneled: 0,
    lblc_expiration: 86_400,
    lblcr_expiration: 86_400,
    nat_icmp_send: 0,
    pmtu_disc: 1,
    run_estimation: 1,
    schedule_icmp: 0,
    secure_tcp: 0,
    sloppy_sctp: 0,
    sloppy_tcp: 0,
    snat_reroute: 1,
    sync_persist_mode: 0,
    sync_ports: 1,
    sync_qlen_max: 32_768,
    sync_refresh_period: 0,
    sync_retries: 0,
    sync_sock_size: 0,
    sync_threshold: [3, 50],
    sync_version: 1,
  }
}

const RANGES: Partial<Record<keyof Sysctls, [number, number]>> = {
  drop_entry: [0, 3],
  drop_packet: [0, 3],
  secure_tcp: [0, 3],
  sync_version: [0, 1],
  sync_retries: [0, 3],
}
const LARGEST_INTEGER = 0x7fffffff

/** The text that reading the variable gives. */
export function readSysctl(sysctls: Sysctls, name: string): string {
  const value = sysctls[nameOf(sysctls, name)]
  return typeof value === 'number' ? `${value}` : value.join('\t')
}

/** Writes a value as text, as one would into the file below /proc/sys. */
export function writeSysctl(sysctls: Sysctls, name: string, text: string): void {
  const key = nameOf(sysctls, name)
  const values = text.trim().split(/\s+/).map(integerOf)
  const [low, high] = RANGES[key] ?? [-LARGEST_INTEGER - 1, LARGEST_INTEGER]
  if (values.some((value) => !Number.isInteger(value) || value < low || value > high)) {
    throw new IpvsError('EINVAL', `${name}: expected a number from ${low} to ${high}, got ${text}`)
  }
  if (key === 'sync_threshold') {
    const [threshold = -1, period = -1] = values
    if (threshold < 0 || period < 0 || (period !== 0 && threshold >= period)) {
      throw new IpvsError('EINVAL', `${name}: expected a threshold below its period, got ${text}`)
    }
    sysctls.sync_threshold = [threshold, period]
  } else {
    const [value = 0] = values
    if (key === 'sync_ports' && (value < 1 || (value & (value - 1)) !== 0)) {
      throw new IpvsError('EINVAL', `${name}: expected a power of two, got ${text}`)
    }
    sysctls[key] = value
  }
}

/** As the kernel reads it: decimal, 0x hexadecimal, 0 octal; NaN for anything else. */
function integerOf(text: string): number {
  const [, sign = '', digits = ''] = /^(-?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.exec(text) ?? []
  if (digits === '') return NaN
  const isOctal = digits.length > 1 && /^0\d/.test(digits)
  const value = isOctal ? Number.parseInt(digits, 8) : Number(digits)
  return sign === '-' ? -value : value
}

function nameOf(sysctls: Sysctls, name: string): keyof Sysctls {
  if (Object.hasOwn(sysctls, name)) return name as keyof Sysctls
  throw new IpvsError('ENOENT', `no variable net.ipv4.vs.${name}`)
}
