// VRRP of a keepalived.conf for a simulation: what it follows, and sync daemons.
import { expect, test } from 'vitest'
import { importConf } from '../../src/keepalived/conf-import.ts'
import { importVrrp } from '../../src/keepalived/vrrp-import.ts'

const INSTANCE = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    203.0.113.10
  }
}
`

const FOLLOWING = `vrrp_script ok {
  script /bin/true
  interval 2
  weight 20
}
vrrp_track_process nginx {
  process nginx
  weight 5 reverse
}
track_file load {
  file /tmp/load
}
${INSTANCE.replace(
  '  interface',
  `  track_script {
    ok weight -30
  }
  track_process {
    nginx
  }
  track_file {
    load weight 0
  }
  interface`,
)}`

test('what an instance follows, with the weights of the thing and of the instance', () => {
  const { vrrp } = importVrrp(FOLLOWING, 'lb1')
  const track = { isReversed: false, weight: null }
  expect(vrrp.instances[0]).toMatchObject({
    scripts: [{ ...track, name: 'ok', weight: -30 }],
    processes: [{ ...track, name: 'nginx' }],
    files: [{ ...track, name: 'load', weight: 0 }],
  })
  expect(vrrp.scripts[0]).toMatchObject({ name: 'ok', weight: 20, intervalUs: 2e6, fall: 1 })
  expect(vrrp.processes).toEqual([{ name: 'nginx', weight: 5, isReversed: true }])
  expect(vrrp.files).toEqual([{ name: 'load', weight: 1, isReversed: false }])
})

const GROUP = 'vrrp_sync_group G {\n  group {\n    VI_1\n  }\n}\n'

test.each([
  ['weights do not count', GROUP, { scripts: 0, processes: 0, files: 1 }],
  [
    'but with sync_group_tracking_weight',
    GROUP.replace('  group', '  sync_group_tracking_weight\n  group'),
    { scripts: 1, processes: 1, files: 1 },
  ],
])('in a sync group %s', (_, group, counts) => {
  const [instance] = importVrrp(`${FOLLOWING}${group}`, 'lb1').vrrp.instances
  const { scripts, processes, files } = instance!
  expect({ scripts: scripts.length, processes: processes.length, files: files.length }).toEqual(
    counts,
  )
})

test.each([
  ['lvs_sync_daemon eth0 VI_1', { instance: 'VI_1', syncId: null }],
  ['lvs_sync_daemon eth0 VI_1 id 7', { instance: 'VI_1', syncId: 7 }],
])('%s', (line, sync) => {
  expect(importVrrp(`global_defs {\n  ${line}\n}\n${INSTANCE}`, 'lb1').sync).toEqual(sync)
})

test('names that nothing has are passed over, with their weights', () => {
  const tracks = '  track_script {\n    ok\n    nope weight 20\n  }\n'
  const more = `${tracks}  track_process {\n    nope weight 5\n  }\n  interface`
  const text = `vrrp_script ok {\n  script /bin/true\n}\n${INSTANCE.replace('  interface', more)}`
  const { vrrp } = importVrrp(text, 'lb1')
  expect(vrrp.instances[0]!.scripts.map(({ name }) => name)).toEqual(['ok'])
  expect(vrrp.instances[0]!.processes).toEqual([])
})

test('timing of global_defs is for the instances behind it', () => {
  const globals = 'global_defs {\n  vrrp_down_timer_adverts 5\n  vrrp_garp_master_repeat 2\n}\n'
  const timing = (text: string): number[] => {
    const { downTimerAdverts, garp } = importVrrp(text, 'lb1').vrrp.instances[0]!
    return [downTimerAdverts, garp.repeat]
  }
  expect(timing(`${globals}${INSTANCE}`)).toEqual([5, 2])
  expect(timing(`${INSTANCE}${globals}`)).toEqual([3, 5])
  // Written out and read again it is the same.
  const source = { file: 'k.conf', id: 'lb1' }
  const { text, warnings } = importConf({ ...source, text: `${INSTANCE}${globals}` })
  expect(timing(text)).toEqual([3, 5])
  expect(warnings.map(({ message }) => message)).toContain(
    'vrrp_down_timer_adverts has no effect on VI_1, which stands before it',
  )
})
