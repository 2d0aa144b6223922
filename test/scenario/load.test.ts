import { describe, expect, test } from 'vitest'
import { printProblems } from '../../src/scenario/print-problems.ts'
import {
  load,
  loadWith,
  problemsOf,
  problemsWith,
  rightDocument,
} from '../support/scenario-text.ts'

const MS = 1_000_000_000

describe('a right scenario', () => {
  test('gets the preset and the defaults, in base units', () => {
    const { scenario } = loadWith()
    expect(scenario.time).toEqual({
      durationPs: 50 * MS,
      warmupPs: 0,
      cooldownPs: 10 * MS,
      replications: 5,
      limitCpuSeconds: null,
      limitEvents: null,
    })
    expect(scenario.links['lan']).toMatchObject({ rateBps: 1e10, bufferBytes: 2_097_152 })
    expect(scenario.clients['users']).toMatchObject({ count: 64, addresses: 65_536 })
    expect(scenario.services['web']!.destinations.map(({ host }) => host)).toEqual(
      Array.from({ length: 8 }, (_, index) => `rs${index + 1}`),
    )
    expect(scenario.workload).toMatchObject({ from: 'users', to: 'web' })
    expect(scenario.seed).toBe('my')
  })

  test('written out with all defaults it is the same scenario, and itself again', () => {
    const first = loadWith('time.cooldown=3ms')
    const again = load(JSON.stringify(first.document))
    expect(JSON.stringify(again.document)).toBe(JSON.stringify(first.document))
    expect(again.scenario).toEqual(first.scenario)
  })

  test('reads alike from JSON, JSON with comments and YAML', () => {
    const json = load(JSON.stringify(rightDocument()))
    const jsonc = load(`// mine\n${JSON.stringify(rightDocument(), null, 2).replace(/}$/, ',}')}`, {
      file: 'my.jsonc',
    })
    const yaml = load(
      [
        'format: lvs-sim/1',
        'name: my # comment',
        'extends: preset:one-director-10g',
        'services: { web: { forwarding: dr, scheduler: rr } }',
        'workload:',
        '  phases:',
        '    - { name: steady, for: 50ms, rate: 1Mpps }',
      ].join('\n'),
      { file: 'my.yaml' },
    )
    expect(jsonc.scenario).toEqual(json.scenario)
    expect(yaml.scenario).toEqual(json.scenario)
  })

  test.each([
    ['services.web.scheduler=sed', (s) => s.services['web']!.scheduler === 'sed'],
    ['workload.phases.steady.rate=2Mpps..3Mpps', (s) => s.workload.phases[0]!.toRate === 3e6],
    ['realServers.rs.count=16', (s) => s.services['web']!.destinations.length === 16],
    ['time.replications=9', (s) => s.time.replications === 9],
    ['seed=12345678901234567890', (s) => s.seed === '12345678901234567890'],
    ['extends=preset:one-director-1g', (s) => s.links['lan']!.rateBps === 1e9],
    ['links.lan.buffer=100packets', (s) => s.links['lan']!.bufferPackets === 100],
    ['time.warmup=1.5us', (s) => s.time.warmupPs === 1_500_000],
  ] as [string, (s: ReturnType<typeof loadWith>['scenario']) => boolean][])(
    '--set %s',
    (set, holds) => {
      expect(holds(loadWith(set).scenario)).toBe(true)
    },
  )

  test('a duration cuts the phases and names those not reached', () => {
    const { scenario, warnings } = load(JSON.stringify(rightDocument()), { duration: '20ms' })
    expect(scenario.time.durationPs).toBe(20 * MS)
    expect(warnings.map(({ message }) => message)).toEqual([
      'the phases last 50ms and are cut at 20ms: "steady" is shorter or ends there',
    ])
  })
})

describe('the director set up by rules', () => {
  const rules = (lines: string[]) => ({
    ...rightDocument(),
    directors: { lb1: { rules: lines } },
    services: {},
  })

  test('its services get names of their own, hosts are found by address', () => {
    const lines = ['-A -t 203.0.113.10:80 -s wrr', '-a -t 203.0.113.10:80 -r 10.0.0.12 -g -w 3']
    const { scenario } = load(JSON.stringify(rules(lines)))
    expect(scenario.workload.to).toBe('tcp-203.0.113.10-80')
    expect(scenario.services['tcp-203.0.113.10-80']).toMatchObject({
      scheduler: 'wrr',
      destinations: [{ host: 'rs2', port: 80, weight: 3, forwarding: 'dr' }],
    })
  })

  test('an address that no host has gets a host, with a notice', () => {
    const lines = ['-A -u 10.9.9.9:53 -s rr', '-a -u 10.9.9.9:53 -r 10.0.7.7 -m']
    const { scenario, warnings } = load(JSON.stringify(rules(lines)))
    expect(scenario.services['udp-10.9.9.9-53']!.destinations[0]!.host).toBe('rs-10.0.7.7')
    expect(warnings[0]!.message).toContain('no real server of the scenario has 10.0.7.7')
  })

  test('rules may be the name of a file', () => {
    const document = { ...rules([]), directors: { lb1: { rules: 'r.txt' } } }
    const { scenario } = load(JSON.stringify(document), {
      readFile: (path) => (path === 'r.txt' ? '-A -u 1.2.3.4:5\n-a -u 1.2.3.4:5 -r 10.0.0.11' : ''),
    })
    expect(scenario.services['udp-1.2.3.4-5']!.scheduler).toBe('wlc')
  })

  test.each([
    [['-A -t 203.0.113.10:80 -s wrrr'], /engine not found \(line 1, column 26 of the rules\)/],
    [['ipvsadm -ln'], /make no virtual service/],
    [['-A -t 203.0.113.10:80'], /has no real server/],
  ])('%s is refused', (lines, message) => {
    const problems = problemsOf(JSON.stringify(rules(lines)))
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message)
  })

  test('a service is given by rules or by its vip, not both', () => {
    const lines = ['-A -u 10.9.9.9:53 -s rr', '-a -u 10.9.9.9:53 -r 10.0.0.11']
    const document = { ...rules(lines), services: { web: { vip: '10.0.0.10:53' } } }
    expect(problemsOf(JSON.stringify(document))[0]!.message).toContain('not both')
  })
})

/** One wrong value each: what is said, and what is suggested. */
const WRONG: [set: string, message: RegExp, suggestion: string | null][] = [
  ['links.lan.rate=10Gbs', /^expected a bit rate, like "10Gbps", got "10Gbs"$/, '"10Gbps"'],
  ['links.lan.rate=100bps', /whole number of kbps/, null],
  ['links.lan.delay=1', /^expected a time with its unit.*got "1"$/, '"1us"'],
  ['links.lan.delay=-1us', /^expected a time with its unit.*got "-1us"$/, null],
  ['links.lan.buffer=2MB', /^expected a size/, '"2MiB"'],
  ['links.lan.mtu=10B', /68B to 65535B/, null],
  ['links.lan.kind=hub', /^expected one of "switch", "wire", got "hub"$/, null],
  ['services.web.forwardng=dr', /^unknown key "forwardng"$/, '"forwarding"'],
  ['services.web.forwarding=nt', /^expected one of "nat", "dr", "tun", got "nt"$/, '"nat"'],
  ['services.web.forwarding=fullnat', /fullnat is not part of the format yet/, null],
  ['services.web.scheduler=5', /^expected one of .*got "5"$/, null],
  ['services.web.vip=10.0.0.10', /address and port/, null],
  ['services.web.vip=010.0.0.1:53', /address and port/, null],
  ['services.web.vip=fd00::1:53', /an address and port/, '"[fd00::1]:53"'],
  ['services.web.vip=10.0.0.12:53', /both have the address 10\.0\.0\.12/, null],
  ['services.web.director=lb9', /there is no director "lb9"; there is "lb1"/, null],
  ['services.web.realServers=["rss"]', /there is no real server "rss"/, '"rs"'],
  ['services.web.realServers=["rs9"]', /"rs9" \(rs has count 8\)/, null],
  ['services.web.realServers=["rs","rs3"]', /rs3 is a real server of "web" twice/, null],
  ['services.web.realServers=[]', /has no real server/, null],
  ['services.web.schedulerFlags=["sh-port"]', /flag sh-port is not one of scheduler rr/, null],
  ['services.web.persistence=360', /"persistence" is not supported yet/, null],
  ['realServers.rs.weight=-1', /^expected at least 0, got -1$/, null],
  ['realServers.rs.weight=1.5', /^expected a whole number, got 1.5$/, null],
  ['realServers.rs.weight=0', /all weights of service "web" are 0/, null],
  ['realServers.rs.count=100000', /^expected at most 10000/, null],
  ['realServers.rs.link=wan', /there is no link "wan"/, '"lan"'],
  ['realServers.rs.cpu.perRequest.kind=expnential', /one of .*got "expnential"/, '"exponential"'],
  ['realServers.rs.cpu.perRequest={"kind":"uniform","low":"2us","high":"1us"}', /low lies/, null],
  ['realServers.rs.cpu.perRequest={"kind":"pareto","shape":0.9,"low":"1us"}', /infinite/, null],
  ['realServers.rs.cpu.perRequest={"kind":"weibull","mean":"1us"}', /^no "mean" in this/, null],
  ['clients.users.addresses=70000', /has 65536 addresses, not 70000/, null],
  ['clients.users.addresses=3', /64 hosts need an address each/, null],
  ['clients.users.subnet=10.1.0.1/16', /not the first address/, '"10.1.0.0/16"'],
  ['clients.users.subnet=10.0.0.0/16', /both have the address/, null],
  ['clients.users.flows=20000000', /^expected at most 10000000/, null],
  ['directors.lb1.connections.tableSize=1000', /power of two/, null],
  ['directors.lb1.cpu.profile=xdp', /no published cost for dr, only for tun/, null],
  ['directors.lb1.cpu.cores=0', /^expected at least 1, got 0$/, null],
  ['directors.lb1.cpu.clock=3', /^expected a frequency/, '"3Hz"'],
  ['directors.lb1.nics.eth0.queues=129', /at most 128 receive queues/, null],
  ['directors.lb1.nics.eth0.ring=10000', /at most 8192 places/, null],
  ['directors.lb1.nics.eth1.link=lan', /both cards are on link "lan"/, null],
  ['directors.lb2.address=10.0.0.2', /say which director: there is "lb1", "lb2"/, null],
  ['services.web.directors=["lb1","lb3"]', /there is no director "lb3"; there is "lb1"/, null],
  ['workload.request=63B', /an Ethernet frame has 64B to 1518B here, got 63B/, null],
  ['workload.response=1519B', /64B to 1518B here, got 1519B/, null],
  ['workload.request={"kind":"exponential","mean":"100B"}', /has no bounds/, null],
  ['workload.arrivals=poison', /one of "poisson", "constant", got "poison"/, '"poisson"'],
  ['workload.phases=[]', /^expected at least 1 entry, got an empty list$/, null],
  ['workload.phases.steady.rate=14', /^expected a rate of requests.*got 14$/, '"14pps"'],
  ['workload.phases.steady.rate=1Mpps..2..3', /^expected a rate of requests/, null],
  ['workload.phases.steady.rate=5Gpps', /at most 1Gpps/, null],
  ['workload.phases.steady.for=0s', /1us or more/, null],
  ['workload.phases.steady.for=3h', /2 h 30 min/, null],
  ['workload.phases.steady.name=whole', /means something else/, null],
  ['workload.phases.stedy.rate=1Mpps', /no "stedy" in this list, only steady/, null],
  ['time.duration=1s', /the phases end at 50ms/, null],
  ['time.replications=0', /^expected at least 1/, null],
  ['name=../../x', /^expected a name/, null],
  ['name=/etc', /^expected a name/, null],
  ['name=..', /^expected a name/, null],
  ['format=lvs-sim/2', /^expected "lvs-sim\/1", got "lvs-sim\/2"$/, null],
  ['extends=preset:one', /^expected a preset/, null],
  [
    'thresholds={"lb1.utilization":{"check":"mean < 20%","phase":"steady"}}',
    /there is no metric "lb1.utilization"/,
    '"lb1.utilisation"',
  ],
  ['thresholds={"web.los":"ratio < 1%"}', /there is no metric "web.los"/, '"web.loss"'],
  ['thresholds={"web.loss":"ratio < 1%"}', /measured by phase/, null],
  ['thresholds={"web.loss":[{"check":"ratio < 1us","phase":"steady"}]}', /limit of loss/, null],
  ['thresholds={"web.loss":[{"check":"ratio < 1%","phase":"stedy"}]}', /no phase/, '"steady"'],
  ['outputs=[]', /"outputs" is not supported yet/, null],
  ['services.__proto__.x=1', /"__proto__" is no part of a scenario/, null],
  ['seed=', /^expected a text that is not empty, got ""$/, null],
]

describe('wrong values', () => {
  test.each(WRONG)('%s', (set, message, suggestion) => {
    const problems = problemsWith(set)
    const found = problems.find((problem) => message.test(problem.message))
    expect(problems.map((problem) => problem.message)).toContainEqual(found?.message)
    expect(found!.suggestion).toBe(suggestion)
    expect(found!.severity).toBe('error')
  })

  test('the change itself is the place, when the change is wrong', () => {
    expect(problemsWith('links.lan.rate=fast')[0]).toMatchObject({
      file: '--set links.lan.rate=fast',
      line: null,
      path: 'links.lan.rate',
    })
  })
})

describe('a broken file', () => {
  const file = `{
  "format": "lvs-sim/1", "name": "broken", "extends": "preset:one-director-10g",
  "links": { "lan": { "rate": "10Gbs", "delay": 1 } },
  "services": { "web": { "forwardng": "dr" } },
  "workload": { "phases": [{ "nme": "a", "for": "5ms", "rate": "1Mpps" }] }
}`

  test('all problems, in the order of the file, each with its place; a misspelt key is one', () => {
    const problems = problemsOf(file)
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [3, 31, 'expected a bit rate, like "10Gbps", got "10Gbs"'],
      [3, 49, 'expected a time with its unit, like "50us" or "2ms", got 1'],
      [4, 26, 'unknown key "forwardng"'],
      [5, 30, 'unknown key "nme"'],
    ])
  })

  test('printed with the line and a mark under the place', () => {
    expect(printProblems(problemsOf(file).slice(0, 1))).toBe(
      [
        'error: expected a bit rate, like "10Gbps", got "10Gbs"',
        ' --> my.json:3:31  at links.lan.rate'.replace(' -->', '  -->'),
        '  |',
        '3 |   "links": { "lan": { "rate": "10Gbs", "delay": 1 } },',
        '  |                               ^^^^^^^ did you mean "10Gbps"?',
      ].join('\n'),
    )
  })

  test.each([
    ['"10Gbps"', 'did you mean "10Gbps"?'],
    ['wlc', 'did you mean wlc?'],
    ['--add-server', 'did you mean --add-server?'],
    ['ports end at 65535', 'ports end at 65535'],
  ])('what could stand there is asked for, advice is not: %s', (suggestion, hint) => {
    const [problem] = problemsOf(file)
    const printed = printProblems([{ ...problem!, suggestion }])
    expect(printed.split('^').at(-1)).toBe(` ${hint}`)
  })

  test.each([
    ['', 'the file is empty'],
    ['   \n', 'the file is empty'],
    ['\u0001\u0002', 'not text'],
    ['[1]', 'expected a scenario, an object'],
    ['"x"', 'expected a scenario, an object'],
    ['{"a":1,"a":2}', '"a" is given twice in the same object, first on line 1'],
    ['{"a":1 "b":2}', 'this is not JSON: comma expected'],
    ['{"a":', 'this is not JSON'],
    ['['.repeat(100_000), 'nested more than 100 deep'],
    ['{"__proto__":{"a":1}}', '"__proto__" cannot be a key'],
    ['{"clients":{"constructor":{}}}', '"constructor" cannot be a key'],
    ['{}', '"format" is missing, "lvs-sim/1"'],
  ])('%.20s', (text, message) => {
    expect(problemsOf(text)[0]!.message).toContain(message)
  })

  test.each([
    ['- '.repeat(20_000), 'nested more than 100 deep'],
    ['a: 1\na: 2\n', 'given twice'],
    ['a: [1', 'this is not YAML'],
    [bomb(), 'aliases stand for too much'],
    ['__proto__: { a: 1 }', '"__proto__" cannot be a key'],
  ])('YAML %.20s', (text, message) => {
    expect(problemsOf(text, { file: 'my.yaml' })[0]!.message).toContain(message)
  })
})

function bomb(): string {
  const levels = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg']) {
    levels.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`)
  }
  return levels.join('\n')
}

describe('legal but doubtful', () => {
  test.each([
    [['time.warmup=50ms'], 'warm-up is as long as the run'],
    [['services.web.forwarding=tun', 'workload.request=1518B'], 'exceed the MTU'],
    [['clients.users.count=2', 'clients.users.addresses=2'], '2 addresses fill'],
    [['workload.phases.steady.rate=0pps'], 'rate of 0'],
    [['clients.more.subnet=10.9.0.0/16', 'workload.from=users'], 'clients "more" send nothing'],
  ])('%s', (set, message) => {
    const { warnings } = loadWith(...set)
    expect(warnings.map((warning) => warning.message).join('\n')).toContain(message)
    expect(warnings.every(({ severity }) => severity === 'warning')).toBe(true)
  })
})
