// dh, sh and mh against the vectors of their description (spec 2.10 to 2.12).
import { describe, expect, test } from 'vitest'
import { h32, sipHash13 } from '../../src/ipvs/schedulers/hash.ts'
import { SERVICE, clients, letter } from '../support/letters.ts'
import { LoneDirector } from '../support/lone-director.ts'

describe('hashes', () => {
  test.each([
    [0, 0, 0],
    [1, 97, 391],
    [0x0a000001, 39, 159],
    [0x0a000002, 137, 550],
    [0xc0a80101, 136, 547],
    [0xcb007105, 185, 740],
    [0xffffffff, 158, 632],
  ])('h32 of %i', (value, eight, ten) => {
    expect([h32(value, 8), h32(value, 10)]).toEqual([eight, ten])
  })

  test.each([
    [0, 492468162, 4169286463],
    [1, 384591538, 2182130385],
    [0x0a000001, 50859236, 1224331457],
    [0xc0a80101, 3555833043, 4187996631],
    [0xffffffff, 583391001, 4149874525],
  ])('SipHash-1-3 of %i', (value, first, second) => {
    expect(sipHash13(value | 0, 2654435761)).toBe(first)
    expect(sipHash13(value | 0, 2654446892)).toBe(second)
  })
})

describe('dh', () => {
  function cache(weights: number[]): LoneDirector {
    const bench = new LoneDirector().rules('-A -f 1 -s dh')
    weights.forEach((weight, i) => bench.rules(`-a -f 1 -r 10.0.1.${i + 1} -m -w ${weight}`))
    return bench
  }

  function sites(bench: LoneDirector): string {
    return Array.from({ length: 6 }, (_, index) =>
      letter(
        bench.packet('tcp S', `198.51.100.1:${2000 + index}`, `10.1.0.${index + 1}:80`, {
          mark: 1,
        }),
      ),
    ).join('')
  }

  test('the destination address decides', () => {
    expect(sites(cache([1, 1, 1]))).toBe('CCABAC')
  })

  test('weights do not', () => {
    expect(sites(cache([1, 9, 3]))).toBe('CCABAC')
  })

  test('nor does an edit, but whoever falls on weight 0 is refused', () => {
    const bench = cache([1, 1, 1])
    bench.rules('-e -f 1 -r 10.0.1.1 -m -w 0')
    expect(sites(bench)).toBe('CC-B-C')
    bench.rules('-e -f 1 -r 10.0.1.1 -m -w 1', '-d -f 1 -r 10.0.1.3', '-a -f 1 -r 10.0.1.3 -m')
    expect(sites(bench).length).toBe(6)
  })

  test('removing one deals the slots anew', () => {
    const bench = cache([1, 1, 1])
    bench.rules('-d -f 1 -r 10.0.1.2')
    // Slots are C A C A ...; h32 of 10.1.0.1 to 6 in 8 bits is odd or even.
    const expected = [1, 2, 3, 4, 5, 6].map((last) =>
      h32(0x0a010000 + last, 8) % 2 === 0 ? 'C' : 'A',
    )
    expect(
      Array.from({ length: 6 }, (_, i) =>
        letter(
          bench.packet('tcp S', `198.51.100.7:${2000 + i}`, `10.1.0.${i + 1}:80`, { mark: 1 }),
        ),
      ),
    ).toEqual(expected)
  })
})

describe('sh', () => {
  test('the vector of weights 1, 2, 3', () => {
    expect(clients(new LoneDirector().serve('sh', [1, 2, 3]))).toBe('CCCACBCCBCBC')
  })

  test('the port makes no difference, unless it is asked to', () => {
    const plain = new LoneDirector().serve('sh', [1, 2, 3])
    expect(clients(plain, 4001)).toBe('CCCACBCCBCBC')
    const withPort = new LoneDirector().serve('sh', [1, 1], '-b sh-port')
    // Address and port are added: what one gains the other may lose.
    const one = withPort.packet('tcp S', '10.0.0.1:1025')
    expect(withPort.packet('tcp S', '10.0.0.2:1024')).toBe(one)
    const slots = [0, 1, 2, 3, 4, 5, 6, 7].map((port) => h32(0x0a000001 + 1030 + port, 8) % 2)
    const chosen = slots.map((_, i) => letter(withPort.packet('tcp S', `10.0.0.1:${1030 + i}`)))
    expect(chosen).toEqual(slots.map((slot) => (slot === 0 ? 'B' : 'A')))
  })

  test('a server of weight 0 keeps a slot, whose clients are refused', () => {
    const bench = new LoneDirector().serve('sh', [1, 2, 0])
    // Slots are C B B A over and over.
    const owners = ['-', 'B', 'B', 'A']
    const expected = Array.from({ length: 12 }, (_, i) => owners[h32(0x0a090001 + i, 8) % 4])
    expect(clients(bench)).toBe(expected.join(''))
  })

  test('or find another one from twice the hash on', () => {
    const bench = new LoneDirector().serve('sh', [1, 1, 0], '-b sh-fallback')
    const slots = Array.from({ length: 256 }, (_, slot) => 'CBA'[slot % 3]!)
    const expected = Array.from({ length: 12 }, (_, i) => {
      const hash = h32(0x0a090001 + i, 8)
      if (slots[hash] !== 'C') return slots[hash]
      let at = (2 * hash) & 255
      while (slots[at] === 'C') at = (at + 1) & 255
      return slots[at]
    })
    expect(clients(bench)).toBe(expected.join(''))
    expect(expected.join('')).not.toMatch(/^[^AB]/)
  })

  test('weights above 256 in all leave the oldest without a slot', () => {
    const used = clients(new LoneDirector().serve('sh', [100, 100, 200]))
    expect(used).not.toContain('A')
    expect(used).toContain('B')
  })
})

describe('mh', () => {
  test.each([
    [[1, 1, 1], 'BCBACABBCBAA'],
    [[1, 2, 3], 'CCBCCABCCBAA'],
    [[100, 50, 0], 'AABAAABAABAA'],
    [[1000, 1, 1], 'AAAAAAAAAAAA'],
  ])('the vector of weights %j', (weights, picks) => {
    expect(clients(new LoneDirector().serve('mh', weights))).toBe(picks)
  })

  test('the vector of ports', () => {
    const bench = new LoneDirector().serve('mh', [1, 2, 3], '-b mh-port')
    const chosen = Array.from({ length: 10 }, (_, port) =>
      letter(bench.packet('tcp S', `10.9.0.1:${40_000 + port}`)),
    )
    expect(chosen.join('')).toBe('BABBACCBAB')
  })

  test('draining one moves nobody else', () => {
    const bench = new LoneDirector().serve('mh', [1, 2, 3])
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:80 -m -w 0`)
    expect(clients(bench)).toBe('CCBCCABCCBAA'.replaceAll('C', '-'))
    bench.rules(`-E ${SERVICE} -s mh -b mh-fallback`)
    const replaced = clients(bench, 4001)
    expect(replaced).toMatch(/^[AB]{12}$/)
    for (const [index, own] of Array.from('CCBCCABCCBAA').entries()) {
      if (own !== 'C') expect(replaced[index]).toBe(own)
    }
  })

  test('the fallback hashes the offset in, one after the other', () => {
    const bench = new LoneDirector().serve('mh', [1, 1, 1], '-b mh-fallback')
    bench.rules(`-e ${SERVICE} -r 10.0.1.2:80 -m -w 0`)
    // The owners of single slots are learnt from clients without a fallback.
    const plain = new LoneDirector().serve('mh', [1, 1, 1])
    const slotOf = (key: number): number => sipHash13(key | 0, 2654435761) % 4093
    const owners = new Map<number, string>()
    for (let i = 0; i < 60_000; i++) {
      const [high, low] = [i >> 8, i & 255]
      const slot = slotOf(0x0a090000 + i)
      if (!owners.has(slot))
        owners.set(slot, letter(plain.packet('tcp S', `10.9.${high}.${low}:1`)))
    }
    let replaced = 0
    for (let i = 1; i < 60; i++) {
      const key = 0x0a0a0000 + i
      const first = slotOf(key)
      let expected = owners.get(first)
      for (let offset = 0; expected === 'B'; offset++) {
        replaced++
        expected = owners.get(slotOf(key + ((offset + first) % 4093)))
      }
      expect(letter(bench.packet('tcp S', `10.10.0.${i}:1`))).toBe(expected)
    }
    expect(replaced).toBeGreaterThan(10)
  })

  test('a server added with weight 0 has no slots until it weighs something', () => {
    const bench = new LoneDirector().serve('mh', [100, 50, 0])
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:80 -m -w 50`)
    expect(clients(bench)).toContain('C')
  })

  test('the port of the server shapes its order', () => {
    const bench = new LoneDirector().rules(`-A ${SERVICE} -s mh`)
    for (const i of [1, 2, 3]) bench.rules(`-a ${SERVICE} -r 10.0.1.${i}:8080 -m`)
    expect(clients(bench)).not.toBe('BCBACABBCBAA')
  })

  test('a tunnel to IPv6 counts by its first word in a service of IPv4 (recorded)', () => {
    // All three begin alike, so they have one order and one takes what the other has left.
    const bench = new LoneDirector().rules(`-A ${SERVICE} -s mh`)
    for (const i of [2, 3, 4])
      bench.rules(`-a ${SERVICE} -r [2001:db8:0:1::${i}]:80 -i -w ${i - 1}`)
    const chosen = Array.from({ length: 12 }, (_, i) =>
      bench.packet('tcp S', `198.51.100.${i + 1}:1000`).slice(-5, -4),
    )
    expect(chosen.join('')).toBe('433443234344')
  })
})
