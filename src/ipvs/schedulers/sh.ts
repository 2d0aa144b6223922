// Source hashing (spec 2.11): the client's address decides, with its port if asked for. A server
// takes as many slots in a row as it weighs; one of weight 0 keeps a slot, and the clients there
// are refused or, with the fallback, find another server.
import { fold } from '../../wire/address.ts'
import { isUsable, type Destination, type Flow, type Scheduler, type Service } from '../service.ts'
import { h32 } from './hash.ts'

const SLOT_BITS = 8
const SLOTS = 256
const LAST_SLOT = SLOTS - 1

export function sh(service: Service): Scheduler {
  let slots = build(service)
  const rebuild = (): void => {
    slots = build(service)
  }
  return {
    schedule(flow) {
      const hash = h32(clientKey(flow, service.hashPort), SLOT_BITS)
      const destination = slots[hash]!
      if (destination === null || isUsable(destination)) return destination
      if (!service.fallback) return null
      // The walk begins at twice the hash: the kernel adds it as the offset and as the hash once
      // more.
      for (let offset = 0; offset < SLOTS; offset++) {
        const candidate = slots[(2 * hash + offset) & LAST_SLOT]!
        if (candidate === null || isUsable(candidate)) return candidate
      }
      return null
    },
    destinationAdded: rebuild,
    destinationRemoved: rebuild,
    destinationUpdated: rebuild,
  }
}

/** Address and port are added, so neighbours in one meet neighbours in the other. */
export function clientKey(flow: Flow, hashPort: boolean): number {
  return (fold(flow.src) + (hashPort ? flow.srcPort : 0)) >>> 0
}

function build({ destinations }: Service): (Destination | null)[] {
  const slots = Array<Destination | null>(SLOTS).fill(null)
  if (destinations.length === 0) return slots
  for (let filled = 0, place = 0; filled < SLOTS; place = (place + 1) % destinations.length) {
    const destination = destinations[place]!
    const end = Math.min(SLOTS, filled + Math.max(1, destination.weight))
    slots.fill(destination, filled, end)
    filled = end
  }
  return slots
}
