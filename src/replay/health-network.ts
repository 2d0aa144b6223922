// The real servers of the health bench: hosts on the servers' side with stacks of their own, all on
// one device, of which the recorder opens and closes sockets and takes addresses away. What they
// answer to checkers is what Linux answers.
import { isIpv6, networkOf, type Address } from '../wire/address.ts'
import { parseAddress, parseEndpoint } from '../wire/address-text.ts'
import type { Told } from '../keepalived/checker-conversation.ts'
import type { Endpoint } from '../keepalived/checker-settings.ts'
import { TraceError } from './problem.ts'

export type ServerState = 'up' | 'down' | 'silent'

const STATES: ServerState[] = ['up', 'down', 'silent']
const NETWORK_MASK = 0xffffff00 | 0

/** What becomes of a connection that is asked for. */
export type Answer = 'connected' | 'refused' | 'silent'

export class HealthNetwork {
  /** Those that the device has, in the order of adding. */
  private addresses: Address[]
  private readonly listening = new Set<string>()

  constructor(servers: readonly string[]) {
    this.addresses = servers.map((text) => parseAddress(text)!)
  }

  change(on: string, state: string, place: string): void {
    const endpoint = parseEndpoint(on)
    const known = STATES.find((each) => each === state)
    if (endpoint === null) {
      throw new TraceError(`${place}.on`, `expected an address and port, got "${on}"`)
    }
    if (known === undefined) {
      throw new TraceError(`${place}.state`, `unknown state "${state}"`, {
        suggestion: `states are ${STATES.join(', ')}`,
      })
    }
    this.listening.delete(keyOf(endpoint))
    if (known === 'silent') return this.take(endpoint.address)
    if (!this.addresses.includes(endpoint.address)) this.addresses.push(endpoint.address)
    if (known === 'up') this.listening.add(keyOf(endpoint))
  }

  has(address: Address): boolean {
    return this.addresses.includes(address)
  }

  connect(to: Endpoint): Answer {
    if (!this.has(to.address)) return 'silent'
    return this.listening.has(keyOf(to)) ? 'connected' : 'refused'
  }

  /** Nobody listens to UDP there: who is there says so. */
  answerTo(what: 'datagram' | 'echo', address: Address): Told | null {
    if (!this.has(address)) return null
    return { told: what === 'echo' ? 'echoed' : 'refused' }
  }

  /** The first address of a network takes the others of that network with it. */
  private take(address: Address): void {
    const place = this.addresses.indexOf(address)
    if (place < 0) return
    const isFirst = this.addresses.findIndex((each) => isBeside(each, address)) === place
    this.addresses = this.addresses.filter((each, at) => {
      return at !== place && !(isFirst && isBeside(each, address))
    })
  }
}

function isBeside(one: Address, other: Address): boolean {
  if (isIpv6(one) || isIpv6(other)) return false
  return networkOf(one, NETWORK_MASK) === networkOf(other, NETWORK_MASK)
}

function keyOf({ address, port }: Endpoint): string {
  return `${address} ${port}`
}
