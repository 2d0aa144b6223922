// Checkers and quorum over time: the traces G1 and G2 of the spec, and its formulas
// (healthchecks.md, 3 and 7). The daemon starts at 0, first checks are at 1 s; the real one's
// milliseconds are left out.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { CheckedServers, type Behaviour } from '../support/checked-servers.ts'

const RULE = {
  ...{ protocol: 6, address: 1, port: 80, mark: 0, family: 4 as const, scheduler: 'rr' },
  ...{ schedulerFlags: [], flags: 0, timeoutSeconds: 0, netmask: -1, engine: '' },
}

/** A virtual server with servers `ADDRESS [OPTIONS]`, each with one checker. */
function conf(
  options: string,
  servers: readonly string[],
  checker: string = 'TCP_CHECK {\n}',
): string {
  const blocks = servers.map((server) => {
    const [address = '', ...rest] = server.split(' ')
    return `real_server ${address} 80 {\n${rest.join(' ')}\n${checker}\n}`
  })
  const head = 'virtual_server 10.0.0.100 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nwarmup 0'
  return `${head}\n${options}\n${blocks.join('\n')}\n}\n`
}

/** The first checks are at 1.05 s, as they were. */
const G2 = 'delay_loop 5\nretry 1\ndelay_before_retry 1\nconnect_timeout 2\nwarmup 0.05'
const FIRST = [0.05, 0.05, 0.05, 0.05]

/** Servers s2 to s5 go and return as in G2; s3 just after the check that it failed at 72 s. */
function g2(options: string, servers: readonly string[], checker?: string): CheckedServers {
  const all = new CheckedServers(conf(`${G2}\n${options}`, servers, checker), FIRST)
  const gone = { s5: [12, 92], s4: [24, 82], s3: [36, 72.1], s2: [48, 62] }
  for (const [name, [from, to]] of Object.entries(gone)) {
    const server = `10.0.1.${name.slice(1)}`
    all.at(from!, () => all.set(server, 'down')).at(to!, () => all.set(server, 'up'))
  }
  return all.runUntil(100)
}

test('G1: retries while up and while down, refused and silent', () => {
  const all = new CheckedServers(
    conf('delay_loop 10\nretry 3\ndelay_before_retry 2\nconnect_timeout 3', [
      '10.0.1.1',
      '10.0.1.2',
    ]),
  )
  const b = '10.0.1.2'
  all.at(25, () => all.set(b, 'down')).at(60, () => all.set(b, 'up'))
  all.at(90, () => all.set(b, 'silent')).at(125, () => all.set(b, 'up'))
  all.at(150, () => all.stop()).runUntil(155)
  expect(all.tables).toEqual([
    '0.00 10.0.1.1=1 10.0.1.2=1',
    '37.00 10.0.1.1=1',
    '63.00 10.0.1.1=1 10.0.1.2=1',
    '111.00 10.0.1.1=1',
    '126.00 10.0.1.1=1 10.0.1.2=1',
    '150.00',
  ])
  expect(all.attempts(b)).toEqual([
    ...[1, 11, 21, 31, 33, 35, 37, 47, 49, 51, 53, 63, 73, 83],
    ...[93, 98, 103, 108, 121, 126, 136, 146],
  ])
})

describe('G2', () => {
  test('alpha and a sorry server', () => {
    const all = g2('alpha\nsorry_server 10.0.1.9 80', ['10.0.1.2', '10.0.1.3'])
    expect(all.tables).toEqual([
      '0.00 10.0.1.9=1',
      '1.05 10.0.1.2=1',
      '1.05 10.0.1.2=1 10.0.1.3=1',
      '37.05 10.0.1.2=1',
      '52.05 10.0.1.9=1',
      '63.05 10.0.1.2=1',
      '73.05 10.0.1.2=1 10.0.1.3=1',
    ])
    expect(all.said.filter((line) => line.includes('quorum'))).toEqual([
      '0.00 quorum lost',
      '1.05 quorum gained',
      '52.05 quorum lost',
      '63.05 quorum gained',
    ])
  })

  test('inhibit_on_failure', () => {
    const all = g2('inhibit_on_failure', ['10.0.1.2 weight 5', '10.0.1.3'])
    expect(all.tables).toEqual([
      '0.00 10.0.1.2=5 10.0.1.3=1',
      '37.05 10.0.1.2=5 10.0.1.3=0',
      '52.05 10.0.1.2=0 10.0.1.3=0',
      '63.05 10.0.1.2=5 10.0.1.3=0',
      '73.05 10.0.1.2=5 10.0.1.3=1',
    ])
  })

  const FOUR = [2, 3, 4, 5].map((last) => `10.0.1.${last}`)
  const ALL = FOUR.map((server) => `${server}=1`)

  test('quorum 3, hysteresis 1, sorry server', () => {
    const all = g2('quorum 3\nhysteresis 1\nsorry_server 10.0.1.9 80', FOUR)
    expect(all.tables).toEqual([
      `0.00 ${ALL.join(' ')}`,
      `17.05 ${ALL.slice(0, 3).join(' ')}`,
      `27.05 ${ALL.slice(0, 2).join(' ')}`,
      '37.05 10.0.1.9=1',
      `94.05 ${ALL.join(' ')}`,
    ])
  })

  test('a quorum that all servers together do not reach: the sorry server for ever', () => {
    const all = g2('quorum 3\nhysteresis 2\nsorry_server 10.0.1.9 80', FOUR.slice(0, 3))
    expect(all.tables).toEqual(['0.00 10.0.1.9=1'])
  })

  test('sorry_server_inhibit', () => {
    const all = g2('sorry_server 10.0.1.9 80\nsorry_server_inhibit', ['10.0.1.3'])
    expect(all.tables).toEqual([
      '0.00 10.0.1.3=1 10.0.1.9=0',
      '37.05 10.0.1.9=1',
      '73.05 10.0.1.9=0 10.0.1.3=1',
    ])
  })

  test('alpha and inhibit_on_failure', () => {
    const all = g2('alpha\ninhibit_on_failure', ['10.0.1.5'])
    expect(all.tables).toEqual([
      '0.00 10.0.1.5=0',
      '1.05 10.0.1.5=1',
      '17.05 10.0.1.5=0',
      '94.05 10.0.1.5=1',
    ])
  })

  test('pages of HTTP_GET in turn', () => {
    const pages = 'url {\npath /a\nstatus_code 200\n}\nurl {\npath /b\nstatus_code 200\n}'
    const all = new CheckedServers(conf(G2, ['10.0.1.2'], `HTTP_GET {\n${pages}\n}`), FIRST)
    const server: Behaviour = ({ ask }, seconds) => {
      const status = seconds >= 10.5 && seconds < 40.5 ? 500 : 200
      return ask === 'connect'
        ? { told: 'connected' }
        : { told: 'page', status, digest: '', body: '' }
    }
    all.set('10.0.1.2', server)
    all.runUntil(60)
    expect(all.tables).toEqual(['0.00 10.0.1.2=1', '12.05', '52.05 10.0.1.2=1'])
    const paths = all.asked.flatMap(({ ask, seconds }) =>
      ask.ask === 'write' ? [`${seconds.toFixed(2)} ${ask.text.split(' ')[1]}`] : [],
    )
    expect(paths.slice(0, 4)).toEqual(['1.05 /a', '6.05 /b', '11.05 /a', '12.05 /a'])
    expect(paths.slice(-4)).toEqual(['42.05 /a', '47.05 /a', '52.05 /b', '57.05 /a'])
  })

  test('weights of MISC_CHECK', () => {
    const checker = 'MISC_CHECK {\nmisc_path "/bin/weigh"\nmisc_dynamic\n}'
    const all = new CheckedServers(conf(G2, ['10.0.1.2 weight 10'], checker), FIRST)
    const codes: [number, number][] = [
      [43, 0],
      [30, 2],
      [18, 1],
      [8, 102],
      [0, 0],
    ]
    all.set('10.0.1.2', (_, seconds) => {
      return { told: 'exited', code: codes.find(([from]) => seconds >= from)![1] }
    })
    all.runUntil(60)
    expect(all.tables).toEqual([
      '0.00 10.0.1.2=10',
      '11.05 10.0.1.2=100',
      '22.05',
      '32.05 10.0.1.2=0',
      '47.05 10.0.1.2=10',
    ])
    expect(all.said.filter((line) => line.includes('quorum'))).toEqual([
      '0.00 quorum gained',
      '22.05 quorum lost',
      '47.05 quorum gained',
    ])
  })
})

describe('how long until a dead server leaves (section 3)', () => {
  const KINDS = {
    TCP_CHECK: 'TCP_CHECK {\n}',
    SMTP_CHECK: 'SMTP_CHECK {\n}',
    PING_CHECK: 'PING_CHECK {\n}',
    DNS_CHECK: 'DNS_CHECK {\n}',
    HTTP_GET: 'HTTP_GET {\nurl {\npath /\n}\n}',
  }
  /** A server that answers whatever it is asked as it should. */
  const healthy: Behaviour = (ask) => {
    if (ask.ask === 'connect') return { told: 'connected' }
    if (ask.ask === 'echo') return { told: 'echoed' }
    if (ask.ask === 'write') return { told: 'page', status: 200, digest: '', body: '' }
    if (ask.ask !== 'datagram') return null
    return { told: 'reply', payload: ask.payload }
  }
  const phase = fc.integer({ min: 1, max: 999 })

  test.each(Object.keys(KINDS).filter((kind) => kind !== 'SMTP_CHECK'))(
    '%s: silence is noticed after the pause, all attempts and the pauses between',
    (kind) => {
      const timing = {
        loop: fc.integer({ min: 2, max: 30 }),
        retry: fc.integer({ min: 1, max: 4 }),
      }
      const rest = { before: fc.integer({ min: 1, max: 5 }), wait: fc.integer({ min: 1, max: 4 }) }
      fc.assert(
        fc.property(fc.record({ ...timing, ...rest, phase }), (of) => {
          const retry = `retry ${of.retry}\ndelay_before_retry ${of.before}`
          const options = `delay_loop ${of.loop}\n${retry}`
          const text = conf(
            `${options}\nconnect_timeout ${of.wait}`,
            ['10.0.1.2'],
            KINDS[kind as 'TCP_CHECK'],
          )
          const all = new CheckedServers(text)
          all.set('10.0.1.2', healthy)
          const died = 1 + of.loop + (of.loop * of.phase) / 1000
          all.at(died, () => all.set('10.0.1.2', 'silent'))
          all.runUntil(500)
          const next = 1 + 2 * of.loop
          const decided = next + (of.retry + 1) * of.wait + of.retry * of.before
          expect(all.tables.slice(0, 2)).toEqual(['0.00 10.0.1.2=1', decided.toFixed(2)])
        }),
        { numRuns: 30 },
      )
    },
  )

  test('SMTP needs all its attempts at the start, too; the others one', () => {
    const first = (kind: keyof typeof KINDS): string => {
      const options = 'delay_loop 10\nretry 3\ndelay_before_retry 2\nconnect_timeout 3'
      const all = new CheckedServers(conf(options, ['10.0.1.2'], KINDS[kind]))
      all.set('10.0.1.2', () => ({ told: 'refused' }))
      return all.runUntil(30).tables[1]!
    }
    const names = Object.keys(KINDS) as (keyof typeof KINDS)[]
    expect(names.map(first)).toEqual(['1.00', '7.00', '1.00', '1.00', '1.00'])
  })

  test('what is not said has the defaults of its kind', () => {
    const spacing = (kind: string): number[] => {
      const text = conf('delay_loop 60', ['10.0.1.2'], kind)
      const all = new CheckedServers(text)
      all.set('10.0.1.2', healthy)
      all.at(10, () => all.set('10.0.1.2', () => ({ told: 'refused' }))).runUntil(300)
      const down = Number(all.tables[1])
      return all
        .attempts('10.0.1.2')
        .filter((at) => at > 10 && at <= down)
        .map((at) => at - 61)
    }
    expect(spacing(KINDS.TCP_CHECK)).toEqual([0, 1])
    expect(spacing(KINDS.HTTP_GET)).toEqual([0, 3])
    expect(spacing(KINDS.DNS_CHECK)).toEqual([0, 60, 120, 180])
  })

  test('warm-up puts first checks off, each by its own part', () => {
    const all = new CheckedServers(
      conf('delay_loop 10\nwarmup 10', ['10.0.1.2', '10.0.1.3']),
      [2.5, 7],
    ).runUntil(30)
    expect(all.attempts('10.0.1.2')).toEqual([3.5, 13.5, 23.5])
    expect(all.attempts('10.0.1.3')).toEqual([8, 18, 28])
  })
})

describe('several checkers of one server', () => {
  test('the first that fails takes it out, the last that succeeds brings it back', () => {
    const two = 'TCP_CHECK {\n}\nPING_CHECK {\nconnect_timeout 1\nretry 0\n}'
    const all = new CheckedServers(conf('delay_loop 5', ['10.0.1.2'], two))
    let [tcp, ping] = [true, true]
    all.set('10.0.1.2', ({ ask }) => {
      if (ask === 'echo') return ping ? { told: 'echoed' } : null
      return { told: tcp ? 'connected' : 'refused' }
    })
    all.at(2, () => (ping = false)).at(8, () => (tcp = false))
    all
      .at(20, () => (ping = true))
      .at(30, () => (tcp = true))
      .runUntil(50)
    // Pings are checked at 6, TCP at 11 and 12; ping is back at 24, TCP with its next attempt.
    expect(all.tables.map((line) => line.split(' ')[0])).toEqual(['0.00', '7.00', '30.00'])
  })
})

describe('a reload', () => {
  const before = conf('delay_loop 5', ['10.0.1.2', '10.0.1.3'])

  test('keeps what is known, drops what is gone, takes what is new', () => {
    const all = new CheckedServers(before)
    all.set('10.0.1.3', 'down')
    all.at(20, () => all.reload(conf('delay_loop 5', ['10.0.1.4', '10.0.1.3 weight 7'])))
    all.at(38.5, () => all.set('10.0.1.3', 'up')).runUntil(60)
    expect(all.tables).toEqual([
      '0.00 10.0.1.2=1 10.0.1.3=1',
      '1.00 10.0.1.2=1',
      '20.00 10.0.1.4=1',
      '39.00 10.0.1.4=1 10.0.1.3=7',
    ])
    // Attempts are counted anew: at 21 one, after a second another, and so on.
    expect(all.attempts('10.0.1.3').filter((at) => at > 20 && at < 30)).toEqual([21, 22, 27, 28])
    expect(all.attempts('10.0.1.2').at(-1)).toBe(16)
  })

  test('ends services that are gone', () => {
    const all = new CheckedServers(before)
    all.at(10, () => all.reload('')).runUntil(20)
    expect(all.tables).toEqual(['0.00 10.0.1.2=1 10.0.1.3=1', '10.00'])
  })
})

describe('a polite end', () => {
  const of = (options: string): CheckedServers => {
    const all = new CheckedServers(conf(`delay_loop 5\n${options}`, ['10.0.1.2', '10.0.1.3']))
    all.set('10.0.1.3', 'down')
    return all.runUntil(10)
  }
  const told = ({ said }: CheckedServers): string[] => said.map((line) => line.slice(6))

  test('says nothing, unless omega wants it said', () => {
    const [quiet, omega] = [of(''), of('omega')]
    quiet.checkers.stop(11e12)
    omega.checkers.stop(11e12)
    expect(told(quiet).slice(2)).toEqual([])
    expect(told(omega).slice(2)).toEqual(['server down 10.0.1.2', 'quorum lost'])
  })

  test.each(['no', 'services', 'all'] as const)('leaves nothing behind (flush: %s)', (flush) => {
    const all = of('')
    const foreign = { ...RULE, port: 443 }
    all.addService(foreign)
    all.checkers.stop(11e12, flush)
    expect(all.names()).toEqual(flush === 'all' ? [] : [all.nameOf(foreign)])
  })

  test('lvs_flush empties the table at the start', () => {
    const all = of('')
    const foreign = { ...RULE, port: 443 }
    all.addService(foreign)
    all.checkers.kill()
    all.checkers.start([], 11e12, true)
    expect(all.names()).toEqual([])
  })
})

test('an end without a word leaves the table as it is', () => {
  const all = new CheckedServers(conf('delay_loop 5', ['10.0.1.2']))
  all
    .at(10, () => all.checkers.kill())
    .at(12, () => all.set('10.0.1.2', 'down'))
    .runUntil(60)
  expect(all.tables).toEqual(['0.00 10.0.1.2=1'])
  expect(all.checkers.nextDue).toBeGreaterThan(1e15)
})

test('whatever happens, the table is what the servers that are alive make of it', () => {
  const weights = [1, 2, 3]
  const event = fc.record({
    at: fc.integer({ min: 1, max: 400 }),
    server: fc.integer({ min: 0, max: 2 }),
    state: fc.constantFrom<Behaviour>('up', 'down', 'silent'),
  })
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 12 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      (events, quorum, hysteresis, hasSorry) => {
        const options = [`delay_loop 5\nquorum ${quorum}\nhysteresis ${hysteresis}`]
        if (hasSorry) options.push('sorry_server 10.0.1.9 80')
        const names = weights.map((_, index) => `10.0.1.${index + 1}`)
        const servers = names.map((name, index) => `${name} weight ${weights[index]}`)
        const all = new CheckedServers(conf(options.join('\n'), servers))
        const states: Behaviour[] = ['up', 'up', 'up']
        for (const { at, server, state } of events.sort((x, y) => x.at - y.at)) {
          all.at(at, () => all.set(names[server]!, (states[server] = state)))
        }
        all.runUntil(500)
        const alive = names.filter((_, index) => states[index] === 'up')
        const sum = weights.reduce((s, w, index) => s + (states[index] === 'up' ? w : 0), 0)
        const inTable = all.tables
          .at(-1)!
          .split(' ')
          .slice(1)
          .map((word) => word.split('=')[0])
        const isSorry = inTable[0] === '10.0.1.9'
        // Between the two thresholds it depends on where the sum came from.
        if (sum >= quorum + Math.min(hysteresis, quorum - 1)) expect(isSorry).toBe(false)
        if (sum === 0) expect(isSorry).toBe(hasSorry)
        if (!isSorry) expect(new Set(inTable)).toEqual(new Set(alive))
      },
    ),
    { numRuns: 60 },
  )
})
