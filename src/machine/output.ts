// The last step of a packet: cut for the link, and handed to a neighbour whose MAC address may have
// to be asked for first.
import type { Address } from '../wire/address.ts'
import { fragmentIpv4 } from '../wire/fragments.ts'
import type { Datagram } from './datagram.ts'
import type { Frame } from './frame.ts'
import { RANDOM_ID } from './own-errors.ts'

const ASK_AGAIN_PS = 1_000_000_000_000
/** net.ipv4.neigh.*.mcast_solicit */
const QUESTIONS = 3

interface Unresolved {
  neighbour: Address
  device: number
  asked: number
  askAt: number
  waiting: { frame: Frame; packet: Datagram }[]
}

export class Neighbours {
  private readonly known = new Set<Address>()
  private unresolved: Unresolved[] = []
  private readonly put: (frame: Frame) => void

  constructor(put: (frame: Frame) => void) {
    this.put = put
  }

  add(neighbour: Address): void {
    this.known.add(neighbour)
  }

  /** False when there was none. */
  remove(neighbour: Address): boolean {
    return this.known.delete(neighbour)
  }

  /** Sends the frame, now or never: packets wait for a neighbour that does not answer. */
  send(frame: Frame, packet: Datagram, now: number): void {
    const { neighbour, device } = frame
    if (this.known.has(neighbour)) return this.put(frame)
    let asking = this.unresolved.find((each) => each.neighbour === neighbour)
    if (asking === undefined) {
      asking = { neighbour, device, asked: 0, askAt: now, waiting: [] }
      this.unresolved.push(asking)
      this.ask(asking)
    }
    asking.waiting.push({ frame, packet })
  }

  /** Asks again where it is time; gives the packets of those that never answered. */
  runUntil(now: number): Datagram[] {
    const failed: Datagram[] = []
    this.unresolved = this.unresolved.filter((each) => {
      while (each.askAt <= now) {
        if (each.asked === QUESTIONS) {
          failed.push(...each.waiting.map(({ packet }) => packet))
          return false
        }
        this.ask(each)
      }
      return true
    })
    return failed
  }

  private ask(unresolved: Unresolved): void {
    unresolved.asked++
    unresolved.askAt += ASK_AGAIN_PS
    const { device, neighbour } = unresolved
    this.put({
      device,
      neighbour: 0,
      bytes: new Uint8Array(0),
      arpTarget: neighbour,
      random: [],
      isUncertain: false,
    })
  }
}

/** The packet in pieces that the link takes, if it may be cut; none if it may not. */
export function cut(packet: Datagram, mtu: number): Pick<Frame, 'bytes' | 'random'>[] {
  const { bytes, random } = packet
  if (bytes.length <= mtu) return [{ bytes, random }]
  if (packet.isIpv6 || packet.dontFragment) return []
  const headerBytes = packet.transportAt
  let first = 0
  return fragmentIpv4(bytes, mtu).map((piece) => {
    const size = piece.length - headerBytes
    const ranges = inPiece(random, headerBytes, first, first + size)
    first += size
    return { bytes: piece, random: ranges }
  })
}

/** Random bytes as they lie in a piece that has the payload from `from` to `to`. */
function inPiece(
  random: [number, number][],
  headerBytes: number,
  from: number,
  to: number,
): [number, number][] {
  const inPayload = random
    .filter(([start]) => start >= headerBytes + from && start < headerBytes + to)
    .map(([start, end]): [number, number] => [start - from, end - from])
  const hasRandomId = random.some(([start]) => start === RANDOM_ID[0]![0])
  return hasRandomId ? [...RANDOM_ID, ...inPayload] : inPayload
}
