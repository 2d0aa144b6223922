// The authentication header of VRRP: its bytes, who is believed, and what that does to an election.
import { createHmac } from 'node:crypto'
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { isAuthentic } from '../../src/keepalived/vrrp-ah.ts'
import { buildAdvert, readAdvert } from '../../src/keepalived/vrrp-packets.ts'
import { ipv4 } from '../../src/wire/address.ts'
import { parseAddress } from '../../src/wire/address-text.ts'
import { toHex } from '../../src/wire/hex.ts'
import { VrrpWire } from '../support/vrrp-wire.ts'

const GROUP = ipv4(0xe0000012)
const [IP_BYTES, AH_BYTES] = [20, 24]

function packet(sequence = 7, password = 'secret'): Uint8Array {
  const addresses = [parseAddress('10.9.0.100')!]
  const source = parseAddress('10.9.0.1')!
  return buildAdvert(
    { version: 2, vrid: 51, priority: 150, interval: 1, addresses, password, sequence },
    { source, destination: GROUP, ttl: 255, id: 3 },
  )
}

describe('the packet', () => {
  const bytes = packet()
  const hex = toHex(bytes)

  test('is of protocol 51, with the advertisement of type 2 behind the header', () => {
    expect(bytes.length).toBe(IP_BYTES + AH_BYTES + 20)
    expect(bytes[9]).toBe(51)
    // Next header, length in words less 2, reserved, the sender's address, the number.
    expect(hex.slice(40, 64)).toBe(`70040000${'0a090001'}00000007`)
    // The vector of the specification (vrrp.md, 2.3) but for the kind of authentication, which
    // takes 0x0200 from the checksum.
    expect(hex.slice(88)).toBe(`2133960102013c5d0a090064${'00'.repeat(8)}`)
  })

  test('has the hash that RFC 2402 and RFC 2403 ask for', () => {
    const text = Uint8Array.from(bytes)
    for (const mutable of [1, 6, 7, 8, 10, 11]) text[mutable] = 0
    text.fill(0, IP_BYTES + 12, IP_BYTES + AH_BYTES)
    const digest = createHmac('md5', 'secret').update(text).digest('hex')
    expect(hex.slice(64, 88)).toBe(digest.slice(0, 24))
  })

  test('is read again', () => {
    const read = readAdvert(bytes)!
    expect(read).toMatchObject({ priority: 150, sequence: 7, password: null, isSound: true })
    expect(isAuthentic(read.header!, 'secret')).toBe(true)
    expect(isAuthentic(read.header!, 'Secret')).toBe(false)
  })

  test('is believed whatever routers change on the way, and nothing else', () => {
    const mutable = new Set([1, 6, 7, 8, 10, 11])
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = changed[at]! ^ (1 << bit)
        const header = readAdvert(changed)?.header
        const isBelieved = header !== undefined && isAuthentic(header, 'secret')
        expect(isBelieved).toBe(mutable.has(at))
      }),
    )
  })

  test('what is cut short is not sound, or no advertisement at all', () => {
    for (let length = 21; length < bytes.length; length++) {
      expect(readAdvert(bytes.subarray(0, length))?.isSound ?? false).toBe(false)
    }
  })
})

function conf(priority: number, authentication: string): string {
  return `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    ${authentication === '' ? '' : `authentication {\n${authentication}\n}`}
    virtual_ipaddress {
      10.0.0.100
    }
  }`
}

const ah = (password: string): string => `auth_type AH\nauth_pass ${password}`

function elected(a: string, b: string): VrrpWire {
  const wire = new VrrpWire({ a: conf(150, a), b: conf(100, b) })
  wire.start('a')
  wire.start('b')
  wire.run(10)
  return wire
}

describe('an election', () => {
  test('goes as without, and numbers count up', () => {
    const wire = elected(ah('secret'), ah('secret'))
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
    const adverts = wire.sent.filter(({ kind }) => kind === 'advert')
    const numbers = adverts.map(({ bytes }) => readAdvert(bytes)!.sequence)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  test.each([
    ['another password', ah('secret'), ah('other')],
    ['a password that is sent', ah('secret'), 'auth_type PASS\nauth_pass secret'],
    ['none at all', ah('secret'), ''],
  ])('%s: two masters', (_, a, b) => {
    const wire = elected(a, b)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'MASTER'])
  })

  test('an old advertisement said again does not keep a dead master alive', () => {
    const wire = elected(ah('secret'), ah('secret'))
    const old = wire.sent.findLast(({ kind }) => kind === 'advert')!
    wire.kill('a')
    for (let second = 11; second < 16; second++) {
      wire.run(second)
      wire.deliver('b', old.bytes)
    }
    const taken = wire.sent.find(({ from, kind }) => from === 'b' && kind === 'advert')!
    expect(taken.at).toBeCloseTo(old.at + 3 + 156 / 256, 5)
  })

  test('who starts again and counts from 1 is master again', () => {
    const wire = elected(ah('secret'), ah('secret'))
    wire.kill('a')
    wire.run(20)
    expect(wire.state('b')).toBe('MASTER')
    wire.start('a')
    wire.run(30)
    expect([wire.state('a'), wire.state('b')]).toEqual(['MASTER', 'BACKUP'])
  })
})
