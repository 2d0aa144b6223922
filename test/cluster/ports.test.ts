import { expect, test } from 'vitest'
import { EphemeralPorts } from '../../src/cluster/ports.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { LINUX_PORTS } from '../../src/net/port-range.ts'

const ALL = LINUX_PORTS.count

test('one address has 28,232 ports, taken in turn', () => {
  const ports = new EphemeralPorts(2, LINUX_PORTS)
  expect(ports.take(0, 0)).toBe(32_768)
  expect(ports.take(0, 0)).toBe(32_769)
  expect(ports.take(1, 0)).toBe(32_768)
  for (let taken = 2; taken < ALL; taken++) expect(ports.take(0, 0)).toBeGreaterThan(0)
  expect(ports.take(0, 0)).toBe(-1)
})

test('a closed port is free again after 60 s of TIME_WAIT, not before', () => {
  const ports = new EphemeralPorts(1, LINUX_PORTS)
  for (let taken = 0; taken < ALL; taken++) ports.take(0, 0)
  ports.close(0, 32_768, PS_PER_SECOND)
  expect(ports.take(0, 61 * PS_PER_SECOND - 1)).toBe(-1)
  expect(ports.take(0, 61 * PS_PER_SECOND)).toBe(32_768)
  expect(ports.take(0, 61 * PS_PER_SECOND)).toBe(-1)
})

test('a port that is long in use is passed over, and keeps nobody from the others', () => {
  const ports = new EphemeralPorts(1, { first: 40_000, count: 4 })
  const take = (): number => ports.take(0, 0)
  expect([take(), take(), take(), take(), take()]).toEqual([40_000, 40_001, 40_002, 40_003, -1])
  ports.release(0, 40_002)
  expect([take(), take()]).toEqual([40_002, -1])
  ports.release(0, 40_001)
  ports.release(0, 40_003)
  expect([take(), take(), take()]).toEqual([40_003, 40_001, -1])
})

test('addresses share nothing, at the ends of the range either', () => {
  const ports = new EphemeralPorts(2, { first: 1, count: 65_535 })
  for (let port = 1; port <= 65_535; port++) expect(ports.take(1, 0)).toBe(port)
  expect([ports.take(1, 0), ports.take(0, 0)]).toEqual([-1, 1])
})
