// Firewall marks (nft's `meta mark set` in a prerouting chain): which packets get which mark, by
// destination network, protocol and port.
import type { Address } from '../wire/address.ts'
import { isIpv6, networkOf } from '../wire/address.ts'
import type { PacketHeader } from '../ipvs/headers.ts'
import { maskOfPrefix } from '../wire/prefix.ts'

export interface MarkRule {
  /** 0 as network and prefix: any. */
  source: Network | null
  destination: Network | null
  /** 0: any. */
  protocol: number
  /** Empty: any. */
  ports: number[]
  mark: number
  family: 4 | 6
}

export interface Network {
  address: Address
  prefix: number
}

export class Marks {
  readonly rules: MarkRule[] = []

  /** The mark of a packet that comes in: the last rule that fits it has set it. */
  markOf(packet: Pick<PacketHeader, 'src' | 'dst' | 'protocol' | 'dstPort'>): number {
    const family = isIpv6(packet.dst) ? 6 : 4
    let mark = 0
    for (const rule of this.rules) {
      if (rule.family !== family || !contains(rule.source, packet.src)) continue
      if (!contains(rule.destination, packet.dst)) continue
      if (rule.protocol !== 0 && rule.protocol !== packet.protocol) continue
      if (rule.ports.length > 0 && !rule.ports.includes(packet.dstPort)) continue
      mark = rule.mark
    }
    return mark
  }
}

function contains(network: Network | null, address: Address): boolean {
  if (network === null) return true
  return networkOf(address, maskOfPrefix(address, network.prefix)) === network.address
}
