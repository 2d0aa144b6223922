// A keepalived.conf as rules of ipvsadm, and a warning at its line for whatever is not modelled.
import { describe, expect, test } from 'vitest'
import { importConf, type ImportedConf } from '../../src/keepalived/conf-import.ts'

function imported(text: string): ImportedConf {
  return importConf({ file: 'k.conf', text, id: 'lb1' })
}

const ARTICLE = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    203.0.113.10
  }
}
virtual_server 203.0.113.10 80 {
  lb_algo wrr
  lb_kind DR
  protocol TCP
  persistence_timeout 50
  real_server 10.0.0.11 8080 {
    weight 3
    TCP_CHECK {
    }
  }
  real_server 10.0.0.12 80 {
    uthreshold 9
    wait 3
  }
}
`

describe('what is simulated', () => {
  test('services and servers in the order of the file, with the service’s port', () => {
    expect(imported(ARTICLE).rules.split('\n')).toEqual([
      '-A -t 203.0.113.10:80 -s wrr -p 50',
      '-a -t 203.0.113.10:80 -r 10.0.0.11:80 -g -w 3',
      '-a -t 203.0.113.10:80 -r 10.0.0.12:80 -g -w 1 -x 9 -y 0',
      '',
    ])
  })

  test('what is not is told at its line, with the reason', () => {
    const told = imported(ARTICLE).warnings.map(({ line, message }) => `${line} ${message}`)
    expect(told).toEqual([
      '13 real_server has port 80, not 8080: DR changes no ports',
      "20 keepalived: Unknown keyword 'wait'",
    ])
  })
})

describe('what has no part in a simulation is left out', () => {
  const server = ' lb_algo rr\n real_server 10.0.0.1 80 {\n }\n}\n'
  test.each([
    ['virtual_server fwmark 3 {\n', /firewall mark/],
    ['virtual_server 10.0.0.9 80 {\n protocol SCTP\n', /SCTP/],
  ])('%j', (head, reason) => {
    const { rules, warnings } = imported(head + server)
    expect(rules).toBe('')
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringMatching(reason))
  })

  test('a file on which keepalived gives up says where', () => {
    const { fatal } = imported('virtual_server 10.0.0.9 80 {\n lb_algo\n}\n')
    expect(fatal).toMatchObject({ line: 2, message: expect.stringMatching(/missing a parameter/) })
  })
})

describe('the VRRP half', () => {
  const service = 'virtual_server 10.0.0.9 80 {\n protocol TCP\n lb_algo rr\n lb_kind DR\n'
  const served = `${service} real_server 10.0.0.1 80 {\n }\n}\n`
  const head = 'vrrp_instance A {\n interface eth0\n virtual_ipaddress {\n  10.0.0.9\n }\n'

  /** Of an instance with these statements, from line 7 on, and what stands behind it. */
  function told(statements: string, behind = ''): string[] {
    const text = `${head} virtual_router_id 5\n${statements}}\n${served}${behind}`
    const { warnings, fatal } = imported(text)
    expect(fatal).toBeNull()
    return warnings.map(({ line, message }) => `${line} ${message}`)
  }

  test('that ends is an error at the instance that ends it', () => {
    expect(imported(`${head}}\n${served}`).fatal).toMatchObject({
      line: 1,
      message: expect.stringMatching(/keepalived ends: .*router id must be set/),
    })
  })

  test.each([
    [' track_script {\n  nope weight 5\n }\n', /^8 track_script "nope" is passed over/],
    [' track_process {\n  nope\n }\n', /^8 track_process "nope" .* vrrp_track_process/],
    [' advert_int 0.3\n', /^7 advert_int 0.3 becomes 1 s: version 2 has whole seconds/],
    [' version 3\n advert_int 0.123\n', /^8 advert_int 0.123 becomes 0.12 s/],
    [
      ' version 3\n authentication {\n  auth_type PASS\n  auth_pass x\n }\n',
      /^8 authentication has/,
    ],
    [' state MASTER\n priority 150\n nopreempt\n', /^9 nopreempt has no effect with state MASTER/],
    [' priority 255\n nopreempt\n', /^8 nopreempt has no effect with priority 255/],
    [' state MASTER\n priority 9\n preempt_delay 5\n', /^9 preempt_delay has no effect/],
    [' virtual_ipaddress {\n  2001:db8::9\n }\n', /^8 2001:db8::9 is passed over: .* IPv4/],
    [' virtual_routes {\n  10.1.0.0/16 via 10.0.0.2\n }\n', /^7 virtual_routes is not modelled/],
    [' use_vmac\n', /^7 use_vmac is not modelled: gratuitous ARP/],
  ])('%j is told', (statements, expected) => {
    expect(told(statements)).toEqual([expect.stringMatching(expected)])
  })

  test.each([
    ['vrrp_sync_group G {\n group {\n  A B\n }\n}\n', [/no member "B".* is "A"/, /one member/]],
    ['static_routes {\n 10.1.0.0/16 via 10.0.0.2\n}\n', [/static_routes is not modelled/]],
    ['global_defs {\n lvs_sync_daemon eth0 B\n}\n', [/"B", and there is no vrrp_instance/]],
  ])('%j is told', (behind, expected) => {
    expect(told('', behind)).toEqual(expected.map((each) => expect.stringMatching(each)))
  })

  test('of what it does as it is written nothing is told', () => {
    const statements = ' state BACKUP\n priority 150\n advert_int 2\n nopreempt\n'
    expect(told(statements, 'global_defs {\n lvs_sync_daemon eth0 A\n}\n')).toEqual([])
  })
})

test('blocks that come of one line are all kept', () => {
  const block = 'virtual_server 10.0.0.${N} 80 { \\\n lb_algo rr \\\n protocol TCP \\\n'
  const text = `$VS= \\\n${block} lb_kind DR \\\n real_server 10.1.0.1 80 { } \\\n}\n`
  const { text: accepted } = imported(`${text}~SEQ(N, 1, 3) $VS\n`)
  expect(accepted.match(/virtual_server 10\.0\.0\.\d 80/g)).toHaveLength(3)
})
