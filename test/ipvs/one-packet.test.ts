// One-packet scheduling (spec 3.4): each datagram is scheduled by itself and leaves nothing behind.
import { describe, expect, test } from 'vitest'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SERVICE = `-u ${VIP}:53`
const TO = `${VIP}:53`

function onePacket(options = '', method = '-m'): LoneDirector {
  const bench = new LoneDirector({ estimateAt: 1 }).rules(`-A ${SERVICE} -s rr -o ${options}`)
  for (const last of [1, 2]) bench.rules(`-a ${SERVICE} -r 10.0.1.${last}:53 ${method}`)
  return bench
}

describe('one-packet scheduling', () => {
  test('every datagram of a client is scheduled anew', () => {
    const bench = onePacket()
    const chosen = [1, 2, 3, 4].map(() => bench.packet('udp', '198.51.100.1:4000', TO))
    expect(chosen).toEqual(['10.0.1.2:53', '10.0.1.1:53', '10.0.1.2:53', '10.0.1.1:53'])
    expect(bench.connections()).toEqual([])
    expect(bench.counts('10.0.1.1:53')).toBe('0 0 0')
  })

  test('each counts as a connection and a packet', () => {
    const bench = onePacket()
    for (let i = 0; i < 4; i++) bench.packet('udp', '198.51.100.1:4000', TO)
    bench.pass(3)
    const { connections, inPackets, inBytes } = bench.destination('10.0.1.2:53').statistics.reading
    expect([connections, inPackets, inBytes]).toEqual([2, 2, 120])
  })

  test('a reply of NAT is not translated: there is no connection left', () => {
    const bench = onePacket()
    bench.packet('udp', '198.51.100.1:4000', TO)
    expect(bench.reply('udp', '10.0.1.2:53', '198.51.100.1:4000')).toBe('accept')
  })

  test('the threshold is reached and left with each datagram', () => {
    const bench = onePacket()
    bench.rules(`-e ${SERVICE} -r 10.0.1.2:53 -m -x 1`)
    const chosen = [1, 2, 3].map(() => bench.packet('udp', '198.51.100.1:4000', TO))
    expect(chosen).toEqual(['10.0.1.2:53', '10.0.1.1:53', '10.0.1.2:53'])
    expect(bench.destination('10.0.1.2:53').overloaded).toBe(false)
  })

  test('with persistence the template stays, and lasts', () => {
    const bench = onePacket('-p 20')
    const chosen = [1, 2, 3].map(() => bench.packet('udp', '198.51.100.1:4000', TO))
    expect(new Set(chosen)).toEqual(new Set(['10.0.1.2:53']))
    expect(bench.connections()).toEqual([`UDP 198.51.100.1:0 ${TO} 10.0.1.2:53 NONE 20`])
    bench.pass(22)
    expect(bench.connections()).toEqual([])
  })

  test('the flag counts from the next packet on', () => {
    const bench = onePacket().rules(`-E ${SERVICE} -s rr`)
    bench.packet('udp', '198.51.100.1:4000', TO)
    expect(bench.connections()).toHaveLength(1)
    // What has a connection is not scheduled, whatever the service says by now.
    bench.rules(`-E ${SERVICE} -s rr -o`)
    bench.packet('udp', '198.51.100.1:4000', TO)
    expect(bench.connections()).toHaveLength(1)
    bench.packet('udp', '198.51.100.1:4001', TO)
    expect(bench.connections()).toHaveLength(1)
  })

  test('TCP by a mark with -o is handled as ever', () => {
    const bench = new LoneDirector().rules('-A -f 1 -s rr -o', '-a -f 1 -r 10.0.1.1 -g')
    bench.packet('tcp S', '198.51.100.1:1', '203.0.113.1:80', { mark: 1 })
    bench.packet('udp', '198.51.100.1:1', '203.0.113.1:80', { mark: 1 })
    expect(bench.connections().map((line) => line.slice(0, 3))).toEqual(['TCP'])
  })
})
