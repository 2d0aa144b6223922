// IPv4 and MAC addresses as numbers. An IPv4 address is a signed 32-bit integer in packets (V8
// keeps it unboxed), unsigned in scenarios. Every host of a simulation has a locally administered
// MAC address 02:00:xx:xx:xx:xx, of which packets carry the low 32 bits: the number of the host's
// port.

export type Ipv4 = number
export type Mac = number

/** "10.0.0.1" of a signed or unsigned 32-bit address. */
export function formatIpv4(address: Ipv4): string {
  const a = address >>> 0
  return `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}`
}

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

  /** `size` addresses from `first` on belong in turn to `ports` ports from `mac` on. */
  add(first: Ipv4, size: number, mac: Mac, ports: number): void {
    this.ranges.push({ first: first >>> 0, size, mac, ports })
  }

  /** Port of the address, or -1. */
  macOf(address: Ipv4): Mac {
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
