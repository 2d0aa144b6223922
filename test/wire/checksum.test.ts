import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { ipv4, ipv6, writeAddress, type Address } from '../../src/wire/address.ts'
import { read16, read32, write16, write32 } from '../../src/wire/bytes.ts'
import {
  foldSum,
  internetChecksum,
  pseudoHeaderSum,
  sum16,
  updateChecksum,
  updateForAddress,
} from '../../src/wire/checksum.ts'
import { crc32c } from '../../src/wire/crc32c.ts'
import { fromHex, toHex } from '../../src/wire/hex.ts'

describe('the Internet checksum', () => {
  // RFC 1071, 3: the sum is 2ddf0, folded ddf2, its complement 220d.
  test('of the example of RFC 1071', () => {
    const bytes = fromHex('0001f203f4f5f6f7')
    expect(sum16(bytes, 0, 8)).toBe(0x2ddf0)
    expect(foldSum(0x2ddf0)).toBe(0xddf2)
    expect(internetChecksum(bytes, 0, 8)).toBe(0x220d)
  })

  test.each([
    ['nothing', '', 0xffff],
    ['zeros', '0000', 0xffff],
    ['an odd byte, the upper half of a word', '01', 0xfeff],
    ['two carries', 'ffff'.repeat(3) + '0001', 0xfffe],
    ['an IPv4 header and its checksum', '450000280001400040060570c63364c80a000064', 0],
  ])('of %s', (_name, hex, checksum) => {
    const bytes = fromHex(hex)
    expect(internetChecksum(bytes, 0, bytes.length)).toBe(checksum)
  })

  test('of a range with a sum brought along', () => {
    expect(internetChecksum(fromHex('99000199'), 1, 3, 0xffff)).toBe(0xfffe)
  })

  test('of the longest packet of the largest words', () => {
    const bytes = new Uint8Array(65_535).fill(0xff)
    expect(foldSum(sum16(bytes, 0, bytes.length, 2 * 65_535))).toBe(0xff00)
  })
})

describe('incremental updates', () => {
  // RFC 1624, 4: where the older equation gives ffff.
  test('the example of RFC 1624', () => {
    expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0)
  })

  test('equal the full computation', () => {
    const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 2, maxLength: 40 })
    const word = fc.integer({ min: 0, max: 0xffff })
    fc.assert(
      fc.property(words, fc.nat(), word, (all, which, changed) => {
        const bytes = new Uint8Array(2 * all.length)
        all.forEach((each, index) => write16(bytes, 2 * index, each))
        // A sum that is zero because all is zero has no difference to be found by.
        write16(bytes, 0, 0x4500)
        const at = 2 + 2 * (which % (all.length - 1))
        const old = read16(bytes, at)
        const before = internetChecksum(bytes, 0, bytes.length)
        write16(bytes, at, changed)
        const after = internetChecksum(bytes, 0, bytes.length)
        expect(updateChecksum(before, old, changed)).toBe(after)
      }),
    )
  })

  const word32 = fc.integer({ min: 0, max: 0xffffffff })
  const addresses4 = word32.map((value): [Address, number] => [ipv4(value), 4])
  const addresses6 = fc
    .tuple(word32, word32, word32, word32)
    .map((parts): [Address, number] => [ipv6(...parts), 16])
  test.each([
    ['IPv4', addresses4],
    ['IPv6', addresses6],
  ])('equal the full computation: an address of %s', (_name, addresses) => {
    fc.assert(
      fc.property(addresses, addresses, ([old, size], [changed]) => {
        const bytes = new Uint8Array(size + 2)
        bytes[0] = 1
        writeAddress(old, bytes, 2)
        const before = internetChecksum(bytes, 0, bytes.length)
        writeAddress(changed, bytes, 2)
        const after = internetChecksum(bytes, 0, bytes.length)
        expect(updateForAddress(before, old, changed)).toBe(after)
      }),
    )
  })

  test('a wrong checksum stays wrong by as much', () => {
    expect(updateChecksum(0x1234 ^ 0x5555, 80, 8080)).not.toBe(updateChecksum(0x1234, 80, 8080))
    expect(updateChecksum(updateChecksum(0x4321, 80, 8080), 8080, 80)).toBe(0x4321)
  })
})

describe('pseudo headers', () => {
  test('of IPv4: addresses, protocol, length', () => {
    const header = fromHex('450000280001400040060570c63364c80a000064')
    expect(pseudoHeaderSum(header, 0, 6, 20)).toBe(0xc633 + 0x64c8 + 0x0a00 + 0x0064 + 6 + 20)
  })

  test('of IPv6, behind other bytes', () => {
    const header = fromHex(`ff6000000000140640${'0001'.repeat(8)}${'0002'.repeat(8)}`)
    expect(pseudoHeaderSum(header, 1, 6, 20)).toBe(8 + 16 + 6 + 20)
  })
})

describe('CRC32c', () => {
  // The check value, and the tests of RFC 3720, B.4.
  test.each([
    ['123456789', toHex(new TextEncoder().encode('123456789')), 0xe3069283],
    ['nothing', '', 0],
    ['32 zeros', '00'.repeat(32), 0x8a9136aa],
    ['32 ones', 'ff'.repeat(32), 0x62a8ab43],
    ['0 to 31', toHex(Uint8Array.from({ length: 32 }, (_, byte) => byte)), 0x46dd794e],
  ])('of %s', (_name, hex, crc) => {
    const bytes = fromHex(`aa${hex}bb`)
    expect(crc32c(bytes, 1, bytes.length - 1)).toBe(crc)
  })
})

describe('bytes and text', () => {
  test('numbers are unsigned, the largest byte first', () => {
    const bytes = new Uint8Array(6)
    write16(bytes, 0, 0xfedc)
    write32(bytes, 2, 0x89abcdef)
    expect(toHex(bytes)).toBe('fedc89abcdef')
    expect(read16(bytes, 0)).toBe(0xfedc)
    expect(read32(bytes, 2)).toBe(0x89abcdef)
  })

  test('hexadecimal and back', () => {
    expect(toHex(fromHex('00ffAB10'))).toBe('00ffab10')
    for (const text of ['0', 'xx', '0x12', '12 34', '+1']) {
      expect(() => fromHex(text)).toThrow(`'${text}'`)
    }
  })
})
