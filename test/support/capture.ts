// Captures of libpcap, made packet by packet, for tests of who reads them.
import { build, type PacketSpec } from '../../src/replay/packet-words.ts'

export interface CaptureOptions {
  littleEndian?: boolean
  nanoseconds?: boolean
  linkType?: number
  vlan?: boolean
  /** Bytes kept of each packet. */
  snapLength?: number
}

/** [seconds, fraction in ticks of the file, packet] one after the other. */
export function capture(
  packets: readonly [seconds: number, ticks: number, packet: PacketSpec][],
  { littleEndian = true, nanoseconds = false, linkType = 1, ...rest }: CaptureOptions = {},
): Uint8Array {
  const frames = packets.map(([, , spec]) => framed(build(spec), linkType, rest.vlan === true))
  const kept = frames.map((frame) => frame.subarray(0, rest.snapLength ?? frame.length))
  const total = 24 + kept.reduce((sum, frame) => sum + 16 + frame.length, 0)
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  const word = (at: number, value: number) => view.setUint32(at, value, littleEndian)
  word(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)
  view.setUint16(4, 2, littleEndian)
  view.setUint16(6, 4, littleEndian)
  word(16, 65_535)
  word(20, linkType)
  let at = 24
  kept.forEach((frame, index) => {
    const [seconds, ticks] = packets[index]!
    const fields = [seconds, ticks, frame.length, frames[index]!.length]
    fields.forEach((value, place) => word(at + 4 * place, value))
    bytes.set(frame, at + 16)
    at += 16 + frame.length
  })
  return bytes
}

function framed(ip: Uint8Array, linkType: number, isTagged: boolean): Uint8Array {
  const type = ip[0]! >> 4 === 6 ? [0x86, 0xdd] : [0x08, 0x00]
  const macs = Array<number>(12).fill(2)
  const tag = isTagged ? [0x81, 0x00, 0x00, 0x07] : []
  const cooked = Array<number>(14).fill(0)
  const headers: Record<number, number[]> = {
    1: [...macs, ...tag, ...type],
    101: [],
    113: [...cooked, ...type],
    276: [...type, ...Array<number>(18).fill(0)],
  }
  return Uint8Array.from([...(headers[linkType] ?? []), ...ip])
}
