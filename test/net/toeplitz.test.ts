// Microsoft's published verification suite for the RSS hash.
import { expect, test } from 'vitest'
import { Rss } from '../../src/net/rss.ts'
import { toeplitzAddresses, toeplitzPorts } from '../../src/net/toeplitz.ts'
import { TOEPLITZ_SUITE, numberOf } from './toeplitz-suite.ts'

test.each(TOEPLITZ_SUITE)('$src:$srcPort to $dst:$dstPort', (vector) => {
  const [src, dst] = [numberOf(vector.src), numberOf(vector.dst)]
  expect(toeplitzPorts(src, dst, vector.srcPort, vector.dstPort)).toBe(vector.ports)
  expect(toeplitzAddresses(src | 0, dst | 0)).toBe(vector.addresses)
})

test('UDP spreads by addresses unless told otherwise, TCP by ports, too', () => {
  const packet = { src: 1, dst: 2, srcPort: 3, dstPort: 80, protocol: 17 }
  const ports = (rss: Rss, protocol: number) =>
    new Set(Array.from({ length: 200 }, (_, i) => rss.queueOf({ ...packet, protocol, srcPort: i })))
      .size
  expect(ports(new Rss(16, false), 17)).toBe(1)
  expect(ports(new Rss(16, true), 17)).toBe(16)
  expect(ports(new Rss(16, false), 6)).toBe(16)
})
