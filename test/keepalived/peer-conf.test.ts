// The peer of a keepalived.conf: the same file with state BACKUP and priority 100.
import { expect, test } from 'vitest'
import { peerConf } from '../../src/keepalived/peer-conf.ts'

const UNICAST = `vrrp_instance VI_1 {
  state MASTER
  priority 150
  unicast_src_ip 10.0.0.2
  unicast_peer {
    10.0.0.3
  }
}
virtual_server 10.0.0.9 80 {
}
`

test('state and priority', () => {
  const conf = 'vrrp_instance VI_1 {\n  state        MASTER\n  priority     150\n}\n'
  const peer = peerConf(conf.split('\n'))!
  expect(peer.lines.join('\n')).toBe(
    'vrrp_instance VI_1 {\n  state        BACKUP\n  priority     100\n}\n',
  )
  expect(peer.addresses).toBeNull()
})

test('the addresses of unicast change places', () => {
  const { lines, addresses } = peerConf(UNICAST.split('\n'))!
  const text = lines.join('\n')
  expect(addresses).toEqual(['10.0.0.2', '10.0.0.3'])
  expect(text).toMatch(/unicast_src_ip 10\.0\.0\.3\n {2}unicast_peer \{\n {4}10\.0\.0\.2\n/)
  expect(text).toMatch(/virtual_server 10\.0\.0\.9 80/)
})

test('without VRRP nobody takes over', () => {
  expect(peerConf(['virtual_server 10.0.0.9 80 {', '}'])).toBeNull()
})
