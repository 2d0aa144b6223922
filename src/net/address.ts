// MAC addresses, and who has which IP address. Every host of a simulation has a locally
// administered MAC address 02:00:xx:xx:xx:xx, of which packets carry the low 32 bits: the number of
// the host's port.

import { addressAt, isBooked, type Address } from '../wire/address.ts'

export type Mac = number

/** "02:00:00:00:00:07" of the low 32 bits. */
export function formatMac(mac: Mac): string {
  const digits = (mac >>> 0).toString(16).padStart(8, '0')
  const bytes = [0, 2, 4, 6].map((at) => digits.slice(at, at + 2))
  return `02:00:${bytes.join(':')}`
}

/** Who owns an address: consecutive addresses dealt in turn to consecutive ports. */
interface AddressRange {
  first: number
  size: number
  mac: Mac
  ports: number
}

/**
 * The neighbour table of a network: which port an address is found at (what ARP would have learnt).
 */
export class Neighbours {
  private readonly ranges: AddressRange[] = []
  /** IPv6, whose numbers do not follow one another. */
  private readonly booked = new Map<Address, Mac>()

  /** `size` addresses from `first` on belong in turn to `ports` ports from `mac` on. */
  add(first: Address, size: number, mac: Mac, ports: number): void {
    if (isBooked(first)) {
      for (let index = 0; index < size; index++) {
        this.booked.set(addressAt(first | 0, index), mac + (index % ports))
      }
      return
    }
    this.ranges.push({ first: first >>> 0, size, mac, ports })
  }

  /** Port of the address, or -1. */
  macOf(address: Address): Mac {
    if (isBooked(address)) return this.booked.get(address) ?? -1
    for (const range of this.ranges) {
      const offset = (address - range.first) >>> 0
      if (offset < range.size) return range.mac + portOf(offset, range)
    }
    return -1
  }
}

/** Consecutive addresses are dealt in turn; with a port for each there is nothing to divide. */
function portOf(offset: number, { size, ports }: AddressRange): number {
  if (ports === 1) return 0
  return ports === size ? offset : offset % ports
}
