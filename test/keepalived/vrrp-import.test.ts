// VRRP of a keepalived.conf for a simulation: scripts that are taken to succeed, and sync daemons.
import { expect, test } from 'vitest'
import { importVrrp } from '../../src/keepalived/vrrp-import.ts'

const INSTANCE = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    203.0.113.10
  }
}
`

test('what scripts add to a priority counts, and who needs one has it', () => {
  const script = 'vrrp_script ok {\n script /bin/true\n weight 20\n}\n'
  const follows = INSTANCE.replace('  interface', '  track_script {\n    ok\n  }\n  interface')
  const { vrrp } = importVrrp(script + follows, 'lb1')
  expect(vrrp.instances[0]).toMatchObject({ vrid: 51, priority: 120, scripts: [] })
  expect(vrrp.scripts).toEqual([])
})

test.each([
  ['lvs_sync_daemon eth0 VI_1', { instance: 'VI_1', syncId: null }],
  ['lvs_sync_daemon eth0 VI_1 id 7', { instance: 'VI_1', syncId: 7 }],
])('%s', (line, sync) => {
  expect(importVrrp(`global_defs {\n  ${line}\n}\n${INSTANCE}`, 'lb1').sync).toEqual(sync)
})
