// The synchronisation daemons as ipvsadm starts, lists and stops them.
import { beforeEach, describe, expect, test } from 'vitest'
import { ControlPlane, type SyncDatagram } from '../../src/ipvsadm/control-plane.ts'
import { runIpvsadm } from '../../src/ipvsadm/ipvsadm.ts'
import { DirectorPair } from '../support/director-pair.ts'

let pair: DirectorPair
let plane: ControlPlane
let said: SyncDatagram[]
const joined: string[] = []

beforeEach(() => {
  pair = new DirectorPair()
  pair.a.sync.stopMaster()
  said = []
  joined.length = 0
  plane = new ControlPlane(pair.a, {
    mtuOf: (device) => ({ sy: 1500, jumbo: 9000 })[device] ?? null,
    join: (device) => joined.push(`+${device}`),
    leave: (device) => joined.push(`-${device}`),
    sendSync: (message) => said.push(message),
  })
})

function run(line: string): { out: string; err: string; rc: number } {
  return runIpvsadm(line.split(' '), '', plane)
}

const DAEMON = '--start-daemon master --mcast-interface sy'

describe('--start-daemon', () => {
  test.each([
    ['master --mcast-interface jumbo', 'maxlen=1472'],
    ['backup --mcast-interface jumbo', 'maxlen=8972'],
    ['backup --mcast-interface sy --sync-maxlen 124', 'maxlen=1024'],
    ['master --mcast-interface sy --sync-maxlen 124', 'maxlen=124'],
    ['master --mcast-interface sy --sync-maxlen 65507', 'maxlen=65507'],
    ['master --mcast-interface sy --mcast-group ff05::51', 'maxlen=1452'],
  ])('%s: %s', (line, expected) => {
    expect(run(`--start-daemon ${line}`)).toEqual({ out: '', err: '', rc: 0 })
    expect(run('-L --daemon').out).toContain(`${expected},`)
  })

  test.each([
    [DAEMON, 'Daemon has already run\n'],
    ['--start-daemon backup --mcast-interface eth7', 'No such device\n'],
    ['--stop-daemon backup', 'No daemon is running\n'],
  ])('%s is refused beside a master', (line, err) => {
    run(DAEMON)
    expect(run(line)).toEqual({ out: '', err, rc: 255 })
  })

  test('servers of both families and daemons exclude each other', () => {
    const mixed = '-a -t 10.0.0.100:80 -r [2001:db8::5]:80 -i'
    expect(run(mixed).rc).toBe(0)
    expect(run(DAEMON).rc).toBe(255)
    run('-d -t 10.0.0.100:80 -r [2001:db8::5]:80')
    expect(run(DAEMON).rc).toBe(0)
    expect(run(mixed).rc).toBe(255)
  })
})

test('a master speaks to its group, and no more when it is stopped', () => {
  run(`${DAEMON} --syncid 9 --mcast-group 224.0.1.2 --mcast-port 9000 --mcast-ttl 3`)
  pair.open(1)
  pair.client('1 A')
  pair.pass(4)
  expect(said).toHaveLength(1)
  const [{ payload, ...envelope }] = said as [SyncDatagram]
  expect(envelope).toMatchObject({ device: 'sy', port: 9000, ttl: 3 })
  expect([payload[1], payload[4]]).toEqual([9, 1])
  expect(run('--stop-daemon master').rc).toBe(0)
  pair.client('1 R')
  pair.pass(4)
  expect(said).toHaveLength(1)
})

test('a backup hears its own device, group and ports alone', () => {
  run(`${DAEMON} --syncid 9`)
  pair.open(1)
  pair.client('1 A')
  pair.pass(4)
  run('--start-daemon backup --mcast-interface sy --syncid 9')
  expect(joined).toEqual(['+sy'])
  const [message] = said as [SyncDatagram]
  const { tally } = pair.a.sync.backup!
  for (const other of [{ device: 'jumbo' }, { group: 1 }, { port: 8849 }, { port: 8847 }]) {
    plane.receiveSync({ ...message, ...other }, 0)
  }
  expect(tally.taken).toBe(0)
  plane.receiveSync(message, 0)
  expect(tally.taken).toBe(1)
  run('--stop-daemon backup')
  expect(joined).toEqual(['+sy', '-sy'])
  plane.receiveSync(message, 0)
  expect(tally.taken).toBe(1)
})
