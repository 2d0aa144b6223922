// keepalived.conf as keepalived 2.2.7 reads it: the file that the specification gives as an
// example, includes, conditionals and parameters, and files of any content at all. Whole files
// with what the real program made of them are in test/golden/keepalived-import.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { readConf, type Conf } from '../../src/keepalived/conf.ts'
import { allOf, lastOf, numberOf } from '../../src/keepalived/conf-tree.ts'
import { virtualServersOf } from '../../src/keepalived/virtual-servers.ts'
import { formatAddress } from '../../src/wire/address-text.ts'

function read(text: string, id = 'lb1', files: Record<string, string> = {}): Conf {
  return readConf({
    ...{ file: 'etc/keepalived.conf', text, id },
    files: {
      match: (pattern, directory) => {
        const path = `${directory}/${pattern}`
        const [before, after] = path.split('*') as [string, string?]
        return Object.keys(files).filter((name) =>
          after === undefined ? name === path : name.startsWith(before) && name.endsWith(after),
        )
      },
      read: (path) => files[path] ?? null,
    },
  })
}

function serversIn(conf: Conf): string[] {
  return virtualServersOf(conf.root).servers.flatMap(({ servers }) =>
    servers.map(({ address, port, weight, checkers }) => {
      return `${formatAddress(address)}:${port} ${weight} ${checkers.length}`
    }),
  )
}

function places(conf: Conf): string[] {
  return conf.complaints.map(({ file, line, message }) => `${file}:${line} ${message}`)
}

const EXAMPLE = `
! comment
$VIP=10.0.0.100
$RS= \\
  real_server 10.0.0.\${N} 80 { \\
    weight \${W} \\
    inhibit_on_failure \\
    TCP_CHECK { \\
      connect_timeout 3 \\
    } \\
  }
global_defs {
   router_id lb1   # trailing comment
   vrrp_garp_master_refresh 60
}
vrrp_script chk { script "/usr/bin/killall -0 nginx"
   interval 2
   weight -60 }
vrrp_instance VI_1 {
   @lb1 priority 150
   @^lb1 priority 100
   state BACKUP
   interface eth0
   virtual_router_id 51
   advert_int 1
   virtual_ipaddress { \${VIP}/24 dev eth0 }
   track_script { chk }
}
virtual_server $VIP 80 {
   delay_loop 6
   lb_algo wrr
   lb_kind DR
   protocol TCP
   persistence_timeout 300
   sorry_server 10.0.0.9 80
   ~LST({N,W}, {11,1},{12,2}) $RS
   ~SEQ(M, 21, 23) real_server 10.0.0.\${M} 80 { weight 3 }
}
`

describe('the example of the specification', () => {
  test('nothing to complain about, five real servers', () => {
    const conf = read(EXAMPLE)
    expect(places(conf)).toEqual([])
    expect(conf.complaintsOfWhole).toEqual([])
    expect(serversIn(conf)).toEqual([
      ...['10.0.0.11:80 1 1', '10.0.0.12:80 2 1'],
      ...['10.0.0.21:80 3 0', '10.0.0.22:80 3 0', '10.0.0.23:80 3 0'],
    ])
  })

  test.each([
    ['lb1', 150],
    ['lb2', 100],
  ])('on %s the priority is %i', (id, priority) => {
    const instance = lastOf(read(EXAMPLE, id).root, 'vrrp_instance')!
    expect(numberOf(instance, 'priority')).toBe(priority)
    const [vip] = lastOf(instance, 'virtual_ipaddress')!.statements
    expect(vip!.value).toMatchObject({ prefixLength: 24, device: 'eth0' })
  })
})

const HEAD = 'virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n'

describe('includes', () => {
  test('stand where they are written, in the order of their names', () => {
    const conf = read(`${HEAD} include rs/*.conf\n}\n`, 'lb1', {
      'etc/rs/a.conf': 'real_server 10.0.1.1 80 {\n weight 5\n}\n',
      'etc/rs/b.conf': 'include c.inc\nreal_server 10.0.1.2 80 {\n wait 5\n}\n',
      'etc/rs/c.inc': 'real_server 10.0.1.3 80 { }\n',
    })
    expect(serversIn(conf)).toEqual(['10.0.1.1:80 5 0', '10.0.1.3:80 1 0', '10.0.1.2:80 1 0'])
    expect(places(conf)).toEqual(["etc/rs/b.conf:3 Unknown keyword 'wait'"])
  })

  test('of what is missing is said, and the rest counts', () => {
    const conf = read(`include none.conf\n${HEAD} real_server 10.0.1.1 80 { }\n}\n`)
    expect(places(conf)).toEqual(["etc/keepalived.conf:1 Config files missing 'none.conf'."])
    expect(serversIn(conf)).toHaveLength(1)
  })

  test('a file that includes itself ends the reading', () => {
    const conf = read('include a.conf', 'lb1', {
      'etc/a.conf': '\ninclude b.conf\n',
      'etc/b.conf': 'include a.conf\n',
    })
    expect(conf.hasStopped).toBe(true)
    expect(places(conf)).toEqual(['etc/b.conf:1 include etc/a.conf: the file includes itself'])
  })
})

describe('parameters', () => {
  test.each([
    ['a value that names itself', '$A=${A}x\n'],
    ['two that name each other', '$A=${B}\n$B=${A}\n'],
    ['a block that names itself', '$A= \\\n $A\n'],
  ])('%s does not hang the reader', (_, definition) => {
    const conf = read(`${definition}$A\n`)
    expect(conf.complaints.length + Number(conf.hasStopped)).toBeGreaterThan(0)
  })

  test('a repetition of repetitions, the left one outermost', () => {
    const line = '~SEQ(A, 1, 2) ~LST(B, 7, 8) real_server 10.0.${A}.${B} 80 { weight ${B} }'
    expect(serversIn(read(`${HEAD}${line}\n}\n`))).toEqual([
      ...['10.0.1.7:80 7 0', '10.0.1.8:80 8 0', '10.0.2.7:80 7 0', '10.0.2.8:80 8 0'],
    ])
  })
})

describe('any file at all', () => {
  const word = fc.constantFrom(
    ...['virtual_server', '10.0.0.1', '80', '{', '}', '\n', ' ', 'real_server', 'TCP_CHECK'],
    ...['weight', '$A', '$A=', '${A}', '~SEQ(A, 1, 3)', '~LST(', '"', '#', '\\\n', '@lb1', '-1'],
    ...['global_defs', 'vrrp_instance', 'priority', 'include x', 'fwmark', 'group', 'quorum'],
  )

  test('is read to its end, with complaints at lines that it has', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join(' ')
        const conf = read(text)
        const lines = text.split('\n').length
        for (const { line } of conf.complaints) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(lines)
        }
        virtualServersOf(conf.root)
      }),
    )
  })

  test('a file cut anywhere keeps what stood before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: EXAMPLE.length }), (length) => {
        const conf = read(EXAMPLE.slice(0, length))
        const whole = allOf(read(EXAMPLE).root, 'vrrp_script').length
        expect(allOf(conf.root, 'vrrp_script').length).toBeLessThanOrEqual(whole)
      }),
      { numRuns: 200 },
    )
  })
})
