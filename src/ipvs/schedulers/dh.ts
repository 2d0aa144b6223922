// Destination hashing (spec 2.10): the destination address of the packet decides, so one virtual
// address has one server unless the service catches many addresses. Weights do not shape the table,
// edits do not rebuild it.
import { fold } from '../../wire/address.ts'
import { isUsable, type Destination, type Scheduler, type Service } from '../service.ts'
import { h32 } from './hash.ts'

const SLOT_BITS = 8
const SLOTS = 256

export function dh(service: Service): Scheduler {
  let slots = build(service)
  const rebuild = (): void => {
    slots = build(service)
  }
  return {
    schedule(flow) {
      const destination = slots[h32(fold(flow.dst), SLOT_BITS)]!
      return destination !== null && isUsable(destination) ? destination : null
    },
    destinationAdded: rebuild,
    destinationRemoved: rebuild,
  }
}

/** The list over and over. */
function build({ destinations }: Service): (Destination | null)[] {
  const { length } = destinations
  return Array.from({ length: SLOTS }, (_, slot) => destinations[slot % length] ?? null)
}
