// Sweeps as a user runs them: the same bytes however they are spread, resumed and merged.
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyFolder, lvsSim, MAIN, type Ran } from '../support/built.ts'
import { bytesOf, POINTS, putSweep } from '../support/sweep-fixture.ts'

const folder = emptyFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let one: Map<string, string>

beforeAll(() => {
  putSweep(folder)
  expect(sim('sweep sweep.json -q -j1 -o one').code).toBe(0)
  one = bytesOf(at('one'))
})

function sim(line: string): Ran {
  return lvsSim(line.split(' '), folder)
}

function at(...path: string[]): string {
  return join(folder, ...path)
}

describe('the same bytes', () => {
  test('from one worker there is everything', () => {
    expect(one.size).toBe(3 + POINTS * 11)
    const rows = one.get('table.csv')!.trim().split('\n')
    expect(rows).toHaveLength(POINTS + 1)
    expect(rows[0]).toMatch(/workload\.phases\.steady\.rate,workload\.phases\.steady\.rate_pps/)
    expect(rows[2]).toMatch(/^1,done,,nat,,300kpps,300000,/)
    expect(one.get('points/001/scenario.json')).not.toMatch(/sweep/)
  })

  test.each(['2', '8'])('from %s workers', (workers) => {
    expect(sim(`sweep sweep.json -q -j${workers} -o many-${workers}`).code).toBe(0)
    expect(bytesOf(at(`many-${workers}`))).toEqual(one)
  })

  test('from shards merged in any order', () => {
    for (const shard of [2, 3, 1]) {
      const ran = sim(`sweep sweep.json -j1 --shard ${shard}/3 -o shard-${shard}`)
      expect([ran.code, ran.out]).toEqual([0, ''])
      expect(existsSync(at(`shard-${shard}`, 'table.csv'))).toBe(false)
    }
    for (const order of ['1 2 3', '3 1 2', '2 3 1']) {
      const folders = order.split(' ').map((shard) => `shard-${shard}`)
      const out = `merged-${order.replaceAll(' ', '')}`
      expect(sim(`merge ${folders.join(' ')} -q -o ${out}`).code).toBe(0)
      expect(bytesOf(at(out))).toEqual(one)
    }
  })

  test('from single points in one folder, the last one first, and a shard', () => {
    for (const point of [8, 6, 2]) {
      expect(sim(`sweep sweep.json -j1 -q --point ${point} -o points`).code).toBe(0)
    }
    expect(sim('sweep sweep.json -j1 -q --shard 2/2 -o points').code).toBe(0)
    for (const point of [4, 0]) {
      expect(sim(`sweep sweep.json -j1 -q --point ${point} -o points`).code).toBe(0)
    }
    const merged = sim('merge points')
    expect(merged.code).toBe(0)
    expect(bytesOf(at('points'))).toEqual(one)
    expect(merged.out).toBe(sim('sweep sweep.json -j1 -o one').out)
  })

  test('--json is the table as one document, of a merge too', () => {
    const ran = sim('sweep sweep.json -j1 --json -o one')
    expect(ran.code).toBe(0)
    const { schema, count, plan, points } = JSON.parse(ran.out) as {
      schema: string
      count: object
      plan: string
      points: Record<string, string | number | null>[]
    }
    expect(schema).toBe('lvs-sim-sweep/1')
    expect(count).toEqual({ done: POINTS, incomplete: 0, failed: 0, missing: 0 })
    expect(JSON.parse(readFileSync(at('one/plan.json'), 'utf8'))).toMatchObject({ hash: plan })
    const [head, ...rows] = readFileSync(at('one/table.csv'), 'utf8').trim().split('\n')
    expect(points.map((row) => Object.values(row).join(','))).toEqual(rows)
    expect(Object.keys(points[0]!).join(',')).toBe(head)
    expect(sim('merge --json one').out).toBe(ran.out)
  })

  test('a point is what `run` makes of the same values', () => {
    const set = '--set services.web.forwarding=dr --set workload.phases.steady.rate=100kpps'
    expect(sim(`run sweep.json -qq -n 2 ${set} -o run`).code).toBe(0)
    const { fingerprint } = JSON.parse(readFileSync(at('run/summary.json'), 'utf8')) as {
      fingerprint: string
    }
    expect(one.get('table.csv')!.split('\n')[4]).toContain(fingerprint)
  })
})

describe('resuming', () => {
  test('what is whole is kept, the rest is run', () => {
    cpSync(at('one'), at('resumed'), { recursive: true })
    for (const point of ['002', '005']) rmSync(at('resumed/points', point), { recursive: true })
    writeFileSync(at('resumed/points/007/summary.json'), '{"schema": "lvs-')
    const before = statSync(at('resumed/points/000')).mtimeMs
    const ran = sim('sweep sweep.json -j1 -o resumed')
    expect(ran.code).toBe(0)
    expect(ran.err).toMatch(/swept: 3 points to run, 6 there already/)
    expect(bytesOf(at('resumed'))).toEqual(one)
    expect(statSync(at('resumed/points/000')).mtimeMs).toBe(before)
  })

  test('another plan puts the old results aside, unless others may write there', () => {
    cpSync(at('one'), at('other'), { recursive: true })
    const line = 'sweep sweep.json -j1 -q --vary services.web.forwarding=dr -o other'
    const refused = sim(`${line} --point 0`)
    expect([refused.code, refused.err]).toEqual([3, expect.stringMatching(/holds another plan/)])
    expect(bytesOf(at('other'))).toEqual(one)
    expect(sim(line).err).toMatch(/results of another plan are now in .*other\.before/)
    expect(bytesOf(at('other.before'))).toEqual(one)
    expect(readdirSync(at('other/points'))).toEqual(['000'])
  })

  test(
    'Ctrl-C keeps what is finished, and the next one goes on',
    { timeout: 120_000 },
    async () => {
      const line = ['sweep', 'sweep.json', '-j2', '--duration', '2ms', '-o', 'stopped']
      const vary = [
        '--vary',
        'workload.phases.steady.rate=20Mpps,21Mpps,22Mpps,23Mpps,24Mpps,25Mpps',
      ]
      const child = spawn(process.execPath, [MAIN, ...line, ...vary, '-n', '3'], { cwd: folder })
      let err = ''
      child.stderr.on('data', (part: Buffer) => (err += part.toString()))
      const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
      while (!existsSync(at('stopped/points/000'))) await new Promise((go) => setTimeout(go, 20))
      child.kill('SIGINT')
      expect(await closed).toBe(130)
      expect(err).toMatch(/interrupted: what is finished is kept/)
      const kept = readdirSync(at('stopped/points'))
      expect(kept.length).toBeLessThan(6)
      expect(readdirSync(at('stopped')).filter((name) => name.startsWith('.'))).toEqual([])
      const resumed = lvsSim([...line, ...vary, '-n', '3'], folder)
      expect(resumed.code).toBe(0)
      expect(resumed.err).toMatch(new RegExp(`${kept.length} there already`))
      expect(lvsSim([...line.slice(0, -1), 'whole', ...vary, '-n', '3'], folder).code).toBe(0)
      expect(bytesOf(at('stopped'))).toEqual(bytesOf(at('whole')))
    },
  )
})

describe('points that fail', () => {
  const line = 'sweep sweep.json -j2 --vary realServers.rs.address=10.0.0.11,10.0.0.1,10.0.0.2'
  test('a value that no point can have is told before anything runs', () => {
    const ran = sim(`${line} -o none`)
    expect(ran.code).toBe(3)
    expect(ran.err).toMatch(/have the address 10\.0\.0\.1$/m)
    expect(existsSync(at('none'))).toBe(false)
  })

  test('are reported, take no other down, and are tried again', () => {
    const counts = 'sweep sweep.json -j2 --vary realServers.rs.address=10.0.0.11,10.0.0.2'
    const ran = sim(`${counts} --vary realServers.rs.count=4,9 -o failing`)
    expect(ran.code).toBe(5)
    expect(ran.out).toMatch(/4 points, 1 failed/)
    expect(ran.out).toMatch(/point 3 failed: .*10\.0\.0\.10/)
    const table = readFileSync(at('failing/table.csv'), 'utf8')
    expect(table).toMatch(/^3,failed,"services\.web\.vip/m)
    expect(table).toMatch(/^2,done,/m)
    const again = sim(`${counts} --vary realServers.rs.count=4,9 -o failing`)
    expect(again.err).toMatch(/1 point to run, 3 there already/)
    expect(again.code).toBe(5)
  })

  test('one that a limit stops is incomplete, and says so', () => {
    const ran = sim('sweep sweep.json -j2 --set time.limit.events=900 -o limited')
    expect(ran.code).toBe(5)
    expect(ran.out).toMatch(/9 points, 9 incomplete/)
  })
})

describe('merge refuses what does not belong together', () => {
  beforeAll(() => {
    for (const shard of [1, 2]) {
      expect(sim(`sweep sweep.json -j1 -q --shard ${shard}/2 -o half-${shard}`).code).toBe(0)
    }
  })

  test('missing points are named, what is there is kept', () => {
    const ran = sim('merge half-1 -o half')
    expect(ran.code).toBe(5)
    expect(ran.err).toMatch(/missing: points 1, 3, 5 and 7 of 9/)
    expect(ran.out).toMatch(/points 1, 3, 5 and 7 missing/)
    expect(readFileSync(at('half/table.csv'), 'utf8')).toMatch(/^1,missing,,nat,,300kpps/m)
    expect(sim('merge half half-2 -q -o half').code).toBe(0)
    expect(bytesOf(at('half'))).toEqual(one)
  })

  test('another plan', () => {
    const line = 'sweep sweep.json -j1 -q --seed other --point 0 -o foreign'
    expect(sim(line).code).toBe(0)
    const ran = sim('merge half-1 half-2 foreign -o no')
    expect(ran.code).toBe(3)
    expect(ran.err).toMatch(/foreign does not go with half-1: its plan is/)
    expect(existsSync(at('no'))).toBe(false)
  })

  test('another version', () => {
    cpSync(at('half-2'), at('newer'), { recursive: true })
    const plan = readFileSync(at('newer/plan.json'), 'utf8')
    writeFileSync(at('newer/plan.json'), plan.replace(/"version": ".*?"/, '"version": "9.9.9"'))
    const ran = sim('merge half-1 newer -o no')
    expect([ran.code, ran.out]).toEqual([3, ''])
    expect(ran.err).toMatch(/newer does not go with half-1: it is of lvs-sim 9\.9\.9, not of/)
  })

  test('a point of another plan among them, or a damaged one', () => {
    cpSync(at('half-2'), at('mixed'), { recursive: true })
    const own = readFileSync(at('mixed/points/001/point.json'), 'utf8')
    const strange = own.replace(/"plan": ".*?"/, '"plan": "0123456789abcdef"')
    writeFileSync(at('mixed/points/001/point.json'), strange)
    writeFileSync(at('mixed/points/003/point.json'), own.slice(0, 30))
    const ran = sim('merge half-1 mixed -o mended')
    expect(ran.code).toBe(5)
    expect(ran.err).toMatch(/001 is left out: it is of another plan/)
    expect(ran.err).toMatch(/003 is left out: it is damaged/)
    expect(ran.err).toMatch(/missing: points 1 and 3 of 9/)
  })

  test('two results of one point', () => {
    cpSync(at('half-2'), at('changed'), { recursive: true })
    writeFileSync(at('changed/points/001/latency.csv'), 'service\n')
    const ran = sim('merge half-1 half-2 changed -o no')
    expect(ran.code).toBe(3)
    expect(ran.err).toMatch(/point 1 differs between half-2.*001 and changed/)
  })

  test.each<[string, string, number, RegExp]>([
    ['a folder that is not there', 'merge nowhere', 4, /cannot merge nowhere: it holds no plan/],
    ['a folder of something else', 'merge .', 4, /it holds no plan\.json/],
    ['a file', 'merge sweep.json', 4, /cannot merge sweep\.json: it holds no plan\.json/],
    ['nothing', 'merge', 2, /something is missing/],
  ])('%s', (_name, line, code, words) => {
    const ran = sim(line)
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(words)])
  })
})

describe('bad input', () => {
  beforeAll(() => {
    mkdirSync(at('taken'))
    writeFileSync(at('taken/thesis.tex'), 'years of work')
    putSweep(at('taken/..'))
  })

  test.each<[string, number, RegExp]>([
    [
      'sweep sweep.json --vary services.wbe.scheduler=rr,wlc',
      3,
      /--vary services\.wbe.*\n.*did you mean "services\.web/,
    ],
    ['sweep sweep.json --vary services.web.scheduler=rr,wlx', 3, /expected one of .*got "wlx"/],
    ['sweep sweep.json --vary services.web.scheduler', 2, /--vary is PATH=A,B,C or a range/],
    ['sweep sweep.json --vary services.web.scheduler=rr,,wlc', 2, /--vary is PATH=A,B,C/],
    ['sweep sweep.json --vary seed=a --vary seed=b', 2, /--vary names "seed" twice/],
    ['sweep sweep.json --vary __proto__=1,2', 2, /"__proto__" is no part of a scenario/],
    ['sweep sweep.json --vary seed={"from":1', 2, /--vary is PATH/],
    ['sweep sweep.json --mode gird', 2, /--mode is grid or list or latin-hypercube/],
    ['sweep sweep.json --samples 0', 2, /--samples is a whole number/],
    ['sweep sweep.json --mode latin-hypercube', 3, /number of its samples/],
    ['sweep sweep.json --point 9', 2, /there is no point 9: this plan has 0 to 8/],
    ['sweep sweep.json --point -1', 2, /-1|point/],
    ['sweep sweep.json --shard 4/3', 2, /--shard is I\/N with I from 1 to N/],
    ['sweep sweep.json --shard 0/3', 2, /--shard is I\/N/],
    ['sweep sweep.json --shard 1/3 --point 1', 2, /two ways to choose points/],
    ['sweep sweep.json --shard 1/2 --json', 2, /--json is of all points/],
    ['sweep sweep.json -o taken', 4, /taken.* exists and holds no plan\.json: it is left alone/],
    ['sweep sweep.json -o sweep.json', 4, /it is a file, not a folder/],
    ['sweep missing.json', 4, /no such file/],
  ])('%s', (line, code, words) => {
    const ran = sim(line)
    expect([ran.code, ran.err]).toEqual([code, expect.stringMatching(words)])
    expect(ran.out).toBe('')
  })

  test('nothing that varies', () => {
    putSweep(at('taken'), { sweep: undefined })
    const ran = sim('sweep taken/sweep.json')
    expect([ran.code, ran.err]).toEqual([2, expect.stringMatching(/nothing varies in taken/)])
  })
})

describe('looking first', () => {
  test('--list and --count run nothing', () => {
    const list = sim('sweep sweep.json --list').out.trim().split('\n')
    expect(list).toHaveLength(POINTS)
    expect(list[4]).toBe('004  services.web.forwarding=dr  workload.phases.steady.rate=300kpps')
    expect(sim('sweep sweep.json --count').out).toBe('9\n')
    expect(sim('sweep sweep.json --count --shard 2/4').out).toBe('2\n')
    expect(sim('sweep sweep.json --list --json').out).toBe(one.get('plan.json'))
  })

  test('an estimate comes first, on standard error', () => {
    const ran = sim('sweep sweep.json -j2 -o estimated')
    expect(ran.err).toMatch(/^swept: 9 points to run, about [\d.]+s on 2 workers\n/)
  })
})
