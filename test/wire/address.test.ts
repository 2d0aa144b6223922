import { describe, expect, test } from 'vitest'
import fc from '../support/properties.ts'
import {
  fold,
  ipv4,
  ipv6,
  isIpv6,
  isLinkLocal,
  isLoopback,
  isMulticast,
  networkOf,
  nextAddress,
  readAddress,
  sizeOfAddress,
  writeAddress,
} from '../../src/wire/address.ts'
import {
  formatAddress,
  formatEndpoint,
  parseAddress,
  parseEndpoint,
} from '../../src/wire/address-text.ts'

describe('text', () => {
  // inet_ntop's output for each
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['240.0.0.1', '240.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1::5', '2001:db8:0:1::5'],
    ['::', '::'],
    ['::1', '::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['FE80::A', 'fe80::a'],
  ])('%s', (text, written) => {
    expect(formatAddress(parseAddress(text)!)).toBe(written)
  })

  test.each([
    ['', '10', '10.0.0', '10.0.0.256', '10.0.0.01', '1.2.3.4.5', ' 10.0.0.1'],
    [':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::12345', '::g', '1.2.3.4::'],
  ])('is refused: %s ...', (...texts) => {
    for (const text of texts) expect(parseAddress(text), text).toBeNull()
  })

  test('endpoints', () => {
    expect(parseEndpoint('[2001:db8::1]:80')).toEqual({
      address: parseAddress('2001:db8::1'),
      port: 80,
    })
    expect(parseEndpoint('10.0.0.1')).toEqual({ address: parseAddress('10.0.0.1'), port: 0 })
    expect(parseEndpoint('2001:db8::1')).toEqual({ address: parseAddress('2001:db8::1'), port: 0 })
    expect(parseEndpoint('10.0.0.1:65536')).toBeNull()
    expect(formatEndpoint(parseAddress('::1')!, 80)).toBe('[::1]:80')
  })
})

test('equal addresses have equal numbers, and families never meet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(0xffffffff), (bytes, v) => {
      const six = readAddress(bytes, 0, 16)
      const again = new Uint8Array(16)
      writeAddress(six, again, 0)
      expect(again).toEqual(bytes)
      expect(readAddress(again, 0, 16)).toBe(six)
      expect(parseAddress(formatAddress(six))).toBe(six)
      const four = ipv4(v)
      expect(four).not.toBe(six)
      expect([isIpv6(six), isIpv6(four)]).toEqual([true, false])
      expect([sizeOfAddress(six), sizeOfAddress(four)]).toEqual([16, 4])
      expect(fold(four)).toBe(v)
      expect(parseAddress(formatAddress(four))).toBe(four)
    }),
  )
})

test('fold is the spec 2.0 vector', () => {
  expect(fold(parseAddress('2001:db8::1')!)).toBe(0x20010db9)
})

test('networks', () => {
  const network = (text: string, mask: number): string =>
    formatAddress(networkOf(parseAddress(text)!, mask))
  expect(network('10.1.2.3', 0xffffff00)).toBe('10.1.2.0')
  expect(network('250.1.2.3', 0xffff0000)).toBe('250.1.0.0')
  expect(network('2001:db8:1:2:3:4:5:6', 64)).toBe('2001:db8:1:2::')
  expect(network('2001:db8:1:2:ffff:4:5:6', 65)).toBe('2001:db8:1:2:8000::')
  expect(network('2001:db8::1', 128)).toBe('2001:db8::1')
  expect(formatAddress(nextAddress(parseAddress('2001:db8::ffff:ffff')!, 2))).toBe(
    '2001:db8::1:0:1',
  )
  expect(formatAddress(nextAddress(parseAddress('10.0.0.255')!, 1))).toBe('10.0.1.0')
})

test('kinds', () => {
  expect(isMulticast(parseAddress('224.0.0.81')!)).toBe(true)
  expect(isMulticast(parseAddress('ff02::1')!)).toBe(true)
  expect(isMulticast(parseAddress('240.0.0.1')!)).toBe(false)
  expect(isLoopback(parseAddress('127.8.0.1')!)).toBe(true)
  expect(isLoopback(ipv6(0, 0, 0, 1))).toBe(true)
  expect(isLinkLocal(parseAddress('fe80::1')!)).toBe(true)
})
