// Forwarding methods in keepalived.conf: `lb_kind TUN type gue port 6080 csum` (spec
// keepalived-conf.md, 4.2). A tunnel option that is refused leaves a plain IPIP tunnel.
import type { Place } from './conf-tree.ts'
import { strictNumber } from './conf-values.ts'

export interface Method {
  name: 'NAT' | 'DR' | 'TUN'
  tunnel: 'ipip' | 'gue' | 'gre'
  tunnelPort: number
  checksum: 'nocsum' | 'csum' | 'remcsum'
}

const LARGEST_PORT = 65_535

/** Reads the words after the keyword, which stands in a block of this name. */
export function readMethod(owner: string): (words: string[], place: Place) => Method | undefined {
  return ([name = '', ...options], { complain }) => {
    if (name !== 'NAT' && name !== 'DR' && name !== 'TUN') {
      complain(`PARSER : unknown [${name}] routing method for ${owner}.`)
      return undefined
    }
    const plain: Method = { name, tunnel: 'ipip', tunnelPort: 0, checksum: 'nocsum' }
    const refusal = readOptions(options, plain, owner, complain)
    if (refusal === null) return plain
    complain(refusal)
    return { name, tunnel: 'ipip', tunnelPort: 0, checksum: 'nocsum' }
  }
}

/** What is wrong with the options, if anything. */
function readOptions(
  options: string[],
  method: Method,
  owner: string,
  complain: Place['complain'],
): string | null {
  for (let at = 0; at < options.length; at++) {
    const option = options[at]!
    const value = options[at + 1] ?? ''
    if (option === 'type' && method.name === 'TUN') {
      if (value !== 'ipip' && value !== 'gue' && value !== 'gre') {
        return `Unknown tunnel type ${value} for ${owner}.`
      }
      method.tunnel = value
      at++
    } else if (option === 'port' && method.name === 'TUN') {
      const port = strictNumber(value, 1, LARGEST_PORT, complain)
      if (port === undefined) return `Invalid gue tunnel port ${value} for ${owner}.`
      method.tunnelPort = port
      at++
    } else if (option === 'nocsum' || option === 'csum' || option === 'remcsum') {
      method.checksum = option
    } else {
      return `Invalid tunnel option ${option} for ${owner}.`
    }
  }
  const needsPort = method.tunnel === 'gue'
  if (needsPort !== method.tunnelPort > 0) {
    return 'gue tunnels require port, otherwise cannot have port.'
  }
  if (method.tunnel === 'gre' && method.checksum === 'remcsum') {
    return 'gre tunnels do not support remote checksum option.'
  }
  return null
}
