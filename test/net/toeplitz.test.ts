// Microsoft's published verification suite for the RSS hash.
import { expect, test } from 'vitest'
import { Rss } from '../../src/net/rss.ts'
import { toeplitzAddresses, toeplitzPorts } from '../../src/net/toeplitz.ts'

const address = (text: string) => text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)

const SUITE: [
  src: string,
  srcPort: number,
  dst: string,
  dstPort: number,
  all: number,
  two: number,
][] = [
  ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x51ccc178, 0x323e8fc2],
  ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xc626b0ea, 0xd718262a],
  ['24.19.198.95', 12898, '12.22.207.184', 38024, 0x5c2b394a, 0xd2d0a5de],
  ['38.27.205.30', 48228, '209.142.163.6', 2217, 0xafc7327f, 0x82989176],
  ['153.39.163.191', 44251, '202.188.127.2', 1303, 0x10e828a2, 0x5d1809c5],
]

test.each(SUITE)('%s:%d to %s:%d', (src, srcPort, dst, dstPort, all, two) => {
  expect(toeplitzPorts(address(src), address(dst), srcPort, dstPort)).toBe(all)
  expect(toeplitzAddresses(address(src) | 0, address(dst) | 0)).toBe(two)
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
