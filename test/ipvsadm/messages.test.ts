// What ipvsadm and the kernel refuse (spec ipvsadm 1 to 5, 7.2): condition, words and exit code.
// All of it is in recordings, too (golden/text-formats); here each row says what it is about.
import { describe, expect, test } from 'vitest'
import { LoneDirector } from '../support/lone-director.ts'

const HINT = "Try `ipvsadm -h' or 'ipvsadm --help' for more information."
const NOT_UNICAST = 'Invalid operation.  Possibly wrong module version, address not unicast, ...'
const BAD_VIRTUAL = 'illegal virtual server address[:port] specified'
const BAD_REAL = 'illegal real server address[:port] specified'
const NO_MODULE = 'Scheduler or persistence engine not found'
const MASK = 'illegal virtual server persistent mask specified'

const V = '-t 10.0.0.1:80'
const R = '-r 10.0.1.1:80'
const SIX = '-t [2001:db8::1]:80'

/** With a service of each kind, and one server. */
function director(): LoneDirector {
  return new LoneDirector().rules(
    ...[`-A ${V}`, `-a ${V} ${R} -m`, '-A -u 10.0.0.1:53', '-A -f 7', `-A ${SIX}`],
  )
}

/** Lines as they are run, 'MESSAGE' or 'ok', and the exit code. */
function say(line: string, stdin = ''): [string, number] {
  const { err, rc } = director().ipvsadm(line, stdin)
  return [err === '' ? 'ok' : err.trimEnd(), rc]
}

function needs(option: string, command: string): string {
  return `You need to supply the '${option}' option for the '${command}' command`
}

function illegal(option: string, command: string): string {
  return `Illegal '${option}' option with the '${command}' command`
}

function conflict(later: string, earlier: string, where = "'list' command"): string {
  return `The option '${later}' conflicts with the '${earlier}' option in the ${where}`
}

describe('the parser of options', () => {
  test.each([
    [`${V} -A`, HINT, 255],
    ['-n -L', HINT, 255],
    ['nonsense', HINT, 255],
    ['--foo', HINT, 255],
    ['--start-daemon', HINT, 255],
    [`-A ${V} --foo`, '--foo: unknown option', 255],
    ['-Lnq', '-Lnq: unknown option', 255],
    [`-a ${V} ${R} -mw`, '-mw: missing argument', 255],
    ['-A --tcp-service', '--tcp-service: missing argument', 255],
    [`-A ${V} --numeric=3`, '--numeric=3: option does not take an argument', 255],
    [`-A ${V} -D`, "invalid option `-D'", 2],
    [`-A ${V} --delete-service`, "invalid option `--delete-service'", 2],
    ['-LnA', "invalid option `-LnA'", 2],
    [`-D ${V} extra`, 'unexpected argument extra', 2],
    ['--set 1 2 3 4', 'unexpected argument 4', 2],
    ['-A -u 10.0.0.1:9 -p -1', '-1: unknown option', 255],
  ])('%s', (line, message, code) => {
    expect(say(line)).toEqual([message, code])
  })
})

describe('which option goes with which command', () => {
  test.each([
    [`-A ${V} -u 10.0.0.1:80`, "multiple 'service-address' options specified"],
    [`-a ${V} ${R} -g -m`, "multiple 'forwarding-method' options specified"],
    ['-L -n -n', "multiple 'numeric' options specified"],
    ['-A -s rr', needs('service-address', 'add-service')],
    ['-E', needs('service-address', 'edit-service')],
    ['-D', needs('service-address', 'delete-service')],
    [`-a ${R}`, needs('service-address', 'add-server')],
    [`-e ${V}`, needs('real-server', 'edit-server')],
    [`-d ${V}`, needs('real-server', 'delete-server')],
    [`-A ${V} -w 1`, illegal('weight', 'add-service')],
    [`-D ${V} -s rr`, illegal('scheduler', 'delete-service')],
    [`-a ${V} ${R} -p`, illegal('persistent', 'add-server')],
    [`-d ${V} ${R} -g`, illegal('forwarding-method', 'delete-server')],
    ['-C -n', illegal('numeric', 'flush')],
    ['-Z -n', illegal('numeric', 'zero')],
    ['-R -n', illegal('numeric', 'restore')],
    [`-S ${V}`, illegal('service-address', 'save')],
    ['-L -w 1', illegal('weight', 'list')],
    ['--set 1 2 3 -n', illegal('numeric', 'set')],
    ['--stop-daemon master --mcast-interface lo', illegal('mcast-interface', 'stop-daemon')],
    ['--start-daemon master -n', illegal('numeric', 'start-daemon')],
    // The slots are looked through in their order, whatever the line's.
    [`-A -w 1 -r 10.0.1.1`, needs('service-address', 'add-service')],
    [`-A ${V} -w 1 ${R}`, illegal('real-server', 'add-service')],
    ['-L -c --timeout', conflict('timeout', 'connection')],
    ['-L --timeout --daemon', conflict('daemon', 'timeout')],
    [`-L ${V} -c`, conflict('service-address', 'connection')],
    ['-L -c --stats', 'options conflicts in the list command'],
    ['-L --daemon --rate', 'options conflicts in the list command'],
    ['-L --timeout --persistent-conn', 'options conflicts in the list command'],
    ['-6 -L', HINT],
  ])('%s', (line, message) => {
    expect(say(line)).toEqual([message, message === HINT ? 255 : 2])
  })

  test.each(['-Lnc --persistent-conn', '-Ln --stats --rate', `-Ln ${V} --sort`, '-L --syncid 3'])(
    '%s is legal',
    (line) => {
      expect(say(line)).toEqual(['ok', 0])
    },
  )
})

describe('values at their limits and past them', () => {
  const daemon = '--start-daemon master --mcast-interface eth0'
  const server = `-a ${V} -r 10.0.1.9:80 -m`
  const tunnel = `-a ${V} -r 10.0.1.9:80 -i --tun-type gue --tun-port`
  const timeout = (text: string): string => `invalid timeout value \`${text}' specified`
  const fwmark = (text: string): string => `invalid fwmark value \`${text}' specified`

  test.each([
    [
      `${server} -w`,
      ['0', '2147483647', '010'],
      ['-1', '2147483648', '0x10', '1.5', 'x'],
      'illegal weight specified',
    ],
    [
      `${server} -x`,
      ['0', '2147483647'],
      ['-1', '2147483648', 'x'],
      'illegal u_threshold specified',
    ],
    [
      `${server} -x 2147483647 -y`,
      ['0', '2147483647'],
      ['-1', '2147483648'],
      'illegal l_threshold specified',
    ],
    ['-A -t 10.0.0.2:80 -p', ['1', '2678400'], ['0', '2678401', 'x'], timeout],
    ['--set 0 0', ['0', '2678400'], ['2678401', 'x'], timeout],
    ['-A -f', ['1', '4294967295'], ['0', '4294967296', '-1', '0x5'], fwmark],
    [`${daemon} --syncid`, ['0', '255'], ['256', '-1'], 'illegal syncid specified'],
    [`${daemon} --mcast-port`, ['1', '65535'], ['0', '65536'], 'illegal mcast-port specified'],
    [`${daemon} --mcast-ttl`, ['1', '255'], ['0', '256'], 'illegal mcast-ttl specified'],
    [`${daemon} --sync-maxlen`, ['1', '65507'], ['0', '65508'], 'illegal sync-maxlen specified'],
    [tunnel, ['1', '65535'], ['0', '65536', 'x'], 'illegal tunnel port specified'],
    [
      `-A ${SIX.replace('80', '81')} -p -M`,
      ['1', '128'],
      ['0', '129', 'x', '255.255.0.0'],
      'illegal ipv6 netmask specified',
    ],
    [
      '-A -t 10.0.0.2:80 -M',
      ['24', '0.0.0.0', '255.0.255.0', '0xffffff00'],
      ['255.255.255.256', 'x'],
      MASK,
    ],
    [
      '-A -s rr -t',
      [
        '10.0.0.2:65535',
        '10.2:80',
        '1:80',
        '[::2]:80',
        '10.0.0.2:http',
        '10.0.0.2:+80',
        '10.0.0.2:080',
        '224.0.0.9:80',
        '0.0.0.0:80',
        '255.255.255.255:80',
      ],
      [
        '80',
        '10.0.0.2:65536',
        '10.0.0.2:-1',
        '10.0.0.2:',
        '10.0.0.256:80',
        '10.0.0.1.2:80',
        '[::2]',
        '[::g]:80',
        ':80',
        '10.0.0.2:nosuch',
        '10.0.0.2:0x50',
      ],
      BAD_VIRTUAL,
    ],
    [
      `-a ${V} -m -r`,
      ['10.0.1.9:65535', '10.0.1.9', '10.1.9', '127.0.0.1:80', '10.0.1.0:80'],
      ['80', '10.0.1.300', '10.0.1.9:65536', '10.0.1.9:x'],
      BAD_REAL,
    ],
  ])('%s', (line, good, bad, message) => {
    for (const value of good) expect([value, ...say(`${line} ${value}`)]).toEqual([value, 'ok', 0])
    for (const value of bad) {
      const words = typeof message === 'string' ? message : message(value)
      expect([value, ...say(`${line} ${value}`)]).toEqual([value, words, 2])
    }
  })

  test.each([
    ['224.0.0.300', 'IPv4'],
    ['10.0.0.1', 'IPv4'],
    ['2001::1', 'IPv6'],
  ])('a group of %s', (group, family) => {
    const message = `invalid ${family} mcast-group \`${group}'`
    expect(say(`${daemon} --mcast-group ${group}`)).toEqual([message, 2])
  })
})

describe('what is checked after reading', () => {
  const tunnel = `-a ${V} -r 10.0.1.9:80 -i --tun-type`
  test.each([
    ['-A -t 10.0.0.2:0', 'Zero port specified for non-persistent service'],
    ['-A -u 10.0.0.2', 'Zero port specified for non-persistent service'],
    ['-A -t 10.0.0.2:80 -o', 'One-Packet Scheduling is only for UDP virtual services'],
    ['-A --sctp-service 10.0.0.2:80 -o', 'One-Packet Scheduling is only for UDP virtual services'],
    [
      `-a ${V} -r [2001:db8::9]:80 -g`,
      'Different address family is allowed only for tunneling servers',
    ],
    [
      '-a -f 7 -r [2001:db8::9]:80 -m',
      'Different address family is allowed only for tunneling servers',
    ],
    [`-a ${V} -r 10.0.1.9:80 -m --tun-type ipip`, 'Tunnel options conflict with forward method'],
    [`-a ${V} -r 10.0.1.9:80 --tun-csum`, 'Tunnel options conflict with forward method'],
    [`${tunnel} vxlan`, 'illegal tunnel type specified'],
    [`${tunnel} gue`, "You need to supply the 'tun-port' option for the 'gue' tunnel type"],
    [`${tunnel} ipip --tun-port 5`, "Illegal 'tun-port' option with the 'ipip' tunnel type"],
    [`${tunnel} ipip --tun-csum`, "Illegal 'tun-csum' option with the 'ipip' tunnel type"],
    [`${tunnel} gre --tun-port 5`, "Illegal 'tun-port' option with the 'gre' tunnel type"],
    [`${tunnel} gre --tun-remcsum`, "Illegal 'tun-remcsum' option with the 'gre' tunnel type"],
    [
      `${tunnel} gre --tun-nocsum --tun-csum`,
      conflict('tun-csum', 'tun-nocsum', "'gre' tunnel type"),
    ],
    [
      `${tunnel} gue --tun-port 5 --tun-csum --tun-remcsum`,
      conflict('tun-remcsum', 'tun-csum', "'gue' tunnel type"),
    ],
    ['-A -6 -f 9', '-6 used before -f'],
    ['-A -t 10.0.0.2:80 -6', '-6 used before -f'],
    ['-A -t 10.0.0.2:80 -s rr -b sh-port', "incompatible scheduler flag `sh-port'"],
    ['-A -t 10.0.0.2:80 -b mh-port', "incompatible scheduler flag `mh-port'"],
    ['-A -t 10.0.0.2:80 -s sh -b flag-4', "invalid scheduler flag `flag-4'"],
    ['--set 1 2', '--set option requires 3 timeout values'],
    ['--start-daemon foo', 'illegal start-daemon parameter specified'],
    ['--stop-daemon foo', 'illegal start_daemon specified'],
  ])('%s', (line, message) => {
    expect(say(line)).toEqual([message, 2])
  })

  test.each([
    '-A -f 9 -6 -s rr',
    '-A -f 9 -o',
    '-A -t 10.0.0.2:0 -p',
    '-A -u 10.0.0.2:9 -o -p',
    '-A -t 10.0.0.2:80 -M 255.0.0.0',
    '-A -t 10.0.0.2:80 --pe sip',
    '-A -t 10.0.0.2:80 -s sh -b ,sh-port,,flag-1,',
    '-A -t 10.0.0.2:80 -s rr -b flag-1,flag-2,flag-3',
    `-a ${V} -r [2001:db8::9]:80 -i`,
    '-At 10.0.0.2:80 -srr',
    '-A --tcp-service=10.0.0.2:80 --scheduler=rr',
  ])('%s is legal', (line) => {
    expect(say(line)).toEqual(['ok', 0])
  })
})

describe('what the kernel refuses', () => {
  test.each([
    [`-A ${V}`, 'Service already exists', 255],
    ['-A -f 7', 'Service already exists', 255],
    ['-E -t 10.0.0.9:1', 'No such service', 255],
    ['-D -t 10.0.0.9:1', 'No such service', 255],
    ['-Z -t 10.0.0.9:1', 'No such service', 255],
    ['-L -t 10.0.0.9:1', 'No such service', 1],
    [`-a -t 10.0.0.9:1 ${R}`, 'Service not defined', 255],
    [`-e -t 10.0.0.9:1 ${R}`, 'Service not defined', 255],
    [`-d -t 10.0.0.9:1 ${R}`, 'Service not defined', 255],
    [`-a ${V} ${R} -m`, 'Destination already exists', 255],
    [`-a ${V} -r 10.0.1.1:99 -g`, 'Destination already exists', 255],
    [`-e ${V} -r 10.0.1.1:81 -m`, 'No such destination', 255],
    [`-d ${V} -r 10.0.1.1:81`, 'No such destination', 255],
    ['-A -t 10.0.0.2:80 -s nosuch', NO_MODULE, 255],
    [`-E ${V} -s rr --pe nosuch`, NO_MODULE, 255],
    [`-a ${V} -r 224.0.0.1:80 -m`, NOT_UNICAST, 255],
    [`-a ${V} -r 0.0.0.0:80 -m`, NOT_UNICAST, 255],
    [`-a ${V} -r 255.255.255.255:80 -m`, NOT_UNICAST, 255],
    [`-a ${SIX} -r [ff02::1]:80 -m`, NOT_UNICAST, 255],
    [`-a ${SIX} -r [fe80::1]:80 -m`, NOT_UNICAST, 255],
    [`-a ${SIX} -r [::]:80 -m`, NOT_UNICAST, 255],
    [`-a ${SIX} -r [::ffff:10.0.1.3]:80 -m`, NOT_UNICAST, 255],
    [`-e ${V} ${R} -m -x 5 -y 6`, 'Numerical result out of range', 255],
    [`-e ${V} ${R} -m -y 1`, 'Numerical result out of range', 255],
    ['--start-daemon master --mcast-interface nosuch', 'No such device', 255],
    ['--stop-daemon backup', 'No daemon is running', 255],
  ])('%s', (line, message, code) => {
    expect(say(line)).toEqual([message, code])
  })

  test('what is refused changes nothing', () => {
    const one = director()
    const before = one.ipvsadm('-Ln').out
    for (const line of [
      `-e ${V} ${R} -m -w 9 -y 1`,
      `-E ${V} -s rr --pe nosuch`,
      `-A ${V} -s rr`,
    ]) {
      expect(one.ipvsadm(line).rc).toBe(255)
    }
    expect(one.ipvsadm('-Ln').out).toBe(before)
  })
})

describe('a restore', () => {
  // The words of each line that fails, then the exit code, then how many services there are.
  test.each([
    [
      'goes on after a refusal of the kernel',
      `-A ${V}\n-A -t 10.0.0.2:1\n`,
      'Service already exists',
      0,
      5,
    ],
    ['whose last line fails', `-A -t 10.0.0.2:1\n-A ${V}\n`, 'Service already exists', 255, 5],
    [
      'ends at a mistake',
      '-A -t 10.0.0.2:1 -w 3\n-A -t 10.0.0.2:2\n',
      illegal('weight', 'add-service'),
      2,
      4,
    ],
    ['ends at a comment', '# hello\n-A -t 10.0.0.2:1\n', HINT, 255, 4],
    ['a comment behind a line', '-A -t 10.0.0.2:1 # hello\n', 'unexpected argument #', 2, 4],
    ['of a restore', '-R\n', HINT, 255, 4],
    ['ipvsadm anywhere, blanks, CR', 'ipvsadm -A\t-t ipvsadm 10.0.0.2:1\r\n\n  \n', 'ok', 0, 5],
    ['clears when told to', `-C\n-A ${V}\n`, 'ok', 0, 1],
  ])('%s', (_, stdin, message, code, services) => {
    const one = director()
    const { err, rc } = one.ipvsadm('-R', stdin)
    expect([err === '' ? 'ok' : err.trimEnd(), rc]).toEqual([message, code])
    expect(one.ipvs.services).toHaveLength(services)
  })
})
