// What the director does when memory runs out (spec 4.8, 8): one packet in so many is dropped,
// entries of the table are, secure TCP tables come and go.
import { describe, expect, test } from 'vitest'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SERVICE = `-t ${VIP}:80`

/** `tableSize` 32: one bucket is looked through each second, the one of the next random number. */
function director(options = '', tableSize = 256): LoneDirector {
  const bench = new LoneDirector({ tableSize, random: everyBucket() })
  bench.rules(`-A ${SERVICE} -s rr ${options}`, `-a ${SERVICE} -r 10.0.1.1:80 -g`)
  bench.rules(`-A -u ${VIP}:53 -s rr`, `-a -u ${VIP}:53 -r 10.0.1.1:53 -g`)
  return bench.rules(
    `-A --sctp-service ${VIP}:80 -s rr`,
    `-a --sctp-service ${VIP}:80 -r 10.0.1.1:80 -g`,
  )
}

/** All buckets, one after the other. */
function everyBucket(): () => number {
  let next = 0
  return () => next++
}

/** Enough seconds for every bucket to have been looked through: a share of one in 32 each. */
const ALL = 33

describe('drop_packet', () => {
  function dropped(bench: LoneDirector, count: number, from = 1): string {
    return Array.from({ length: count }, (_, i) =>
      bench.packet('tcp S', `198.51.100.1:${from + i * 2 + 1000}`) === 'drop' ? 'x' : '.',
    ).join('')
  }

  test('3: the first and then each of am_droprate', () => {
    const bench = director().sysctl('drop_packet', 3)
    expect(dropped(bench, 21)).toBe('x.........x.........x')
  })

  test('a rate of one, or a negative one, drops all', () => {
    for (const rate of [1, -5]) {
      const bench = director().sysctl('am_droprate', rate).sysctl('drop_packet', 3)
      expect(dropped(bench, 4)).toBe('xxxx')
    }
  })

  test('a new rate counts from the next second on', () => {
    const bench = director().sysctl('am_droprate', 3).sysctl('drop_packet', 3)
    expect(dropped(bench, 4)).toBe('x..x')
    bench.sysctl('am_droprate', 2)
    expect(dropped(bench, 3, 101)).toBe('..x')
    bench.pass(1.1)
    // The counter goes on with what was left of it.
    expect(dropped(bench, 5, 201)).toBe('..x.x')
  })

  test('packets of connections are never dropped', () => {
    const bench = director().sysctl('am_droprate', 1)
    bench.packet('tcp S', '198.51.100.1:1')
    bench.sysctl('drop_packet', 3)
    expect(bench.packet('tcp A', '198.51.100.1:1')).toBe('10.0.1.1:80')
    expect(bench.packet('tcp S', '198.51.100.1:2')).toBe('drop')
    expect(bench.packet('tcp A', '198.51.100.1:2')).toBe('accept')
  })

  test('automatic: as much as memory is short, and back', () => {
    const bench = director().sysctl('drop_packet', 1)
    expect(dropped(bench, 5)).toBe('.....')
    bench.ipvs.defence.freePages = 1024 - 256
    bench.pass(1.1)
    expect(bench.ipvs.sysctls.drop_packet).toBe(2)
    // 1024 / (1024 - 768) = 4
    expect(dropped(bench, 9, 101)).toBe('...x...x.')
    bench.ipvs.defence.freePages = 1024
    bench.pass(1.1)
    expect(bench.ipvs.sysctls.drop_packet).toBe(1)
    expect(dropped(bench, 9, 201)).toBe('.........')
  })
})

describe('drop_entry', () => {
  /** What is left of a connection after all buckets were looked through; 90 s pass before. */
  function survives(packets: string[], before = 90): boolean {
    const bench = director()
    for (const packet of packets) {
      const [kind = '', detail = ''] = packet.split(' ')
      bench.packet(packet, '198.51.100.1:4000', kind === 'udp' ? `${VIP}:53` : `${VIP}:80`)
      expect(detail).toBeDefined()
    }
    bench.pass(before)
    bench.sysctl('drop_entry', 3)
    bench.pass(ALL)
    return bench.connections().length > 0
  }

  test.each([
    ['half open', ['tcp S'], 1, false],
    ['established, young', ['tcp S', 'tcp A'], 1, true],
    ['established, silent for a minute', ['tcp S', 'tcp A'], 90, false],
    ['established, of nine packets', ['tcp S', ...Array<string>(8).fill('tcp A')], 90, true],
    ['established, of eight packets', ['tcp S', ...Array<string>(7).fill('tcp A')], 90, false],
    ['closing', ['tcp S', 'tcp A', 'tcp FA'], 70, true],
    ['UDP, young', ['udp'], 1, true],
    ['UDP, silent for a minute', ['udp'], 90, false],
    ['SCTP, an INIT', ['sctp INIT'], 0, false],
    ['SCTP, established, young', ['sctp INIT', 'sctp COOKIE_ECHO'], 1, true],
    ['SCTP, established, silent', ['sctp INIT', 'sctp COOKIE_ECHO'], 90, false],
  ])('%s', (_, packets, before, stays) => {
    expect(survives(packets, before)).toBe(stays)
  })

  test('of those with n packets, aged, one in n goes: the first at once', () => {
    const bench = director()
    for (let i = 0; i < 9; i++) {
      for (const flags of ['S', 'A', 'A']) bench.packet(`tcp ${flags}`, `198.51.100.1:${1000 + i}`)
    }
    bench.pass(90)
    bench.sysctl('drop_entry', 3)
    const left: number[] = []
    for (let second = 0; second < ALL; second++) left.push(bench.pass(1).connections().length)
    // Nine looked at once: the 1st, 4th and 7th.
    expect(left.at(-1)).toBe(6)
  })

  test('templates: not one that was used well, nor one that controls', () => {
    const bench = director('-p 600')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.packet('tcp A', '198.51.100.1:1')
    bench.packet('tcp FA', '198.51.100.1:1')
    bench.pass(125)
    expect(bench.connections()).toHaveLength(1)
    bench.sysctl('drop_entry', 3).pass(ALL)
    expect(bench.connections()[0]).toContain('ASSURED')
  })

  test('an entry dropped takes its template, unless that was assured', () => {
    const bench = director('-p 600')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.sysctl('drop_entry', 3).pass(ALL)
    expect(bench.connections()).toEqual([])
    expect(bench.counts('10.0.1.1:80')).toBe('0 0 0')
  })

  // Ports are added to the hash, and there are 1,024 buckets: connections from port 1024 or 2048
  // lie in the bucket of their client's template, before it, and one look finds both.
  test('what went with its controller in the same look is not dropped twice', () => {
    const bench = director('-p 600', 32)
    for (let i = 0; i < 40; i++) {
      bench.packet('tcp S', `198.51.100.${i}:${1024 * (1 + (i % 2))}`)
    }
    bench.sysctl('drop_entry', 3).pass(ALL)
    expect(bench.connections()).toEqual([])
    expect(bench.ipvs.connections.count).toBe(0)
    expect(bench.counts('10.0.1.1:80')).toBe('0 0 0')
  })

  test('automatic: only while memory is short', () => {
    const bench = director().sysctl('drop_entry', 1)
    bench.packet('tcp S', '198.51.100.1:1')
    bench.pass(ALL)
    expect(bench.connections()).toHaveLength(1)
    bench.ipvs.defence.freePages = 5
    bench.pass(20)
    expect(bench.ipvs.sysctls.drop_entry).toBe(2)
    bench.pass(ALL)
    expect(bench.connections()).toEqual([])
  })
})

describe('secure_tcp', () => {
  test.each([
    [0, Infinity, 0, false],
    [1, Infinity, 1, false],
    [1, 5, 2, true],
    [2, 5, 2, true],
    [2, Infinity, 1, false],
    [3, Infinity, 3, true],
  ])('%i with %d free pages', (mode, pages, then, isSecure) => {
    const bench = director()
    bench.ipvs.defence.freePages = pages
    bench.sysctl('secure_tcp', mode)
    expect(bench.ipvs.sysctls.secure_tcp).toBe(then)
    expect(bench.ipvs.machine.isSecure).toBe(isSecure)
    bench.sysctl('secure_tcp', 0)
    expect(bench.ipvs.machine.isSecure).toBe(false)
  })

  test('automatic, memory comes and goes', () => {
    const bench = director().sysctl('secure_tcp', 1)
    bench.ipvs.defence.freePages = 5
    bench.pass(1.1)
    expect(bench.ipvs.machine.isSecure).toBe(true)
    bench.ipvs.defence.freePages = 5000
    bench.pass(1.1)
    expect([bench.ipvs.machine.isSecure, bench.ipvs.sysctls.secure_tcp]).toEqual([false, 1])
  })
})
