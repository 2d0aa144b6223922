// The configuration of the machine that stands in for the one whose keepalived.conf is given: the
// same file with state BACKUP and priority 100, and with the two addresses of unicast changed over.

export interface PeerConf {
  lines: string[]
  /** Of unicast: the machine's own address and its peer's. */
  addresses: [own: string, other: string] | null
}

const PEER_PRIORITY = 100

/** Null for a file without VRRP: nobody takes over. */
export function peerConf(given: readonly string[]): PeerConf | null {
  if (!given.some((line) => /^\s*vrrp_instance\b/.test(line))) return null
  const text = given
    .join('\n')
    .replace(/^(\s*state\s+)\w+/gm, '$1BACKUP')
    .replace(/^(\s*priority\s+)\d+/gm, `$1${PEER_PRIORITY}`)
  const own = /^\s*unicast_src_ip\s+(\S+)/m.exec(text)?.[1]
  const other = /^\s*unicast_peer\s*\{\s*([^\s}]+)/m.exec(text)?.[1]
  if (own === undefined || other === undefined) return { lines: text.split('\n'), addresses: null }
  const swapped = text.split(/(\s+|[{}])/).map((word) => {
    if (word === own) return other
    return word === other ? own : word
  })
  return { lines: swapped.join('').split('\n'), addresses: [own, other] }
}
