// Persistence (spec 3.5): keys of templates, what they decide, how long they live.
import { describe, expect, test } from 'vitest'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SERVICE = `-t ${VIP}:80`

function persistent(options: string, method = '-m'): LoneDirector {
  const bench = new LoneDirector().rules(`-A ${SERVICE} -s rr ${options}`)
  for (const last of [1, 2, 3]) bench.rules(`-a ${SERVICE} -r 10.0.1.${last}:8080 ${method}`)
  return bench
}

/** Templates as 'PROTOCOL network virtual server STATE'. */
function templates(bench: LoneDirector): string[] {
  return bench
    .connections()
    .filter((line) => / (NONE|ASSURED) /.test(line))
    .map((line) => line.replace(/ \d+$/, ''))
}

describe('keys', () => {
  test('a client keeps its server; others take their turn', () => {
    const bench = persistent('-p 100')
    const chosen = [1, 2, 1, 3, 2, 1].map((last, i) =>
      bench.packet('tcp S', `198.51.100.${last}:${2000 + i}`),
    )
    expect(chosen.map((server) => server[7])).toEqual(['3', '2', '3', '1', '2', '3'])
    expect(templates(bench)).toEqual([
      `TCP 198.51.100.1:0 ${VIP}:80 10.0.1.3:8080 NONE`,
      `TCP 198.51.100.2:0 ${VIP}:80 10.0.1.2:8080 NONE`,
      `TCP 198.51.100.3:0 ${VIP}:80 10.0.1.1:8080 NONE`,
    ])
    expect(bench.counts('10.0.1.3:8080')).toBe('3 0 1')
  })

  test.each([
    ['255.255.255.0', ['198.51.100.1', '198.51.100.255'], '198.51.101.0', '198.51.100.0'],
    ['255.255.255.252', ['198.51.100.8', '198.51.100.11'], '198.51.100.12', '198.51.100.8'],
    ['255.0.255.0', ['198.51.100.1', '198.77.100.2'], '198.51.101.1', '198.0.100.0'],
    ['0.0.0.0', ['198.51.100.1', '7.7.7.7'], null, '0.0.0.0'],
  ])('mask %s', (mask, together, apart, network) => {
    const bench = persistent(`-p 100 -M ${mask}`)
    const [first, second] = together.map((client) => bench.packet('tcp S', `${client}:2000`))
    expect(second).toBe(first)
    if (apart !== null) expect(bench.packet('tcp S', `${apart}:2000`)).not.toBe(first)
    expect(templates(bench).join()).toContain(` ${network}:0 `)
  })

  test.each([
    [64, '2001:db8:9:1::1', '2001:db8:9:1:ffff::2', '2001:db8:9:2::1', '[2001:db8:9:1::]:0'],
    [128, '2001:db8::1', '2001:db8::1', '2001:db8::2', '[2001:db8::1]:0'],
    [127, '2001:db8::2', '2001:db8::3', '2001:db8::4', '[2001:db8::2]:0'],
    [33, '2001:db8:7fff::1', '2001:db8:1::2', '2001:db8:8000::1', '[2001:db8::]:0'],
    [1, '7fff::1', '1::2', '8000::1', '[::]:0'],
  ])('prefix %i', (prefix, one, two, other, network) => {
    const service = '-t [2001:db8::100]:80'
    const bench = new LoneDirector().rules(`-A ${service} -s rr -p 100 -M ${prefix}`)
    for (const last of [1, 2, 3]) bench.rules(`-a ${service} -r [2001:db8:1::${last}]:80 -g`)
    const [first, second, third] = [one, two, other].map((client, i) =>
      bench.packet('tcp S', `[${client}]:${2000 + i}`, '[2001:db8::100]:80'),
    )
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(templates(bench).join()).toContain(` ${network} `)
  })

  test('a service of every port has one template per protocol', () => {
    const bench = new LoneDirector().rules(
      `-A -t ${VIP}:0 -s rr -p 50`,
      `-A -u ${VIP}:0 -s rr -p 50`,
    )
    for (const each of ['-t', '-u']) {
      for (const last of [1, 2]) bench.rules(`-a ${each} ${VIP}:0 -r 10.0.1.${last}:0 -g`)
    }
    const client = '198.51.100.1'
    expect(bench.packet('tcp S', `${client}:1`, `${VIP}:80`)).toBe('10.0.1.2:80')
    expect(bench.packet('tcp S', `${client}:2`, `${VIP}:443`)).toBe('10.0.1.2:443')
    expect(bench.packet('tcp S', `${client}:3`, `${VIP}:21`)).toBe('10.0.1.2:21')
    expect(bench.packet('udp', `${client}:4`, `${VIP}:53`)).toBe('10.0.1.2:53')
    expect(templates(bench)).toEqual([
      `TCP ${client}:0 ${VIP}:0 10.0.1.2:0 NONE`,
      `UDP ${client}:0 ${VIP}:0 10.0.1.2:0 NONE`,
    ])
  })

  test('a mark has one for all protocols, addresses and ports, and ports stay', () => {
    const bench = new LoneDirector().rules('-A -f 258 -s rr -p 50')
    for (const last of [1, 2]) bench.rules(`-a -f 258 -r 10.0.1.${last}:8080 -m`)
    const mark = { mark: 258 }
    const client = '198.51.100.1'
    expect(bench.packet('tcp S', `${client}:1`, '203.0.113.1:80', mark)).toBe('10.0.1.2:80')
    expect(bench.packet('udp', `${client}:2`, '203.0.113.2:53', mark)).toBe('10.0.1.2:53')
    expect(templates(bench)).toEqual([`IP ${client}:0 0.0.1.2:0 10.0.1.2:0 NONE`])
  })

  test('a mark of IPv6 stands in the first word (recorded)', () => {
    const bench = new LoneDirector().rules(
      '-A -f 7 -6 -s rr -p 50',
      '-a -f 7 -6 -r [2001:db8:1::1]:0 -g',
    )
    bench.packet('tcp S', '[2001:db8:9::1]:1', '[2001:db8::5]:80', { mark: 7 })
    expect(templates(bench)[0]).toContain(' [0:7::]:0 ')
  })

  test('FTP: the control port shares its template with the data ports', () => {
    const bench = new LoneDirector().rules(`-A -t ${VIP}:21 -s rr -p 50`)
    for (const last of [1, 2]) bench.rules(`-a -t ${VIP}:21 -r 10.0.1.${last}:21 -g`)
    const client = '198.51.100.1'
    const first = bench.packet('tcp S', `${client}:1`, `${VIP}:21`)
    expect(first).toBe('10.0.1.2:21')
    expect(bench.packet('tcp S', `${client}:2`, `${VIP}:5000`)).toBe('10.0.1.2:5000')
    expect(bench.packet('tcp S', `${client}:3`, `${VIP}:20`)).toBe('10.0.1.2:20')
    expect(templates(bench)).toEqual([`TCP ${client}:0 ${VIP}:0 10.0.1.2:0 NONE`])
  })

  test('two services have templates of their own', () => {
    const bench = persistent('-p 100').rules(`-A -t ${VIP}:443 -s rr -p 100`)
    bench.rules(`-a -t ${VIP}:443 -r 10.0.1.9:443 -m`)
    expect(bench.packet('tcp S', '198.51.100.1:1')).toBe('10.0.1.3:8080')
    expect(bench.packet('tcp S', '198.51.100.1:2', `${VIP}:443`)).toBe('10.0.1.9:443')
  })
})

describe('decisions', () => {
  test('weight 0 and overload do not move a client that has a template', () => {
    const bench = persistent('-p 100')
    expect(bench.packet('tcp S', '198.51.100.1:1')).toBe('10.0.1.3:8080')
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:8080 -m -w 0 -x 1`)
    expect(bench.packet('tcp S', '198.51.100.1:2')).toBe('10.0.1.3:8080')
    expect(bench.packet('tcp S', '198.51.100.2:1')).toBe('10.0.1.2:8080')
  })

  test('with expire_quiescent_template weight 0 does', () => {
    const bench = persistent('-p 100').sysctl('expire_quiescent_template', 1)
    bench.packet('tcp S', '198.51.100.1:1')
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:8080 -m -w 0`)
    expect(bench.packet('tcp S', '198.51.100.1:2')).toBe('10.0.1.2:8080')
    expect(templates(bench)).toEqual([
      `TCP 198.51.100.1:0 ${VIP}:65535 10.0.1.3:65535 NONE`,
      `TCP 198.51.100.1:0 ${VIP}:80 10.0.1.2:8080 NONE`,
    ])
    // Its connection goes on where it is.
    expect(bench.packet('tcp A', '198.51.100.1:1')).toBe('10.0.1.3:8080')
  })

  test('a removed server is replaced; the client stays with the new one', () => {
    const bench = persistent('-p 100')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.rules(`-d ${SERVICE} -r 10.0.1.3:8080`)
    expect(bench.packet('tcp S', '198.51.100.1:2')).toBe('10.0.1.2:8080')
    bench.rules(`-a ${SERVICE} -r 10.0.1.3:8080 -m`)
    expect(bench.packet('tcp S', '198.51.100.1:3')).toBe('10.0.1.2:8080')
  })

  test('nobody to choose: refused, and no template', () => {
    const bench = new LoneDirector().rules(`-A ${SERVICE} -s rr -p 10`)
    expect(bench.packet('tcp S', '198.51.100.1:1')).toBe('refuse')
    expect(bench.connections()).toEqual([])
  })

  test('a template counts its server as persistent, not among its connections', () => {
    const bench = persistent('-p 10')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.packet('tcp R', '198.51.100.1:1')
    expect(bench.counts('10.0.1.3:8080')).toBe('1 0 1')
  })
})

describe('life', () => {
  test('each new connection restarts it, packets do not', () => {
    const bench = persistent('-p 100', '-g')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.pass(40)
    bench.packet('tcp A', '198.51.100.1:1')
    expect(bench.connections()[0]).toMatch(/ NONE 60$|ASSURED 60$/)
    bench.packet('tcp S', '198.51.100.1:2')
    expect(bench.connections()[0]).toMatch(/ 100$/)
  })

  test('it is assured when a connection of it is established', () => {
    const bench = persistent('-p 100')
    bench.packet('tcp S', '198.51.100.1:1')
    expect(templates(bench)[0]).toMatch(/NONE$/)
    bench.packet('tcp A', '198.51.100.1:1')
    expect(templates(bench)[0]).toMatch(/ASSURED$/)
  })

  test('of UDP when a reply was seen', () => {
    const bench = new LoneDirector().rules(`-A -u ${VIP}:53 -s rr -p 9`)
    bench.rules(`-a -u ${VIP}:53 -r 10.0.1.1:53 -m`)
    bench.packet('udp', '198.51.100.1:1', `${VIP}:53`)
    expect(templates(bench)[0]).toMatch(/NONE$/)
    bench.reply('udp', '10.0.1.1:53', '198.51.100.1:1')
    expect(templates(bench)[0]).toMatch(/ASSURED$/)
  })

  test('a live connection extends it by a minute at a time, for good', () => {
    const bench = persistent('-p 100', '-g')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.packet('tcp A', '198.51.100.1:1')
    // 100 s later, give or take the wheel's two seconds.
    bench.pass(103)
    const left = Number(/\d+$/.exec(bench.connections()[0]!)![0])
    expect(left).toBeGreaterThan(56)
    expect(left).toBeLessThanOrEqual(60)
    bench.packet('tcp S', '198.51.100.1:2')
    expect(bench.connections()[0]).toMatch(/ASSURED 60$/)
    bench.rules(`-E ${SERVICE} -s rr -p 500`)
    bench.packet('tcp S', '198.51.100.1:3')
    expect(bench.connections()[0]).toMatch(/ASSURED 60$/)
    // The last connection of the three is the first one's: 900 s and the wheel's sixteen.
    bench.pass(920)
    expect(bench.connections().length).toBeLessThanOrEqual(1)
    bench.pass(64)
    expect(bench.connections()).toEqual([])
  })

  test('an edit of the service is for templates to come', () => {
    const bench = persistent('-p 100')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.rules(`-E ${SERVICE} -s rr -p 30`)
    bench.packet('tcp S', '198.51.100.1:2')
    bench.packet('tcp S', '198.51.100.2:1')
    const left = bench.connections().filter((line) => /:0 /.test(line))
    expect(left.map((line) => /\d+$/.exec(line)![0])).toEqual(['100', '30'])
  })

  // Both 60 s long, so both fire at the same step of the wheel: in it whoever came last goes first,
  // and a restart within the step keeps the place (recorded: mix-quiesce).
  test('a template whose connections go at the same tick goes with them', () => {
    const bench = persistent('-p 60', '-g')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.pass(0.006)
    bench.packet('tcp S', '198.51.100.1:2')
    bench.pass(63)
    expect(bench.connections()).toEqual([])
  })
})
