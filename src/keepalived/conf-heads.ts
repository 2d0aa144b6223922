// What a virtual_server and a real_server stand for in keepalived.conf: the words between keyword
// and brace (spec keepalived-conf.md, 4.2 and 4.3).
import { ipv4, isIpv6, type Address } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import { ConfStop } from './conf-complaints.ts'
import type { Place } from './conf-tree.ts'
import { LARGEST_UNSIGNED, looseNumber } from './conf-values.ts'

/** What a virtual server stands for. */
export interface VirtualHead {
  kind: 'address' | 'mark' | 'group'
  address: Address
  port: number
  mark: number
  group: string
  /** 0: whatever its first server or its group says. */
  family: 0 | 4 | 6
}

export interface ServerHead {
  address: Address
  /** Null: not said. */
  port: number | null
}

const WANTED = { group: 'name', fwmark: 'number' }
const EVERYONE: Address = ipv4(-1)
export const LARGEST_PORT = 65_535
export function familyOf(address: Address): 4 | 6 {
  return isIpv6(address) ? 6 : 4
}

export function readVirtualHead(words: string[], { complain }: Place): VirtualHead | undefined {
  const [first = '', second] = words
  const head: VirtualHead = {
    ...{ kind: 'address', address: 0, port: 0, mark: 0, group: '', family: 0 },
  }
  if (second === undefined && (first === 'group' || first === 'fwmark')) {
    complain(
      `virtual_server ${first}: its ${WANTED[first]} is missing, on which keepalived crashes`,
    )
    throw new ConfStop()
  }
  if (first === 'group') return { ...head, kind: 'group', group: second! }
  if (first === 'fwmark') {
    const value = looseNumber(second!, 0, LARGEST_UNSIGNED, complain)
    // What 2.2.7 makes of a mark that is 0: an address that nothing has (recorded).
    if (value === 0) return { ...head, address: EVERYONE, family: 4 }
    return value === undefined ? undefined : { ...head, kind: 'mark', mark: value }
  }
  const address = addressOf(first)
  const port = portOf(second, complain)
  if (address === null || port === undefined) {
    const which = second === undefined ? ` ${first}` : `/port ${first}/${second}`
    complain(`Invalid virtual server IP address${which} - skipping`)
    return undefined
  }
  return { ...head, address, port: port ?? 0, family: familyOf(address) }
}

export function readServerHead(words: string[], { complain }: Place): ServerHead | undefined {
  const [first = '', second] = words
  const address = addressOf(first)
  const port = portOf(second, complain)
  if (address !== null && port !== undefined) return { address, port }
  const text = second === undefined ? first : `${first}/${second}`
  complain(`Invalid real server ip address/port ${text} - skipping`)
  return undefined
}

/** A prefix length behind it is not looked at. */
export function addressOf(text: string): Address | null {
  return parseAddress(text.replace(/\/\d+$/, ''))
}

/** Null: not said, or 0, which is the same. */
function portOf(text: string | undefined, complain: Place['complain']): number | null | undefined {
  if (text === undefined || /^0+$/.test(text)) return null
  return looseNumber(text, 1, LARGEST_PORT, complain)
}
