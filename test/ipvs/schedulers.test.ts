// What every scheduler owes its service (spec 2, 2.15): it chooses among what is listed and usable,
// follows additions, edits and removals, and neither invents nor keeps a server. Exceptions stand
// in the tables below with their reasons.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { SCHEDULER_NAMES } from '../../src/ipvs/schedulers/index.ts'
import { LoneDirector, VIP } from '../support/lone-director.ts'

/** Numbers below 2^32, as a director's own stream gives them. */
function randomNumbers(): () => number {
  let state = 12_345
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state >>> 0
  }
}

/** Weights of ovf are limits of connections: there they are a hundred times as large. */
function director(scheduler: string, weights: readonly number[]): LoneDirector {
  const scale = scheduler === 'ovf' ? 100 : 1
  const scaled = weights.map((weight) => weight * scale)
  return new LoneDirector({ random: randomNumbers() }).serve(scheduler, scaled)
}

/** Servers of connections from many clients, to one port. */
function picks(bench: LoneDirector, count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    return bench.packet('tcp S', `198.51.${number >> 8}.${number & 255}:4000`)
  })
}

/** dh sees one address alone here, fo and ovf fill one server first. */
const ONE_SERVER = new Set(['dh', 'fo', 'ovf'])
/** lblc keeps an address's server whatever its flag says (spec 2.13). */
const KEEPS_OVERLOADED = new Set(['lblc'])
/**
 * Hashing schedulers refuse the clients of a server that may not be chosen; ovf refuses when all
 * are full; lblc has nobody to turn to when what it keeps may not be chosen anew.
 */
const MAY_REFUSE = new Set(['dh', 'sh', 'mh', 'ovf', 'lblc'])

describe.each(SCHEDULER_NAMES)('%s', (scheduler) => {
  test('without a server it chooses none', () => {
    expect(picks(director(scheduler, []), 3)).toEqual(['refuse', 'refuse', 'refuse'])
  })

  test('with one server it chooses that one', () => {
    expect(new Set(picks(director(scheduler, [3]), 20))).toEqual(new Set(['10.0.1.1:80']))
  })

  test('servers of weight 0 alone are none', () => {
    expect(new Set(picks(director(scheduler, [0, 0, 0]), 10))).toEqual(new Set(['refuse']))
  })

  test('overloaded servers alone are none', () => {
    const bench = director(scheduler, [1])
    bench.rules(`-e -t ${VIP}:80 -r 10.0.1.1:80 -m -x 1`)
    const then = KEEPS_OVERLOADED.has(scheduler) ? '10.0.1.1:80' : 'refuse'
    expect(picks(bench, 3)).toEqual(['10.0.1.1:80', then, then])
  })

  test('many clients reach every server', () => {
    const used = new Set(picks(director(scheduler, [1, 1, 1, 1]), 90))
    expect(used.size).toBe(ONE_SERVER.has(scheduler) ? 1 : 4)
  })

  test('a removed server is not chosen again, one that returns is', () => {
    const bench = director(scheduler, [1, 1])
    bench.rules(`-d -t ${VIP}:80 -r 10.0.1.2:80`)
    expect(new Set(picks(bench, 50))).toEqual(new Set(['10.0.1.1:80']))
    bench.rules(`-a -t ${VIP}:80 -r 10.0.1.2:80 -m -w 100`, `-d -t ${VIP}:80 -r 10.0.1.1:80`)
    expect(new Set(picks(bench, 50, 1000))).toEqual(new Set(['10.0.1.2:80']))
  })

  test('a weight that comes back makes it usable again', () => {
    const bench = director(scheduler, [0])
    expect(picks(bench, 1)).toEqual(['refuse'])
    bench.rules(`-e -t ${VIP}:80 -r 10.0.1.1:80 -m -w 2`)
    expect(picks(bench, 2, 100)).toEqual(['10.0.1.1:80', '10.0.1.1:80'])
  })

  test('the same history gives the same choices', () => {
    const [one, two] = [director(scheduler, [3, 1, 2]), director(scheduler, [3, 1, 2])]
    expect(picks(one, 100)).toEqual(picks(two, 100))
  })

  test('chosen is only what is listed, of weight and not overloaded', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('open' as const), client: fc.nat(500) }),
      fc.record({ do: fc.constant('edit' as const), server: fc.nat(3), weight: fc.nat(4) }),
      fc.record({ do: fc.constant('toggle' as const), server: fc.nat(3) }),
      fc.record({ do: fc.constant('limit' as const), server: fc.nat(3), upper: fc.nat(4) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bench = director(scheduler, [1, 2, 3, 4])
        let port = 1024
        for (const each of steps) {
          if (each.do === 'open') {
            port++
            const usable = bench
              .service()
              .destinations.filter(
                ({ weight, overloaded }) =>
                  weight > 0 && (!overloaded || KEEPS_OVERLOADED.has(scheduler)),
              )
              .map(({ address }) => `10.0.1.${address & 255}:80`)
            const chosen = bench.packet('tcp S', `198.51.100.${each.client & 255}:${port}`)
            if (chosen !== 'refuse') expect(usable).toContain(chosen)
            // Whoever walks the list finds whom there is, but for who looks at connections, too.
            else if (!MAY_REFUSE.has(scheduler)) expect(usable).toEqual([])
          } else alter(bench, each)
        }
      }),
      { numRuns: 40 },
    )
  })
})

type Change =
  | { do: 'edit'; server: number; weight: number }
  | { do: 'toggle'; server: number }
  | { do: 'limit'; server: number; upper: number }

function alter(bench: LoneDirector, change: Change): void {
  const end = `-t ${VIP}:80 -r 10.0.1.${change.server + 1}:80`
  const isThere = bench.ipvsadm(`-a ${end} -m -w 1`).rc !== 0
  if (!isThere) {
    if (change.do !== 'toggle') bench.rules(`-d ${end}`)
    return
  }
  if (change.do === 'toggle') bench.rules(`-d ${end}`)
  else if (change.do === 'edit') bench.rules(`-e ${end} -m -w ${change.weight}`)
  else bench.rules(`-e ${end} -m -w 2 -x ${change.upper}`)
}

test('a server that returns under another scheduler is chosen afresh', () => {
  const bench = director('wrr', [1, 2])
  picks(bench, 5)
  for (const scheduler of SCHEDULER_NAMES) {
    bench.rules(`-E -t ${VIP}:80 -s ${scheduler}`)
    expect(picks(bench, 3)).not.toContain('refuse')
  }
})
