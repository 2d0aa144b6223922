// Servers that are removed, and return (spec 1.5, 1.7, 3.2): what becomes of their connections, of
// what they have counted, and of the routes to them.
import { describe, expect, test } from 'vitest'
import { SECOND_PS } from '../../src/ipvs/headers.ts'
import { LoneDirector, VIP, headerOf } from '../support/lone-director.ts'

const SERVICE = `-t ${VIP}:80`
const CLIENT = '198.51.100.1:4000'
const SERVER = '10.0.1.1:80'

function one(method = '-m'): LoneDirector {
  const bench = new LoneDirector({ estimateAt: 100 }).rules(`-A ${SERVICE} -s rr`)
  bench.rules(`-a ${SERVICE} -r ${SERVER} ${method}`)
  bench.connect(CLIENT)
  return bench
}

describe('without expire_nodest_conn', () => {
  test('packets are dropped, the timer runs on, and a return makes all good', () => {
    const bench = one()
    bench.pass(10)
    bench.rules(`-d ${SERVICE} -r ${SERVER}`)
    expect(bench.packet('tcp A', CLIENT)).toBe('drop')
    expect(bench.packet('tcp S', CLIENT)).toBe('drop')
    expect(bench.stateOf(CLIENT)).toBe('ESTABLISHED 890')
    bench.rules(`-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.counts(SERVER)).toBe('1 0 0')
    expect(bench.packet('tcp A', CLIENT)).toBe(SERVER)
    expect(bench.stateOf(CLIENT)).toBe('ESTABLISHED 900')
  })

  test('connections keep the method they were opened with', () => {
    const bench = one()
    bench.rules(`-e ${SERVICE} -r ${SERVER} -g`)
    bench.packet('tcp FA', CLIENT)
    // The input table of NAT, not the one of DR.
    expect(bench.stateOf(CLIENT)).toMatch(/^CLOSE_WAIT/)
  })

  test('replies are still translated, but nobody counts them', () => {
    const bench = one()
    bench.rules(`-d ${SERVICE} -r ${SERVER}`)
    expect(bench.reply('tcp A', SERVER, CLIENT)).toBe(`${VIP}:80`)
    bench.rules(`-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.destination(SERVER).counters.outPackets).toBe(1)
  })

  test('after two minutes without a connection it is forgotten', () => {
    const bench = one()
    bench.packet('tcp R', CLIENT)
    bench.pass(30)
    expect(bench.connections()).toEqual([])
    bench.rules(`-d ${SERVICE} -r ${SERVER}`)
    // Visits come after 60 s; the first notes that it is idle, and two minutes later it goes.
    bench.pass(170)
    bench.rules(`-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.destination(SERVER).counters.connections).toBe(1)
    bench.rules(`-d ${SERVICE} -r ${SERVER}`)
    bench.pass(190)
    bench.rules(`-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.destination(SERVER).counters.connections).toBe(0)
  })

  test('as long as a connection names it, it stays', () => {
    const bench = one()
    bench.rules(`-d ${SERVICE} -r ${SERVER}`)
    bench.pass(800)
    bench.rules(`-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.packet('tcp A', CLIENT)).toBe(SERVER)
  })
})

describe('a service that is deleted', () => {
  test('takes its servers out of use; the same service brings them back', () => {
    const bench = one()
    bench.rules(`-D ${SERVICE}`, `-A -t ${VIP}:81 -s rr`)
    expect(bench.packet('tcp A', CLIENT)).toBe('drop')
    bench.rules(`-A ${SERVICE} -s wlc`, `-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.packet('tcp A', CLIENT)).toBe(SERVER)
  })

  test('another service does not', () => {
    const bench = one()
    bench.rules(`-D ${SERVICE}`, `-A -t ${VIP}:81 -s wlc`, `-a -t ${VIP}:81 -r ${SERVER} -m`)
    expect(bench.packet('tcp A', CLIENT)).toBe('drop')
  })

  test('under a new one statistics begin at what was shown last (recorded)', () => {
    const bench = one()
    bench.pass(10)
    expect(bench.destination(SERVER).statistics.reading.inPackets).toBe(2)
    bench.packet('tcp A', CLIENT)
    bench.rules(`-D ${SERVICE}`, `-A ${SERVICE} -s wlc`, `-a ${SERVICE} -r ${SERVER} -m`)
    expect(bench.destination(SERVER).statistics.reading.inPackets).toBe(0)
    bench.packet('tcp A', CLIENT)
    bench.pass(3)
    expect(bench.destination(SERVER).statistics.reading.inPackets).toBe(2)
  })
})

describe('with expire_nodest_conn', () => {
  test('its connections are gone at the next tick', () => {
    const bench = one().sysctl('expire_nodest_conn', 1)
    bench.rules(`-d ${SERVICE} -r ${SERVER}`)
    expect(bench.connections()).toHaveLength(1)
    bench.pass(0.01)
    expect(bench.connections()).toEqual([])
  })

  test('a packet before that finds no connection', () => {
    const bench = one().sysctl('expire_nodest_conn', 1)
    bench.rules(`-a ${SERVICE} -r 10.0.1.2:80 -m`, `-d ${SERVICE} -r ${SERVER}`)
    expect(bench.packet('tcp A', CLIENT)).toBe('accept')
    expect(bench.packet('tcp S', CLIENT)).toBe('10.0.1.2:80')
    bench.pass(0.01)
    expect(bench.stateOf(CLIENT)).toBe('SYN_RECV 59')
  })

  test('templates of it go with their last connection', () => {
    const bench = new LoneDirector().rules(
      `-A ${SERVICE} -s rr -p 50`,
      `-a ${SERVICE} -r ${SERVER} -m`,
    )
    bench.connect(CLIENT)
    bench.sysctl('expire_nodest_conn', 1).rules(`-d ${SERVICE} -r ${SERVER}`)
    bench.pass(0.01)
    expect(bench.connections()).toEqual([])
  })

  test('a service deleted, or all, flushes too', () => {
    for (const command of [`-D ${SERVICE}`, '-C']) {
      const bench = one().sysctl('expire_nodest_conn', 1).rules(command)
      bench.pass(0.01)
      expect(bench.connections()).toEqual([])
    }
  })
})

// DR takes the server for the next hop only by a route that was asked for so; one that was found
// for the NAT connections of a server whose method was changed leads to the virtual address.
describe('the route of a server whose method was changed (recorded)', () => {
  const VIP_NUMBER = 0x0a000064
  const SERVER_NUMBER = 0x0a000101

  test('found for NAT it is of no use to DR', () => {
    const bench = one()
    bench.rules(`-e ${SERVICE} -r ${SERVER} -g`)
    bench.packet('tcp A', CLIENT)
    expect(bench.ipvs.nextHop).toBe(SERVER_NUMBER)
    bench.packet('tcp S', '198.51.100.1:4001')
    expect(bench.ipvs.nextHop).toBe(VIP_NUMBER)
    // A change of routes, or of the server, has it asked for anew.
    bench.routes.generation++
    bench.packet('tcp A', '198.51.100.1:4001')
    expect(bench.ipvs.nextHop).toBe(SERVER_NUMBER)
  })

  test('found for DR it serves both', () => {
    const bench = one()
    bench.rules(`-e ${SERVICE} -r ${SERVER} -g`)
    bench.packet('tcp S', '198.51.100.1:4001')
    expect(bench.ipvs.nextHop).toBe(SERVER_NUMBER)
    bench.packet('tcp A', CLIENT)
    expect(bench.ipvs.nextHop).toBe(SERVER_NUMBER)
  })

  test('an edit forgets what is known of the way', () => {
    const bench = one()
    bench.routes.unreachable.add(SERVER_NUMBER)
    expect(bench.packet('tcp A', CLIENT)).toBe(SERVER)
    bench.rules(`-e ${SERVICE} -r ${SERVER} -m`)
    expect(bench.packet('tcp A', CLIENT)).toBe('unreachable')
  })
})

test('the sizes and hops of packets are judged on every way alike', () => {
  for (const method of ['-m', '-g', '-i']) {
    const bench = one(method)
    const room = method === '-i' ? 1480 : 1500
    expect(bench.packet('tcp A', CLIENT, `${VIP}:80`, { ipBytes: room })).toBe(SERVER)
    expect(bench.packet('tcp A', CLIENT, `${VIP}:80`, { ipBytes: room + 1 })).toBe('too big')
    expect(bench.ipvs.forwarding.mtu).toBe(room)
    const cut = { ipBytes: room + 1, dontFragment: false }
    expect(bench.packet('tcp A', CLIENT, `${VIP}:80`, cut)).toBe(SERVER)
    expect(bench.packet('tcp A', CLIENT, `${VIP}:80`, { ttl: 1 })).toBe('time exceeded')
    expect(bench.packet('tcp A', CLIENT, `${VIP}:80`, { ttl: 0 })).toBe('time exceeded')
    const last = headerOf('tcp A', CLIENT, `${VIP}:80`, { ttl: 2 })
    bench.ipvs.handleFromClient(last, bench.now)
    expect(last.ttl).toBe(1)
    // What died has been counted, and has kept the connection alive.
    expect(bench.destination(SERVER).counters.inPackets).toBe(8)
    expect(bench.now).toBeLessThan(SECOND_PS)
  }
})
