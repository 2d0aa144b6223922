// Schedulers that go by connections, and twos, worked out by hand (spec 2.3 to 2.9).
import { describe, expect, test } from 'vitest'
import { SERVICE, chosenWith, open } from '../support/letters.ts'
import { LoneDirector } from '../support/lone-director.ts'

describe('by load', () => {
  // Servers A, B, C as weight:active+inactive.
  test.each([
    ['lc: least overhead', 'lc', '1:2+0 1:1+5 1:1+4', 'C'],
    ['lc: 257 inactive weigh as one active', 'lc', '1:1+0 1:0+257', 'B'],
    ['lc: 256 inactive less', 'lc', '1:0+256 1:1+0', 'A'],
    ['lc: 258 inactive more', 'lc', '1:0+258 1:1+0', 'B'],
    ['lc: a tie goes to the newest', 'lc', '1:3+3 1:3+3', 'B'],
    ['lc: no weights', 'lc', '100:2+0 1:1+0', 'B'],
    ['lc: but for zero', 'lc', '1:9+0 0:0+0', 'A'],
    ['wlc: idle, the newest', 'wlc', '9:0+0 1:0+0', 'B'],
    ['wlc: equal loads per weight, the newest', 'wlc', '2:2+0 1:1+0', 'B'],
    ['wlc: less per weight', 'wlc', '2:1+0 1:1+0', 'A'],
    ['wlc: one inactive decides', 'wlc', '2:2+0 1:1+1', 'A'],
    ['wlc: crosswise', 'wlc', '3:4+0 2:3+0', 'A'],
    ['sed: idle, the heaviest', 'sed', '9:0+0 1:0+0', 'A'],
    ['sed: idle and equal, the newest', 'sed', '2:0+0 2:0+0', 'B'],
    ['sed: the coming one counts', 'sed', '3:2+0 1:0+0', 'B'],
    ['sed: inactive ones do not', 'sed', '1:1+0 1:0+99', 'B'],
    ['nq: idle before all weights', 'nq', '1:0+0 9:1+0 9:1+0', 'A'],
    ['nq: idle whatever is inactive', 'nq', '1:0+50 1:1+0', 'A'],
    ['nq: the first idle one of the list', 'nq', '9:0+0 1:0+0', 'B'],
    ['nq: else as sed', 'nq', '9:3+0 1:1+0', 'A'],
    ['nq: a tie goes to the newest', 'nq', '2:3+0 1:1+0', 'B'],
    ['fo: the heaviest', 'fo', '1:0+0 7:900+0 3:0+0', 'B'],
    ['fo: of equals the newest', 'fo', '7:0+0 7:0+0', 'B'],
    ['ovf: the heaviest', 'ovf', '1:0+0 3:2+0 2:0+0', 'B'],
    ['ovf: at its weight still', 'ovf', '1:0+0 3:3+0 2:0+0', 'B'],
    ['ovf: not above it', 'ovf', '1:0+0 3:4+0 2:0+0', 'C'],
    ['ovf: inactive ones do not count', 'ovf', '1:0+0 3:3+70', 'B'],
    ['ovf: all above', 'ovf', '1:2+0 1:2+0', '-'],
    [
      'sed: equal beyond 2^53, the newest',
      'sed',
      '2147483647:2147483646+0 2147483646:2147483645+0',
      'B',
    ],
    ['sed: less beyond 2^53', 'sed', '2147483647:2147483645+0 2147483646:2147483645+0', 'A'],
    ['sed: one more of 2^62', 'sed', '2147483647:2147483645+0 2147483646:2147483644+0', 'B'],
    ['sed: one less of 2^62', 'sed', '2147483646:2147483644+0 2147483647:2147483645+0', 'A'],
  ])('%s', (_, scheduler, servers, chosen) => {
    expect(chosenWith(scheduler, servers)).toBe(chosen)
  })

  test('fo fails over and back', () => {
    const bench = new LoneDirector().serve('fo', [1, 2, 3])
    expect(open(bench, 2)).toBe('CC')
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:80 -m -w 0`)
    expect(open(bench, 2, 3000)).toBe('BB')
    bench.destination('10.0.1.2:80').overloaded = true
    expect(open(bench, 2, 4000)).toBe('AA')
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:80 -m -w 3`)
    expect(open(bench, 1, 5000)).toBe('C')
  })

  test('ovf fills one after the other', () => {
    expect(open(new LoneDirector().serve('ovf', [1, 2, 1]), 8)).toBe('BBBCCAA-')
  })
})

describe('twos', () => {
  /** Servers of draws, which come from a list of numbers below 1. */
  function choose(draws: number[], weights: number[], loads: number[] = []): string {
    const queue = draws.map((draw) => Math.floor(draw * 4_294_967_296))
    const bench = new LoneDirector({ random: () => queue.shift()! }).serve('twos', weights)
    loads.forEach((load, index) => {
      bench.destination(`10.0.1.${index + 1}:80`).totalConnections = load
    })
    return open(bench, draws.length / 2)
  }

  // The list is C B A with weights 3, 2, 1: totals 3, 5, 6; a draw is of 0 to 6.
  test.each([
    ['0 and 3 are the first', [0, 3.5 / 7], [0, 0, 0], 'C'],
    ['4 is the second', [4.5 / 7, 4.5 / 7], [0, 0, 0], 'B'],
    ['6 is the last', [6.5 / 7, 6.5 / 7], [0, 0, 0], 'A'],
    ['a tie goes to the first draw', [6.5 / 7, 0], [1, 0, 3], 'A'],
    ['less per weight wins, if drawn second', [0, 4.5 / 7], [0, 1, 4], 'B'],
    ['and if drawn first', [4.5 / 7, 0], [0, 1, 4], 'B'],
  ])('%s', (_, draws, loads, chosen) => {
    expect(choose(draws, [1, 2, 3], loads)).toBe(chosen)
  })

  test('products wrap round at 32 bits, to the last bit', () => {
    // (2^30 + 1) * (2^24 + 1) is 1,090,519,041 of 32 bits, and odd above 2^53: a tie.
    const weights = [1, 1_073_741_825]
    expect(choose([0, 1 - 2 ** -32], weights, [16_777_217, 1_090_519_041])).toBe('B')
    expect(choose([0, 1 - 2 ** -32], weights, [16_777_217, 1_090_519_042])).toBe('A')
  })
})
