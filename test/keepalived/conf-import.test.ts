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
      '-A -t 203.0.113.10:80 -s wrr',
      '-a -t 203.0.113.10:80 -r 10.0.0.11:80 -g -w 3',
      '-a -t 203.0.113.10:80 -r 10.0.0.12:80 -g -w 1 -x 9 -y 0',
      '',
    ])
  })

  test('what is not is told at its line, with the reason', () => {
    const told = imported(ARTICLE).warnings.map(({ line, message }) => `${line} ${message}`)
    expect(told).toEqual(["20 keepalived: Unknown keyword 'wait'"])
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
