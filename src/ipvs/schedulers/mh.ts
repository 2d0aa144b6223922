// Maglev hashing (spec 2.12; Eisenbud et al., NSDI 2016): every server has its own order of the
// table's slots, and they take turns, in proportion to weight, in claiming the next free one. The
// table is built from the last weight that was not 0, so draining a server moves nobody else's
// clients.
import { foldFor } from '../../wire/address.ts'
import { assert } from '../../assert.ts'
import { isUsable, type Destination, type Scheduler, type Service } from '../service.ts'
import { commonDivisor } from './divisor.ts'
import { sipHash13 } from './hash.ts'
import { clientKey } from './sh.ts'

/** A prime; the largest that the usual configuration (index 12) allows. */
const SLOTS = 4093
/** Turns are cut to this many bits. */
const TURN_BITS = 6
const OFFSET_KEY = 2654435761
const SKIP_KEY = 2654446892

type Slots = (Destination | null)[]

/** A destination while the table is built: where it claims next, and how far it then goes. */
interface Claimant {
  destination: Destination
  slot: number
  skip: number
  turns: number
}

export function mh(service: Service): Scheduler {
  let slots: Slots = build(service) ?? []
  const rebuild = (): void => {
    slots = build(service) ?? slots
  }
  return {
    schedule(flow) {
      const key = clientKey(flow, service.hashPort)
      const hash = slotOf(key)
      const destination = slots[hash] ?? null
      if (destination === null || isUsable(destination)) return destination
      if (!service.fallback) return null
      // The offset goes into the hash: the search jumps about instead of walking on.
      for (let offset = 0; offset < SLOTS; offset++) {
        const candidate = slots[slotOf(key + ((offset + hash) % SLOTS))] ?? null
        if (candidate === null || isUsable(candidate)) return candidate
      }
      return null
    },
    destinationAdded: rebuild,
    destinationRemoved: rebuild,
    destinationUpdated: rebuild,
  }
}

function slotOf(key: number): number {
  return sipHash13(key | 0, OFFSET_KEY) % SLOTS
}

/**
 * Null when there are more destinations than slots: the kernel then keeps the table that it has.
 */
function build({ destinations, family }: Service): Slots | null {
  if (destinations.length > SLOTS) return null
  const slots = Array<Destination | null>(SLOTS).fill(null)
  const claimants = claimantsOf(destinations, family)
  if (claimants.length === 0) return slots
  for (let filled = 0; ;) {
    for (const claimant of claimants) {
      for (let turn = 0; turn < claimant.turns; turn++) {
        claim(slots, claimant)
        if (++filled === SLOTS) return slots
      }
    }
  }
}

function claim(slots: Slots, claimant: Claimant): void {
  // The table size is prime, so any skip reaches every slot; one is free as long as it is called.
  while (slots[claimant.slot] !== null) claimant.slot = (claimant.slot + claimant.skip) % SLOTS
  slots[claimant.slot] = claimant.destination
}

function claimantsOf(destinations: readonly Destination[], family: 4 | 6): Claimant[] {
  const weights = destinations.map((destination) => destination.lastWeight)
  const divisor = commonDivisor(weights)
  if (divisor === 0) return []
  const shift = Math.max(0, bitLength(Math.max(...weights) / divisor) - TURN_BITS)
  return destinations
    .filter((destination) => destination.lastWeight > 0)
    .map((destination) => {
      const key = (destination.port + foldFor(family, destination.address)) | 0
      return {
        destination,
        slot: sipHash13(key, OFFSET_KEY) % SLOTS,
        skip: (sipHash13(key, SKIP_KEY) % (SLOTS - 1)) + 1,
        turns: Math.max(1, (destination.lastWeight / divisor) >>> shift),
      }
    })
}

function bitLength(value: number): number {
  assert(value >= 0, 'a weight is negative')
  return 32 - Math.clz32(value)
}
