import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/wire/address-text.ts'
import { read16 } from '../../src/wire/bytes.ts'
import { internetChecksum } from '../../src/wire/checksum.ts'
import { fragmentIpv4 } from '../../src/wire/fragments.ts'
import { fromHex, toHex } from '../../src/wire/hex.ts'
import { DONT_FRAGMENT, headerLength, writeIpv4Header } from '../../src/wire/ipv4.ts'
import { Reassembler } from '../../src/wire/reassembly.ts'

interface Made {
  bytes: number
  options?: string
  flags?: number
  id?: number
  protocol?: number
}

/** A packet with `bytes` of payload 00 01 02 ... */
function made({ bytes, options = '', flags = 0, id = 7, protocol = 17 }: Made): Uint8Array {
  const headerBytes = 20 + options.length / 2
  const packet = new Uint8Array(headerBytes + bytes)
  for (let i = 0; i < bytes; i++) packet[headerBytes + i] = i
  packet.set(fromHex(options), 20)
  writeIpv4Header(packet, 0, {
    headerBytes,
    tos: 0,
    totalBytes: packet.length,
    id,
    flagsAndOffset: flags,
    ttl: 64,
    protocol,
    src: parseAddress('10.0.0.1')!,
    dst: parseAddress('10.0.0.2')!,
  })
  return packet
}

/** Length, and flags and offset in hexadecimal. */
function shape(packet: Uint8Array): string {
  return `${read16(packet, 2)} ${read16(packet, 6).toString(16)}`
}

describe('fragments', () => {
  const cases: [string, Made, number, string[]][] = [
    ['it fits', { bytes: 80 }, 100, ['100 0']],
    ['it fits and may not be cut', { bytes: 80, flags: DONT_FRAGMENT }, 100, ['100 4000']],
    ['one byte too many', { bytes: 81 }, 100, ['100 2000', '21 a']],
    ['units of eight bytes', { bytes: 170 }, 107, ['100 2000', '100 200a', '30 14']],
    ['the last takes all the room', { bytes: 87 + 80 }, 107, ['100 2000', '107 a']],
    ['as the kernel cuts it', { bytes: 1381 - 20 + 20 }, 1400, ['1396 2000', '25 ac']],
    ['options in each', { bytes: 100, options: '01010101' }, 100, ['96 2000', '52 9']],
    ['a fragment, not the last', { bytes: 160, flags: 0x200a }, 100, ['100 200a', '100 2014']],
    ['a fragment, the last', { bytes: 160, flags: 0x000a }, 100, ['100 200a', '100 14']],
  ]
  test.each(cases)('%s', (_name, packet, mtu, shapes) => {
    const pieces = fragmentIpv4(made(packet), mtu)
    expect(pieces.map(shape)).toEqual(shapes)
    for (const piece of pieces) {
      expect(piece.length).toBe(read16(piece, 2))
      expect(internetChecksum(piece, 0, headerLength(piece, 0))).toBe(0)
    }
  })

  test('later pieces keep the copied options alone', () => {
    // Record route (not copied), no operation, router alert (copied), end.
    const options = '0707040a0000010194040000' + '00000000'
    const pieces = fragmentIpv4(made({ bytes: 40, options }), 52)
    expect(pieces.map((piece) => toHex(piece.subarray(20, 36)))).toEqual([
      options,
      ...Array<string>(2).fill('0101010101010101' + '94040000' + '00000000'),
    ])
  })

  test('options that make no sense are left', () => {
    const pieces = fragmentIpv4(made({ bytes: 40, options: '44ff0000' }), 48)
    expect(toHex(pieces[1]!.subarray(20, 24))).toBe('44ff0000')
  })

  test('a link too small for eight bytes', () => {
    expect(() => fragmentIpv4(made({ bytes: 40 }), 27)).toThrow('no fragments of 27 bytes')
  })
})

/** What comes of the pieces: of the last that completed a packet. */
function assemble(pieces: Uint8Array[], reassembler = new Reassembler(30)): string | null {
  let whole: string | null = null
  for (const piece of pieces) {
    const result = reassembler.add(piece, 0)
    if (result !== null) whole = toHex(result.packet)
  }
  return whole
}

describe('reassembly', () => {
  const packet = made({ bytes: 100 })
  const [first, second, third] = fragmentIpv4(packet, 60) as [Uint8Array, Uint8Array, Uint8Array]
  const overlap = made({ bytes: 16, flags: 0x2004 })
  const longEnd = made({ bytes: 80, flags: 0x000a })
  const behindEnd = made({ bytes: 8, flags: 0x2014 })
  const inSecond = made({ bytes: 16, flags: 0x2006 })
  const firstTwo = made({ bytes: 80, flags: 0x2000 })

  test('gives back what was cut, in any order and with repetitions', () => {
    const sizes = fc.integer({ min: 1, max: 3000 })
    const property = fc.property(sizes, sizes, fc.infiniteStream(fc.nat()), (bytes, room, keys) => {
      const whole = made({ bytes })
      const pieces = fragmentIpv4(whole, 28 + room).filter((piece) => piece !== whole)
      const order = [...pieces, ...pieces.slice(0, -1)]
        .map((piece): [number, Uint8Array] => [keys.next().value!, piece])
        .sort(([a], [b]) => a - b)
        .map(([, piece]) => piece)
      // Repetitions of a finished packet begin another, which stays incomplete.
      expect(assemble(order)).toBe(pieces.length === 0 ? null : toHex(whole))
    })
    fc.assert(property)
  })

  const cases: [string, Uint8Array[], string | null][] = [
    ['a hole', [first, third], null],
    ['no beginning', [second, third], null],
    ['no end', [first, second], null],
    ['the last one first', [third, first, second], toHex(packet)],
    ['one twice', [first, first, second, third], toHex(packet)],
    ['a part of one again', [first, second, inSecond, third], toHex(packet)],
    ['two in one again', [first, second, firstTwo, third], toHex(packet)],
    ['overlapping ones end it', [first, overlap, second, third], null],
    [
      'but a whole set after that is another',
      [first, overlap, first, second, third],
      toHex(packet),
    ],
    ['another end is no part of it', [third, longEnd, first, second], toHex(packet)],
    ['nor is what lies behind the end', [third, behindEnd, first, second], toHex(packet)],
    [
      'an end before what came is no part of it',
      [first, second, made({ bytes: 8, flags: 2 })],
      null,
    ],
  ]
  test.each(cases)('%s', (_name, pieces, whole) => {
    expect(assemble(pieces)).toBe(whole)
  })

  test('packets with another identification or protocol are apart', () => {
    const others = [made({ bytes: 100, id: 8 }), made({ bytes: 100, protocol: 6 })]
    const reassembler = new Reassembler(30)
    for (const other of others) {
      expect(assemble(fragmentIpv4(other, 60).slice(0, 2), reassembler)).toBeNull()
    }
    expect(assemble([third, second], reassembler)).toBeNull()
    expect(assemble([first], reassembler)).toBe(toHex(packet))
  })

  test('the header is the first piece’s, options and all', () => {
    const whole = made({ bytes: 100, options: '0707040a00000101' })
    expect(assemble(fragmentIpv4(whole, 60).reverse())).toBe(toHex(whole))
  })

  test('the largest piece is remembered, and whether it may be cut', () => {
    const reassembler = new Reassembler(30)
    reassembler.add(third, 0)
    reassembler.add(second, 0)
    expect(reassembler.add(first, 0)?.largestBytes).toBe(60)
    const uncuttable = [first, second, third].map((piece) => {
      const marked = piece.slice()
      marked[6] = marked[6]! | 0x40
      return marked
    })
    expect(assemble(uncuttable)).toBe(toHex(made({ bytes: 100, flags: DONT_FRAGMENT })))
    expect(assemble([first, second, uncuttable[2]!])).toBe(toHex(packet))
  })

  test('after its lifetime a packet is forgotten', () => {
    const reassembler = new Reassembler(30)
    reassembler.add(first, 0)
    reassembler.add(second, 29)
    expect(reassembler.add(third, 30)).toBeNull()
    reassembler.add(first, 31)
    expect(reassembler.add(second, 32)?.packet.length).toBe(120)
  })

  test('longer than a packet can be', () => {
    const end = made({ bytes: 48, flags: 0x1ffc })
    const pieces = fragmentIpv4(made({ bytes: 65_504 }), 1500)
    const last = pieces.at(-1)!
    last[6] = last[6]! | 0x20
    expect(assemble([...pieces, end])).toBeNull()
  })
})
