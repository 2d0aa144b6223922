// MAC addresses, and who has which IP address. Every host of a simulation has a locally
// administered MAC address 02:00:xx:xx:xx:xx, of which packets carry the low 32 bits: the number of
// the host's port. ARP (RFC 826) has happened before the run: what a host has learnt is here.
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

/** Which MAC address packets for an IP address go to. */
export class AddressTable {
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
    const { ranges } = this
    for (let index = 0; index < ranges.length; index++) {
      const range = ranges[index]!
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

/** What one host has learnt about one address; gratuitous ARP changes it. */
export interface Learnt {
  mac: Mac
}

/** Chooses one of so many: a number from 0 to n - 1. */
export type Choice = (n: number) => number

/** A host that has asked, by its MAC address, and what it has learnt. */
interface Asker {
  mac: Mac
  learnt: Learnt
}

/** The neighbour table of a network: which port an address is found at. */
export class Neighbours extends AddressTable {
  private readonly answering = new Map<Address, Mac[]>()
  private readonly asked = new Map<Address, Asker[]>()

  /** The host will answer when somebody asks for that address; its owner is named first. */
  answer(address: Address, mac: Mac): void {
    const macs = this.answering.get(address) ?? []
    this.answering.set(address, [...macs, mac])
  }

  /** The address will be somewhere on this network; it need not be now. */
  expect(address: Address): void {
    this.answering.set(address, this.answering.get(address) ?? [])
  }

  /**
   * A host asks for an address. Where several answer, the one whose answer counts is chosen: all
   * hosts are equally fast, so each is as likely. Null when nobody ever answers.
   */
  ask(address: Address, choose: Choice, asker: Mac = -1): Learnt | null {
    const macs = this.answering.get(address)
    if (macs === undefined) return null
    const learnt = { mac: macs[macs.length < 2 ? 0 : choose(macs.length)] ?? -1 }
    this.asked.set(address, [...(this.asked.get(address) ?? []), { mac: asker, learnt }])
    return learnt
  }

  /** How many hosts answer for the address, and what those that asked have learnt. */
  outcome(address: Address): { answering: number; learnt: readonly Learnt[] } {
    const answering = this.answering.get(address)?.length ?? 0
    return { answering, learnt: (this.asked.get(address) ?? []).map(({ learnt }) => learnt) }
  }

  /**
   * A host hears a gratuitous ARP (RFC 5227, 3): the address belongs to that MAC address from now
   * on, if the host has ever asked for it. True when that is news.
   */
  hear(address: Address, mac: Mac, listener: Mac): boolean {
    const heard = (this.asked.get(address) ?? []).filter((asker) => asker.mac === listener)
    const isNews = heard.some(({ learnt }) => learnt.mac !== mac)
    for (const { learnt } of heard) learnt.mac = mac
    return isNews
  }

  /** All that have asked, and all that will, find the address at that MAC address. */
  takeOver(address: Address, mac: Mac): void {
    const [, ...others] = this.answering.get(address) ?? []
    this.answering.set(address, [mac, ...others.filter((other) => other !== mac)])
    for (const { learnt } of this.asked.get(address) ?? []) learnt.mac = mac
  }
}
