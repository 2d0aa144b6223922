// The nft scripts of traces: a prerouting chain that marks packets by address, protocol and port.
// Anything else is refused with its line: half of a firewall would decide wrongly.
import { TCP, UDP } from '../ipvs/headers.ts'
import type { Marks, MarkRule, Network } from '../machine/marks.ts'
import { isIpv6 } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'
import { TraceError } from './problem.ts'

const PROTOCOLS: Record<string, number> = { tcp: TCP, udp: UDP, sctp: 132 }

/** Runs `nft -f -` on a script. */
export function runNft(script: string, marks: Marks, place: string): void {
  let family: 4 | 6 = 4
  script.split('\n').forEach((line, index) => {
    const text = line.trim().replace(/;$/, '')
    const refuse = (): never => {
      throw new TraceError(`${place} line ${index + 1}`, `not understood: ${text}`, {
        suggestion:
          'marks by address, protocol and port are: ip daddr N tcp dport P meta mark set M',
      })
    }
    if (text === '' || text === '}' || text.startsWith('#')) return
    const table = /^table (ip6?) \S+ \{$/.exec(text)
    if (table !== null) {
      family = table[1] === 'ip6' ? 6 : 4
      return
    }
    if (/^chain \S+ \{$/.test(text)) return
    if (/^type filter hook prerouting priority (mangle|-150)$/.test(text)) return
    marks.rules.push(readRule(text.split(/\s+/), family) ?? refuse())
  })
}

/** Null when a word is not understood. */
function readRule(words: string[], family: 4 | 6): MarkRule | null {
  const rule: MarkRule = {
    ...{ source: null, destination: null, protocol: 0, ports: [], mark: 0, family },
  }
  while (words.length > 0) {
    const word = words.shift()!
    if (word === 'ip' || word === 'ip6') {
      const end = words.shift()
      const network = readNetwork(words.shift() ?? '')
      if (network === null || isIpv6(network.address) !== (word === 'ip6')) return null
      if (end === 'daddr') rule.destination = network
      else if (end === 'saddr') rule.source = network
      else return null
    } else if (PROTOCOLS[word] !== undefined) {
      rule.protocol = PROTOCOLS[word]
      if (words.shift() !== 'dport') return null
      const ports = readPorts(words)
      if (ports === null) return null
      rule.ports = ports
    } else if (word === 'meta') {
      return readMark(words, rule)
    } else {
      return null
    }
  }
  return null
}

function readMark(words: string[], rule: MarkRule): MarkRule | null {
  if (words[0] === 'l4proto') {
    const protocol = PROTOCOLS[words[1] ?? '']
    if (protocol === undefined) return null
    return readMark(words.slice(3), { ...rule, protocol })
  }
  const [mark, set, value, ...rest] = words
  if (mark !== 'mark' || set !== 'set' || rest.length > 0) return null
  const number = Number(value)
  return Number.isInteger(number) && number >= 0 ? { ...rule, mark: number } : null
}

/** `80`, or `{ 80, 443 }`. */
function readPorts(words: string[]): number[] | null {
  const first = words.shift() ?? ''
  if (first !== '{') return isPort(first) ? [Number(first)] : null
  const ports: number[] = []
  for (let word = words.shift(); word !== '}'; word = words.shift()) {
    const text = (word ?? '').replace(/,$/, '')
    if (!isPort(text)) return null
    ports.push(Number(text))
  }
  return ports
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

/** `203.0.113.0/24` or one address. */
export function readNetwork(text: string): Network | null {
  const [first = '', bits] = text.split('/')
  const address = parseAddress(first)
  if (address === null) return null
  const most = isIpv6(address) ? 128 : 32
  const prefix = bits === undefined ? most : Number(bits)
  return Number.isInteger(prefix) && prefix >= 0 && prefix <= most ? { address, prefix } : null
}
