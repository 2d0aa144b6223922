import { expect, test } from 'vitest'
import { PORTS } from '../../src/cluster/client-hosts.ts'
import { EphemeralPorts } from '../../src/cluster/ports.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'

test('one address has 28,232 ports, taken in turn', () => {
  const ports = new EphemeralPorts(2)
  expect(ports.take(0, 0)).toBe(32_768)
  expect(ports.take(0, 0)).toBe(32_769)
  expect(ports.take(1, 0)).toBe(32_768)
  for (let taken = 2; taken < PORTS; taken++) expect(ports.take(0, 0)).toBeGreaterThan(0)
  expect(ports.take(0, 0)).toBe(-1)
})

test('a closed port is free again after 60 s of TIME_WAIT, not before', () => {
  const ports = new EphemeralPorts(1)
  for (let taken = 0; taken < PORTS; taken++) ports.take(0, 0)
  ports.close(0, 32_768, PS_PER_SECOND)
  expect(ports.take(0, 61 * PS_PER_SECOND - 1)).toBe(-1)
  expect(ports.take(0, 61 * PS_PER_SECOND)).toBe(32_768)
  expect(ports.take(0, 61 * PS_PER_SECOND)).toBe(-1)
})
