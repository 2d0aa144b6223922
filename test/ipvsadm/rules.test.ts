import { describe, expect, test } from 'vitest'
import { parseRules } from '../../src/ipvsadm/rules.ts'

const VIP = '-A -t 203.0.113.10:80'
const SERVER = '-a -t 203.0.113.10:80 -r 10.0.0.11:80'
const HEX_VIP = 0xcb00710a
const HEX_SERVER = 0x0a00000b

/** The only destination of a service that a line adds. */
function added(line: string): object {
  const { services, problems } = parseRules(`${VIP}\n${line}`)
  expect(problems).toEqual([])
  return services[0]!.destinations[0]!
}

describe('a script', () => {
  test('with comments, a prefix and a listing', () => {
    const text = [
      '# on the director',
      'ipvsadm -A -t 203.0.113.10:80 -s wrr              # the virtual service (VIP)',
      'ipvsadm -a -t 203.0.113.10:80 -r 10.0.0.11:80 -g -w 3',
      'sudo /sbin/ipvsadm -a -t 203.0.113.10:80 \\',
      '  -r 10.0.0.12:80 -g -w 1',
      '',
      'ipvsadm -ln                                        # look at it',
    ].join('\n')
    const rest = { forwarding: 'dr', port: 80, upperThreshold: 0, lowerThreshold: 0 }
    expect(parseRules(text)).toEqual({
      services: [
        {
          protocol: 'tcp',
          address: HEX_VIP,
          port: 80,
          scheduler: 'wrr',
          flags: [],
          line: 2,
          destinations: [
            { ...rest, address: HEX_SERVER, weight: 3, line: 3 },
            { ...rest, address: HEX_SERVER + 1, weight: 1, line: 4 },
          ],
        },
      ],
      problems: [],
      leftOut: [],
    })
  })

  test('as ipvsadm -Sn prints it', () => {
    const { services, problems } = parseRules(
      [
        '-A -t 10.0.0.1:80 -s wlc',
        '-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m -w 3',
        '-a -t 10.0.0.1:80 -r 10.1.0.5:80 -i -w 1 --tun-type ipip',
        '-A -u 10.0.0.3:53 -s sh -b sh-fallback,sh-port',
      ].join('\r\n'),
    )
    expect(problems).toEqual([])
    expect(services.map((s) => [s.protocol, s.port, s.scheduler, s.flags])).toEqual([
      ['tcp', 80, 'wlc', []],
      ['udp', 53, 'sh', ['sh-fallback', 'sh-port']],
    ])
    expect(services[0]!.destinations.map((d) => [d.forwarding, d.port, d.weight])).toEqual([
      ['nat', 8080, 3],
      ['tun', 80, 1],
    ])
  })

  test('that edits and deletes', () => {
    const { services, problems } = parseRules(
      [
        '-A -t 10.0.0.1:80 -s mh -b mh-port',
        '-a -t 10.0.0.1:80 -r 10.1.0.2 -m -w 3 -x 10 -y 5',
        '-a -t 10.0.0.1:80 -r 10.1.0.3 -m',
        '-E -t 10.0.0.1:80',
        '-e -t 10.0.0.1:80 -r 10.1.0.2',
        '-d -t 10.0.0.1:80 -r 10.1.0.3:80',
        '-A -u 10.0.0.1:80',
        '-D -u 10.0.0.1:80',
      ].join('\n'),
    )
    expect(problems).toEqual([])
    expect(services).toHaveLength(1)
    expect(services[0]).toMatchObject({ scheduler: 'wlc', flags: [], line: 4 })
    expect(services[0]!.destinations).toEqual([
      {
        address: 0x0a010002,
        port: 80,
        weight: 1,
        forwarding: 'dr',
        upperThreshold: 0,
        lowerThreshold: 0,
        line: 5,
      },
    ])
  })

  test('-C clears', () => {
    expect(parseRules(`${VIP}\nipvsadm -C\n${VIP} -s rr`).services).toMatchObject([
      { scheduler: 'rr', line: 3 },
    ])
  })
})

describe('good lines', () => {
  test.each([
    ['defaults', SERVER, { forwarding: 'dr', weight: 1, upperThreshold: 0, lowerThreshold: 0 }],
    ['a bundle', '-at 203.0.113.10:80 -mr 10.0.0.11:81', { forwarding: 'nat', port: 81 }],
    ['a value in the bundle', `${SERVER} -w7`, { weight: 7 }],
    ['weight 0', `${SERVER} -w 0`, { weight: 0 }],
    ['decimal whatever the zeros', `${SERVER} -w 010`, { weight: 10 }],
    ['a large weight', `${SERVER} -w 2147483647`, { weight: 2147483647 }],
    ['thresholds', `${SERVER} -x 5 -y 5`, { upperThreshold: 5, lowerThreshold: 5 }],
    [
      'long options',
      '--add-server --tcp-service=203.0.113.10:80 --real-server 10.0.0.11:http --ipip --weight=2',
      { forwarding: 'tun', port: 80, weight: 2 },
    ],
    ['-g forces the port', '-a -t 203.0.113.10:80 -r 10.0.0.11:8080 -g', { port: 80 }],
    ['-i forces the port', '-a -t 203.0.113.10:80 -r 10.0.0.11:8080 -i', { port: 80 }],
    ['-m keeps the port', '-a -t 203.0.113.10:80 -r 10.0.0.11:8080 -m', { port: 8080 }],
    ['the port of the service', '-a -t 203.0.113.10:80 -r 10.0.0.11 -m', { port: 80 }],
    ['-r before -t loses it', '-a -r 10.0.0.11 -t 203.0.113.10:80 -m', { port: 0 }],
    ['a short address', '-a -t 203.0.113.10:80 -r 10.11:80', { address: HEX_SERVER }],
    ['ipvsadm inside', `ipvsadm ipvsadm ${SERVER}`, { address: HEX_SERVER }],
  ])('%s', (_name, line, expected) => {
    expect(added(line)).toMatchObject(expected)
  })

  test.each([
    ['-A -t 10.0.0.1:80', 'wlc', []],
    ['-A -t 10.0.0.1:80 -s sh -b flag-1,flag-2', 'sh', ['sh-fallback', 'sh-port']],
    ['-A -t 10.0.0.1:80 -b mh-port -s mh', 'mh', ['mh-port']],
    ['-A -t 10.0.0.1:80 -M 24', 'wlc', []],
    ['-A -t 0.0.0.0:80', 'wlc', []],
  ])('%s', (line, scheduler, flags) => {
    const { services, problems } = parseRules(line)
    expect(problems).toEqual([])
    expect(services).toMatchObject([{ scheduler, flags }])
  })

  test.each(['-L', '-l', '-ln', '-Ln', '-Lnc --sort', '-S', '-Sn | grep 80', '-Z', '-v', ''])(
    'ipvsadm %s changes nothing',
    (line) => {
      expect(parseRules(`${VIP}\nipvsadm ${line}`)).toMatchObject({ services: [{}], problems: [] })
    },
  )
})

describe('bad lines', () => {
  // A problem stands at the word that is wrong; of a short option at its letter, as in a bundle.
  test.each([
    ['-a -t 10.0.0.1:80 -r 10.1.0.2:80', 7, 'Service not defined'],
    ['-E -t 10.0.0.1:80', 7, 'No such service'],
    [VIP, 7, 'Service already exists'],
    ['-e -t 203.0.113.10:80 -r 10.0.0.99', 26, 'No such destination'],
    ['-A -t 10.0.0.1', 7, 'Zero port specified for non-persistent service'],
    ['-A -t 10.0.0.1:80 -s wrrr', 22, 'Scheduler or persistence engine not found'],
    ['-A -t 80', 7, 'illegal virtual server address[:port] specified'],
    ['-A -t 10.0.0.1:99999', 7, 'illegal virtual server address[:port] specified'],
    ['-A -t www.example.org:80', 7, 'illegal virtual server address[:port] specified'],
    ['-A -t [::1]', 7, 'illegal virtual server address[:port] specified'],
    ['-a -t 203.0.113.10:80 -r 10.0.0.300:80', 26, 'illegal real server address[:port] specified'],
    [`${SERVER} -w 0x10`, 42, 'illegal weight specified'],
    [`${SERVER} -w -1`, 42, 'illegal weight specified'],
    [`${SERVER} -w 2147483648`, 42, 'illegal weight specified'],
    [`${SERVER} -w`, 40, '-w: missing argument'],
    [`${SERVER} -x ten`, 42, 'illegal u_threshold specified'],
    [`${SERVER} -y 3`, 40, 'Numerical result out of range'],
    [`${SERVER} -g -m`, 43, "multiple 'forwarding-method' options specified"],
    [`${VIP} -u 10.0.0.1:80`, 24, "multiple 'service-address' options specified"],
    ['-t 10.0.0.1:80 -A', 1, 'the command must come first'],
    ['-A -t 10.0.0.1:80 -D', 20, "invalid option `-D'"],
    ['-A -t 10.0.0.1:80 --foo', 19, '--foo: unknown option'],
    ['-A -t 10.0.0.1:80 rr', 19, 'unexpected argument rr'],
    [
      '-A -s rr',
      1,
      "You need to supply the 'service-address' option for the 'add-service' command",
    ],
    ['-A -t 10.0.0.1:80 -w 3', 20, "Illegal 'weight' option with the 'add-service' command"],
    ['-C -n', 5, "Illegal 'numeric' option with the 'flush' command"],
    ['-A -t 10.0.0.1:80 -o', 20, 'One-Packet Scheduling is only for UDP virtual services'],
    ['-A -t 10.0.0.1:80 -p 0', 22, "invalid timeout value `0' specified"],
    ['-A -f 0', 7, "invalid fwmark value `0' specified"],
    ['-A -6 -f 1', 5, '-6 used before -f'],
    ['-A -t 10.0.0.1:80 -b sh-port', 22, "incompatible scheduler flag `sh-port'"],
    ['-A -t 10.0.0.1:80 -s sh -b sticky', 28, "invalid scheduler flag `sticky'"],
    ['-A -t 10.0.0.1:80 -M x', 22, 'illegal virtual server persistent mask specified'],
    [`${SERVER} --tun-type ipip`, 39, 'Tunnel options conflict with forward method'],
    [`${SERVER} -i --tun-type vxlan`, 53, 'illegal tunnel type specified'],
    [
      `${SERVER} -i --tun-type gue`,
      42,
      "You need to supply the 'tun-port' option for the 'gue' tunnel type",
    ],
    [`${SERVER} -i --tun-port 9`, 42, "Illegal 'tun-port' option with the 'ipip' tunnel type"],
    [
      '-a -t 203.0.113.10:80 -r 224.0.0.1:80',
      26,
      'Invalid operation.  Possibly wrong module version, address not unicast, ...',
    ],
    ['echo 1', 1, 'not a command of ipvsadm'],
  ])('%s', (line, column, message) => {
    const { problems } = parseRules(`${VIP}\n${line}`)
    expect(problems).toMatchObject([{ line: 2, column, message }])
    expect(problems[0]!.length).toBeGreaterThan(0)
  })

  test('a server twice', () => {
    const { services, problems } = parseRules(`${VIP}\n${SERVER}\n${SERVER} -m`)
    expect(problems).toMatchObject([{ line: 3, message: 'Destination already exists' }])
    expect(services[0]!.destinations).toHaveLength(1)
  })

  test.each([
    ['-A -t 10.0.0.1:80 -s wrrr', 'wrr'],
    ['--ad-server', '--add-server'],
    ['-A -t 10.0.0.1:htp', 'http'],
    ['-A -t 10.0.0.1:80 -s sh -b sh-prot', 'sh-port'],
  ])('%s suggests %s', (line, suggestion) => {
    expect(parseRules(line).problems).toMatchObject([{ suggestion }])
  })

  test('each line has its own problem, and good lines count', () => {
    const { services, problems } = parseRules(`${VIP} -s nope\n${SERVER}\n-A -u 10.0.0.1:53\n-x 3`)
    expect(problems.map(({ line }) => line)).toEqual([1, 4])
    expect(services).toMatchObject([{ protocol: 'udp', port: 53 }])
  })
})

describe('what is not simulated yet is named', () => {
  test.each([
    [`${SERVER} -i --tun-type gue --tun-port 6080`, 'the tunnel type gue'],
    [`${SERVER} -i --tun-type gre --tun-csum`, 'the tunnel type gre'],
    ['--set 900 120 300', '--set'],
    ['--start-daemon master', 'the synchronisation daemon'],
  ])('%s', (line, what) => {
    const { problems } = parseRules(`${VIP}\n${line}`)
    expect(problems).toMatchObject([{ line: 2, message: `${what} is not simulated yet` }])
  })

  test.each([
    ['-A -f 1 -s rr', 'a service by firewall mark (-f)'],
    ['-A -f 1 -6', 'a service by firewall mark (-f)'],
    ['-A -u 10.0.0.1:53 -o', 'one-packet scheduling (-o)'],
    ['-A -u 10.0.0.1:5060 --pe sip', 'a persistence engine (--pe)'],
    ['-A --sctp-service 10.0.0.1:80', 'SCTP'],
  ])('%s is left out, and all else stays', (line, what) => {
    const { services, problems, leftOut } = parseRules(`${line}\n${VIP}\n${SERVER}`)
    const message = `left out: ${what} is not simulated yet`
    expect(leftOut).toMatchObject([{ line: 1, message }])
    expect(problems).toEqual([])
    expect(services).toMatchObject([{ port: 80, destinations: [{ weight: 1 }] }])
  })

  test('once, not again with every server, nor when it is taken away', () => {
    const text = '-A -f 1 -s rr\n-a -f 1 -r 10.0.0.1 -g\n-a -f 1 -r 10.0.0.2 -g\n-D -f 1'
    expect(parseRules(text)).toMatchObject({ problems: [], leftOut: [{ line: 1 }] })
    const one = '-A -u 10.0.0.1:53 -o\n-a -u 10.0.0.1:53 -r 10.0.0.2\n-D -u 10.0.0.1:53'
    expect(parseRules(one)).toMatchObject({ services: [], problems: [], leftOut: [{ line: 1 }] })
  })

  test('a service that becomes one of them is there no more', () => {
    const text = '-A -u 10.0.0.1:53\n-a -u 10.0.0.1:53 -r 10.0.0.2\n-E -u 10.0.0.1:53 -o'
    expect(parseRules(text)).toMatchObject({ services: [], problems: [], leftOut: [{ line: 3 }] })
  })
})

describe('persistence', () => {
  test.each([
    ['-A -t 10.0.0.1:80 -p', { timeoutSeconds: 360, netmask: null }],
    ['-A -t 10.0.0.1:80 -p 60', { timeoutSeconds: 60, netmask: null }],
    [
      '-A -t 10.0.0.1:0 -s wrr -p 600 -M 255.255.255.0',
      { timeoutSeconds: 600, netmask: 0xffffff00 | 0 },
    ],
    ['-A -t [fd00::1]:80 -p 60 -M 64', { timeoutSeconds: 60, netmask: 64 }],
    ['-A -t 10.0.0.1:80 -s lblc -p 60', { timeoutSeconds: 60, netmask: null }],
  ])('%s', (line, persistence) => {
    expect(parseRules(line)).toMatchObject({ services: [{ persistence }], problems: [] })
  })

  test('an edit without it ends it', () => {
    const { services } = parseRules('-A -t 10.0.0.1:80 -p 60\n-E -t 10.0.0.1:80')
    expect(services[0]!.persistence).toBeUndefined()
  })
})
