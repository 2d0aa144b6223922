// Whatever addresses and ports clients use, a packet finds its connection after few others: each
// that it meets in vain is a line of memory fetched for nothing.
import { describe, expect, test } from 'vitest'
import { NEXT, RECORD_SHIFT } from '../../src/ipvs/connection-record.ts'
import { Connections } from '../../src/ipvs/connections.ts'
import { DR, TCP } from '../../src/ipvs/headers.ts'

const VIP = 0x0a00000a

class Searched extends Connections {
  /** Entries that a packet looks at, itself among them: the mean over all connections. */
  get meanSearch(): number {
    let sum = 0
    for (const head of this.buckets) {
      let met = 0
      for (let id = head; id >= 0; id = this.words[(id << RECORD_SHIFT) + NEXT]!) sum += ++met
    }
    return sum / this.count
  }
}

function flow(src: number, srcPort: number) {
  return { protocol: TCP, src, srcPort, dst: VIP, dstPort: 80 }
}

/** `ports` connections of each client, opened in turn; from a first port of its own. */
function table(clients: number[], ports: number, firstPort = (_client: number) => 1024): Searched {
  const connections = new Searched(4096)
  for (let round = 0; round < ports; round++) {
    clients.forEach((src, client) => {
      const srcPort = (firstPort(client) + round) & 0xffff
      connections.open(flow(src, srcPort), 0x0a010001, 80, DR, 0, 0)
    })
  }
  return connections
}

/** Knuth's multiplicative sequence: addresses without order. */
function scattered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.imul(index + 1, 2654435769) ^ 0x5bd1e995)
}

function neighbours(first: number, count: number, step = 1): number[] {
  return Array.from({ length: count }, (_, index) => (first + index * step) | 0)
}

describe('a packet looks at few entries before its own', () => {
  test.each([
    ['four clients with all their ports', neighbours(0x0a010001, 4), 16_384, 1.05],
    ['a thousand with some', neighbours(0x0a010001, 1000), 60, 1.05],
    ['one connection of each', neighbours(0x0a010001, 50_000), 1, 1.05],
    ['every other address', neighbours(0x0a010000, 5000, 2), 8, 1.2],
    ['one of each network of 256', neighbours(0x0a010001, 5000, 256), 8, 1.3],
    ['addresses without order', scattered(50_000), 1, 1.3],
    ['the same with a few ports each', scattered(5000), 10, 1.3],
  ] as const)('%s', (_, clients, ports, most) => {
    expect(table([...clients], ports).meanSearch).toBeLessThan(most)
  })

  test('ports without order', () => {
    const clients = neighbours(0x0a010001, 2000)
    const connections = table(clients, 10, (client) => Math.imul(client, 40503) & 0xffff)
    expect(connections.meanSearch).toBeLessThan(1.3)
  })
})

test('each is found, before and after the table has grown, and of one key the newest', () => {
  const connections = new Searched(4096)
  const first = connections.open(flow(1, 5000), 2, 80, DR, 0, 0)
  const second = connections.open(flow(1, 5000), 3, 80, DR, 0, 0)
  expect(connections.fromClient(flow(1, 5000))).toBe(second)
  const others = neighbours(0x0a010001, 3000).map((src) => {
    return { src, id: connections.open(flow(src, 5000), 2, 80, DR, 0, 0) }
  })
  for (const { src, id } of others) expect(connections.fromClient(flow(src, 5000))).toBe(id)
  expect(connections.fromClient(flow(1, 5000))).toBe(second)
  connections.remove(second)
  expect(connections.fromClient(flow(1, 5000))).toBe(first)
})

test('buckets of the table that the director is said to have hold every entry once', () => {
  const connections = table(neighbours(0x0a010001, 500), 20)
  const numbers = Array.from({ length: 4096 }, (_, index) => index + 4096)
  const found = connections.bucketsOfTable(numbers).flat()
  expect(found).toHaveLength(10_000)
  expect(new Set(found).size).toBe(10_000)
  const [twice, again] = connections.bucketsOfTable([77, 77 + 4096])
  expect(twice).toEqual(again)
})
