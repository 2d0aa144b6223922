// Advertisements byte for byte: the vectors that two real keepalived 2.2.7 put on a wire (spec
// vrrp.md, 2.3), and whatever is built is read again.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { buildAdvert, readAdvert, type Advert } from '../../src/keepalived/vrrp-packets.ts'
import { ipv4, ipv6 } from '../../src/wire/address.ts'
import { parseAddress } from '../../src/wire/address-text.ts'
import { toHex } from '../../src/wire/hex.ts'

const GROUP = ipv4(0xe0000012)
const IP_HEADER_DIGITS = 40

function advert(over: Partial<Advert>, vips = ['10.9.0.100']): Advert {
  const addresses = vips.map((text) => parseAddress(text)!)
  return {
    ...{ version: 2, vrid: 51, priority: 100, interval: 1, password: null, addresses },
    ...over,
  }
}

function envelope(source: string): Parameters<typeof buildAdvert>[1] {
  return { source: parseAddress(source)!, destination: GROUP, ttl: 255, id: 1 }
}

const VECTORS: [string, Advert, string, string][] = [
  ['v2 150', advert({ priority: 150 }), '10.9.0.1', '2133960100013e5d0a0900640000000000000000'],
  ['v2 100', advert({}), '10.9.0.1', '213364010001705d0a0900640000000000000000'],
  ['v2 90', advert({ priority: 90 }), '10.9.0.1', '21335a0100017a5d0a0900640000000000000000'],
  ['v2 0', advert({ priority: 0 }), '10.9.0.1', '213300010001d45d0a0900640000000000000000'],
  ['v2 255', advert({ priority: 255 }), '10.9.0.1', '2133ff010001d55c0a0900640000000000000000'],
  [
    'v2, two addresses',
    advert({}, ['10.9.0.100', '10.9.0.101']),
    '10.9.0.1',
    '21336402000165ee0a0900640a0900650000000000000000',
  ],
  [
    'v2, a password',
    advert({ priority: 150, password: 'secret12' }),
    '10.9.0.1',
    '213396010101cfde0a0900647365637265743132',
  ],
  [
    'v3 150',
    advert({ version: 3, priority: 150, interval: 100 }),
    '10.9.0.1',
    '31339601006443610a090064',
  ],
  ['v3 0.5 s', advert({ version: 3, interval: 50 }), '10.9.0.2', '31336401003275920a090064'],
  [
    'v3 0.1 s',
    advert({ version: 3, priority: 150, interval: 10 }),
    '10.9.0.1',
    '31339601000a43bb0a090064',
  ],
  [
    'v3 0',
    advert({ version: 3, priority: 0, interval: 10 }),
    '10.9.0.1',
    '31330001000ad9bb0a090064',
  ],
  ['v3 100', advert({ version: 3, interval: 10 }), '10.9.0.2', '31336401000a75ba0a090064'],
]

describe('the vectors of the specification', () => {
  test.each(VECTORS)('%s', (_, told, source, hex) => {
    const packet = buildAdvert(told, envelope(source))
    expect(toHex(packet).slice(IP_HEADER_DIGITS)).toBe(hex)
    expect(readAdvert(packet)).toMatchObject({ ...told, isSound: true })
  })
})

const address4 = fc.integer().map((value) => ipv4(value))
const word = fc.integer()
const address6 = fc.tuple(word, word, word, word).map((words) => ipv6(...words))

describe('whatever is sent is understood', () => {
  const fields = {
    vrid: fc.integer({ min: 1, max: 255 }),
    priority: fc.integer({ min: 0, max: 255 }),
  }

  test('version 2', () => {
    const password = fc.option(fc.stringMatching(/^[a-z0-9]{1,8}$/), { nil: null })
    const addresses = fc.array(address4, { maxLength: 20 })
    const interval = fc.integer({ min: 1, max: 255 })
    const any = fc.record({ ...fields, password, addresses, interval })
    fc.assert(
      fc.property(any, address4, (told, source) => {
        const sent = { ...told, version: 2 as const }
        const packet = buildAdvert(sent, { source, destination: GROUP, ttl: 255, id: 7 })
        expect(readAdvert(packet)).toEqual({
          ...{ ...sent, source, destination: GROUP, ttl: 255, isSound: true },
        })
      }),
    )
  })

  test.each([
    ['IPv4', address4],
    ['IPv6', address6],
  ])('version 3 over %s; a bit that changes is noticed', (_, address) => {
    const addresses = fc.array(address, { minLength: 1, maxLength: 8 })
    const interval = fc.integer({ min: 1, max: 4095 })
    const any = fc.record({ ...fields, addresses, interval })
    fc.assert(
      fc.property(any, address, fc.nat(), (told, source, place) => {
        const sent = { ...told, version: 3 as const, password: null }
        const packet = buildAdvert(sent, { source, destination: source, ttl: 255, id: 7 })
        expect(readAdvert(packet)).toMatchObject({ ...sent, source, isSound: true })
        const at = packet.length - 1 - (place % 4)
        packet[at] = packet[at]! ^ 1
        expect(readAdvert(packet)!.isSound).toBe(false)
      }),
    )
  })

  test('what is cut short is not sound, or no advertisement at all', () => {
    const packet = buildAdvert(advert({}), envelope('10.9.0.1'))
    for (let length = 21; length < packet.length; length++) {
      expect(readAdvert(packet.subarray(0, length))?.isSound ?? false).toBe(false)
    }
  })
})
