// A tunnelled packet on bytes (spec 5.4): the outer header that a destination's tunnel asks for.
import { GRE, GUE, TUNNEL_CSUM, TUNNEL_REMCSUM } from '../ipvs/headers.ts'
import type { TunnelSettings } from '../ipvs/forward.ts'
import { readIp } from '../wire/ip.ts'
import { isIpv6 } from '../wire/address.ts'
import { encapsulate as wrap, type Encapsulation } from '../wire/tunnel.ts'
import { Datagram } from './datagram.ts'
import { RANDOM_ID } from './own-errors.ts'

/** The default of net.ipv4.ip_local_port_range; the port itself follows from a key of the boot. */
const ANY_SOURCE_PORT = 32_768

/** The packet in its tunnel; `honoursDf` copies the inner DF to the outer header. */
export function encapsulate(
  packet: Datagram,
  tunnel: TunnelSettings,
  honoursDf: boolean,
): Datagram {
  const encapsulation = encapsulationOf(tunnel)
  const dontFragment = honoursDf && !packet.isIpv6 && packet.dontFragment
  const outer = { src: packet.outerSrc, dst: packet.outerDst, dontFragment, id: 0 }
  const bytes = wrap(packet.bytes, outer, encapsulation)
  const wrapped = new Datagram(bytes, readIp(bytes)!)
  wrapped.isHandled = true
  wrapped.largestFragment = packet.largestFragment
  if (!isIpv6(packet.outerDst) && !dontFragment) wrapped.random = [...RANDOM_ID]
  if (encapsulation.kind === 'gue') {
    const at = wrapped.transportAt
    wrapped.random = [...wrapped.random, [at, at + 2]]
    if (encapsulation.checksum) wrapped.random.push([at + 6, at + 8])
  }
  return wrapped
}

function encapsulationOf({ tunnelType, tunnelPort, tunnelFlags }: TunnelSettings): Encapsulation {
  const checksum = (tunnelFlags & (TUNNEL_CSUM | TUNNEL_REMCSUM)) !== 0
  if (tunnelType === GRE) return { kind: 'gre', checksum: (tunnelFlags & TUNNEL_CSUM) !== 0 }
  if (tunnelType !== GUE) return { kind: 'ipip' }
  return { kind: 'gue', sourcePort: ANY_SOURCE_PORT, destinationPort: tunnelPort, checksum }
}
