// `kernel: "classic"`, before the rework of 2026 (spec 11.3): it weighs an active connection as 256
// inactive ones, judges limits by their level, remembers addresses without an end, and lets
// templates of one-packet services go with their packet. Everything else is the same to the byte.
import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../src/ipvs/service.ts'
import { Streams } from '../../src/kernel/random.ts'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SERVICE = `-t ${VIP}:80`

function pair(...lines: string[]): [LoneDirector, LoneDirector] {
  const of = (kernel: Kernel): LoneDirector => new LoneDirector({ kernel }).rules(...lines)
  return [of('6.1'), of('classic')]
}

describe('an active connection and 256 inactive ones', () => {
  test.each(['lc', 'wlc', 'lblc', 'lblcr'])('%s', (scheduler) => {
    // A has 256 inactive, B one active: 256 against 257, and 256 against 256, of which B is newer.
    const chosen = pair(
      `-A ${SERVICE} -s ${scheduler}`,
      `-a ${SERVICE} -r 10.0.1.1:80 -m`,
      `-a ${SERVICE} -r 10.0.1.2:80 -m`,
    ).map((bench) => {
      bench.destination('10.0.1.1:80').totalConnections = 256
      const active = bench.destination('10.0.1.2:80')
      active.activeConnections = active.totalConnections = 1
      return bench.packet('tcp S', '198.51.100.1:1')
    })
    expect(chosen).toEqual(['10.0.1.1:80', '10.0.1.2:80'])
  })
})

describe('limits', () => {
  const END = `${SERVICE} -r 10.0.1.1:80 -g`

  /** The flag after each step: '+' opens a connection of the template, 'x2' edits, ... */
  function flags(kernel: Kernel, options: string, steps: string[]): string {
    const bench = new LoneDirector({ kernel }).rules(`-A ${SERVICE} -s rr -p 900`)
    bench.rules(`-a ${END} ${options}`)
    let port = 1000
    return steps
      .map((step) => {
        if (step === '+') bench.packet('tcp S', `198.51.100.1:${port++}`)
        else if (step === '-') {
          bench.packet('tcp R', `198.51.100.1:${--port}`)
          bench.packet('tcp A', `198.51.100.1:${port}`)
          bench.packet('tcp R', `198.51.100.1:${port}`)
          bench.pass(10.5)
        } else bench.rules(`-e ${END} ${step}`)
        return bench.destination('10.0.1.1:80').overloaded ? 'O' : '.'
      })
      .join('')
  }

  // Five with a limit of four, down to three: 4t < 3u at two, and lval is three: gone at two.
  test.each([
    ['up and down', '-x 4', '+ + + + + - - - -', '...OOOO..', '...OOOO..'],
    ['with a lower one', '-x 4 -y 2', '+ + + + - - -', '...OOO.', '...OOO.'],
    // Raised, the flag is taken at once, though three quarters of the new limit are still there.
    ['raised a little', '-x 4', '+ + + + -x_5 +', '...OOO', '...O.O'],
    // Lowered below what there is, it stays down until the next one comes.
    ['lowered', '-x 9', '+ + + + -x_3 +', '....OO', '.....O'],
    // Beyond the limit by a template: by edges it stays down until it passes the limit again.
    ['taken away and given back', '-x 2', '+ + -w_1 -x_2', '.O.O', '.O..'],
  ])('%s', (_, options, steps, reworked, classic) => {
    const list = steps.split(' ').map((step) => step.replace('_', ' '))
    expect(flags('6.1', options, list)).toBe(reworked)
    expect(flags('classic', options, list)).toBe(classic)
  })
})

test('addresses are remembered without an end', () => {
  const remembered = pair(`-A ${SERVICE} -s lblc`, `-a ${SERVICE} -r 10.0.1.1:80 -g`).map(
    (bench) => {
      const { scheduler } = bench.service()
      for (let i = 0; i < 24_700; i++) {
        scheduler.schedule({ protocol: 6, src: 1, srcPort: 1, dst: 0x0b000000 + i, dstPort: 80 }, 0)
      }
      return bench.destination('10.0.1.1:80').cacheReferences
    },
  )
  expect(remembered).toEqual([24_576, 24_700])
})

test('the template of a one-packet service is gone with its packet', () => {
  const service = `-u ${VIP}:53`
  const seen = pair(
    `-A ${service} -s rr -o -p 100`,
    `-a ${service} -r 10.0.1.1:53 -m`,
    `-a ${service} -r 10.0.1.2:53 -m`,
  ).map((bench) => {
    const chosen = [1, 2, 3].map(() => bench.packet('udp', '198.51.100.1:4000', `${VIP}:53`)[7])
    return [chosen.join(''), bench.connections().length]
  })
  expect(seen).toEqual([
    ['222', 1],
    ['212', 0],
  ])
})

/** Random lives of a director without limits, one-packet persistence or schedulers by load. */
function life(kernel: Kernel, seed: string): string[] {
  const draw = new Streams(seed).stream('life')
  const pick = <T>(values: readonly T[]): T => values[draw.below(values.length)]!
  const bench = new LoneDirector({ kernel, estimateAt: 100, random: () => draw.uint32() })
  const scheduler = pick(['rr', 'wrr', 'sed', 'nq', 'fo', 'ovf', 'dh', 'sh', 'mh'])
  const persistent = pick(['', '', '-p 30', '-p 30 -M 255.255.255.0'])
  const method = pick(['-m', '-g', '-i'])
  for (const service of [SERVICE, `-u ${VIP}:80`]) {
    bench.rules(`-A ${service} -s ${scheduler} ${persistent}`)
    for (const last of [1, 2, 3]) {
      bench.rules(`-a ${service} -r 10.0.1.${last}:80 ${method} -w ${pick([0, 1, 4])}`)
    }
  }
  const log: string[] = []
  for (let step = 0; step < 120; step++) {
    const client = `198.51.${pick([100, 101])}.${pick([1, 2, 3])}:${pick([1000, 1001])}`
    const end = `${SERVICE} -r 10.0.1.${pick([1, 2, 3])}:80`
    switch (draw.below(8)) {
      case 0:
        bench.pass(pick([0.1, 5, 40, 130]))
        break
      case 1:
        log.push(bench.ipvsadm(`-e ${end} ${method} -w ${pick([0, 1, 5])}`).err)
        break
      case 2:
        log.push(bench.ipvsadm(pick([`-d ${end}`, `-a ${end} ${method}`])).err)
        break
      case 3:
        bench.sysctl(
          pick([
            'sloppy_tcp',
            'expire_nodest_conn',
            'expire_quiescent_template',
            'conn_reuse_mode',
          ]),
          pick([0, 1]),
        )
        break
      case 4:
        log.push(bench.packet('udp', client))
        break
      default:
        log.push(bench.packet(`tcp ${pick(['S', 'S', 'A', 'FA', 'R'])}`, client))
    }
    log.push(...bench.connections())
  }
  const texts = ['-Ln', '-Ln --stats', '-Ln --rate', '-Ln --persistent-conn', '-Sn']
  return [...log, ...texts.map((text) => bench.ipvsadm(text).out)]
}

test('nothing else differs', () => {
  for (let i = 0; i < 60; i++) {
    const [reworked, classic] = [life('6.1', `classic-${i}`), life('classic', `classic-${i}`)]
    expect(reworked.some((line) => line.startsWith('10.0.1.'))).toBe(true)
    expect(classic).toEqual(reworked)
  }
})
