// A director on bytes for tests: packets in from words or by hand, frames out as bytes, and the
// checks of RFC 1071 and RFC 9260 done the slow way, with nothing of src in them.
import { ControlPlane } from '../../src/ipvsadm/control-plane.ts'
import { runIpvsadm } from '../../src/ipvsadm/ipvsadm.ts'
import { Bench } from '../../src/replay/bench.ts'
import { describe, type PacketWords } from '../../src/replay/describe.ts'
import { buildAll, type PacketSpec } from '../../src/replay/packet-words.ts'
import { formatAddress } from '../../src/wire/address-text.ts'

export const VIP = '10.0.0.100'
export const CLIENT = '198.51.100.7'
export const V6_VIP = '2001:db8::100'
export const V6_CLIENT = '2001:db8:9::7'

export interface Left {
  /** 'client' or 'server' side. */
  side: string
  /** The neighbour that it is for. */
  to: string
  bytes: Uint8Array
}

export class ByteDirector {
  readonly bench: Bench
  private readonly plane: ControlPlane

  constructor({ mtu = 1500 }: { mtu?: number } = {}) {
    const servers = [2, 3, 4].flatMap((last) => [`10.0.1.${last}`, `2001:db8:0:1::${last}`])
    this.bench = new Bench({
      topology: {
        ...{ kind: 'director', vips: [VIP, V6_VIP], servers, mtu: { cl: 1500, sv: mtu } },
        ...{ ipv6: true, guePorts: [6080] },
      },
      ...{ number: 0, jiffies: 1000, tickPhaseMs: 0, estimateAt: 8 },
    })
    this.plane = new ControlPlane(this.bench.machine.ipvs, this.bench)
  }

  rules(...lines: string[]): this {
    for (const line of lines) {
      const { err, rc } = runIpvsadm(line.split(/\s+/), '', this.plane)
      if (rc !== 0) throw new Error(`${line}: ${err}`)
    }
    return this
  }

  /** One server behind a service of TCP, UDP and SCTP port 80. */
  serve(server: string, method: string, vip = VIP): this {
    const virtual = vip.includes(':') ? `[${vip}]` : vip
    for (const kind of ['-t', '-u', '--sctp-service']) {
      this.rules(
        `-A ${kind} ${virtual}:80 -s rr`,
        `-a ${kind} ${virtual}:80 -r ${server} ${method}`,
      )
    }
    return this
  }

  /** Lets time pass until so many ms since the beginning. */
  passTo(ms: number): void {
    this.bench.runUntil(this.bench.timeOf(ms))
  }

  send(...specs: (PacketSpec | Uint8Array)[]): Left[] {
    for (const spec of specs) {
      const packets = spec instanceof Uint8Array ? [spec] : buildAll(spec)
      for (const bytes of packets) this.bench.machine.receive(bytes, this.bench.now)
    }
    return this.bench.takeFrames().map(({ device, neighbour, bytes }) => ({
      side: device === 0 ? 'client' : 'server',
      to: formatAddress(neighbour),
      bytes,
    }))
  }

  /** The one frame that comes of it. */
  one(...specs: (PacketSpec | Uint8Array)[]): Left {
    const frames = this.send(...specs)
    if (frames.length !== 1) throw new Error(`${frames.length} frames`)
    return frames[0]!
  }
}

export function words(bytes: Uint8Array): PacketWords {
  return describe(bytes, [6080])
}

export function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!
}

/** The one's complement sum of 16-bit words (RFC 1071); 0xffff when a checksum in them is right. */
export function onesSum(...parts: (Uint8Array | number[])[]): number {
  let sum = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += part[i]! * 256 + (part[i + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum % 65_536) + Math.floor(sum / 65_536)
  return sum
}

/** All checksums of an IP packet of TCP, UDP, ICMP or SCTP are right. */
export function isWhole(bytes: Uint8Array): boolean {
  const isSix = bytes[0]! >> 4 === 6
  const headerBytes = isSix ? 40 : (bytes[0]! & 15) * 4
  if (!isSix && onesSum(bytes.subarray(0, headerBytes)) !== 0xffff) return false
  const body = bytes.subarray(headerBytes)
  const protocol = bytes[isSix ? 6 : 9]!
  if (protocol === 132) return crc(body) === littleEndian(body, 8)
  if (protocol === 1) return onesSum(body) === 0xffff
  const ends = isSix ? bytes.subarray(8, 40) : bytes.subarray(12, 20)
  return onesSum(ends, [0, protocol, body.length >> 8, body.length & 255], body) === 0xffff
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return bytes[at]! + bytes[at + 1]! * 256 + bytes[at + 2]! * 65_536 + bytes[at + 3]! * 16_777_216
}

/** CRC32c of an SCTP packet, bit by bit, with zeros in place of its own. */
function crc(body: Uint8Array): number {
  let rest = 0xffffffff
  body.forEach((byte, at) => {
    rest ^= at >= 8 && at < 12 ? 0 : byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1
  })
  return (rest ^ 0xffffffff) >>> 0
}

/** Places at which two packets of one length differ. */
export function changed(before: Uint8Array, after: Uint8Array): number[] {
  if (before.length !== after.length) throw new Error(`${before.length} and ${after.length} bytes`)
  return [...before.keys()].filter((at) => before[at] !== after[at])
}
