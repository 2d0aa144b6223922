// rr and wrr, worked out by hand from their description (spec 2.1, 2.2).
import { describe, expect, test } from 'vitest'
import { SERVICE, idle } from '../support/letters.ts'
import { LoneDirector } from '../support/lone-director.ts'

describe('rr', () => {
  test('newest first, round and round', () => {
    expect(idle(new LoneDirector().serve('rr', [1, 1, 1]), 7)).toBe('CBACBAC')
  })

  test('weights are nothing but zero or not', () => {
    expect(idle(new LoneDirector().serve('rr', [5, 0, 1]), 4)).toBe('CACA')
  })

  test('a newcomer is reached after the wrap', () => {
    const bench = new LoneDirector().serve('rr', [1, 1, 1])
    expect(idle(bench, 2)).toBe('CB')
    bench.rules(`-a ${SERVICE} -r 10.0.1.4:80 -m`)
    expect(idle(bench, 5)).toBe('ADCBA')
  })

  test.each([
    ['the one chosen last', 2, 'ACA'],
    ['one before it', 3, 'ABA'],
    ['one after it', 1, 'CBC'],
  ])('when %s goes its successor is next', (_, gone, then) => {
    const bench = new LoneDirector().serve('rr', [1, 1, 1])
    expect(idle(bench, 2)).toBe('CB')
    bench.rules(`-d ${SERVICE} -r 10.0.1.${gone}:80`)
    expect(idle(bench, 3)).toBe(then)
  })

  test('an edit leaves the position, a new binding does not', () => {
    const bench = new LoneDirector().serve('rr', [1, 1, 1])
    expect(idle(bench, 1)).toBe('C')
    bench.rules(`-e ${SERVICE} -r 10.0.1.3:80 -m -w 9`, `-E ${SERVICE} -s rr`)
    expect(idle(bench, 1)).toBe('B')
    bench.rules(`-E ${SERVICE} -s wlc`, `-E ${SERVICE} -s rr`)
    expect(idle(bench, 1)).toBe('C')
  })

  test('the current one is the last candidate', () => {
    const bench = new LoneDirector().serve('rr', [1, 1])
    expect(idle(bench, 1)).toBe('B')
    bench.rules(`-e ${SERVICE} -r 10.0.1.1:80 -m -w 0`)
    expect(idle(bench, 2)).toBe('BB')
  })
})

describe('wrr', () => {
  test.each([
    [[4, 3, 2], 'CBAABACBACBA'],
    [[1, 2, 3], 'CBACCBCBACCB'],
    [[6, 3, 0], 'BAABAABAABAA'],
    [[10, 20], 'BABBABBABBAB'],
  ])('weights %j', (weights, picks) => {
    expect(idle(new LoneDirector().serve('wrr', weights), 12)).toBe(picks)
  })

  test('bound to servers that are there it starts at the top level', () => {
    const bench = new LoneDirector().serve('rr', [4, 3, 2])
    bench.rules(`-E ${SERVICE} -s wrr`)
    expect(idle(bench, 9)).toBe('ABACBACBA')
  })

  test('any edit goes back to the head of the list and keeps the level', () => {
    const bench = new LoneDirector().serve('wrr', [1, 2, 3])
    expect(idle(bench, 4)).toBe('CBAC')
    // Level 3, at C; B becomes 3, the walk begins again at C.
    bench.rules(`-e ${SERVICE} -r 10.0.1.2:80 -m -w 3`)
    expect(idle(bench, 3)).toBe('CBC')
  })

  test('an overloaded server is passed over; all of them, and there is none', () => {
    const bench = new LoneDirector().serve('wrr', [1, 1, 1])
    bench.destination('10.0.1.2:80').overloaded = true
    expect(idle(bench, 4)).toBe('CACA')
    bench.destination('10.0.1.1:80').overloaded = true
    bench.destination('10.0.1.3:80').overloaded = true
    expect(idle(bench, 2)).toBe('--')
    bench.destination('10.0.1.1:80').overloaded = false
    expect(idle(bench, 2)).toBe('AA')
  })
})
