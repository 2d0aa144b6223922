// Connection limits (spec 1.6): the flag goes up at the upper threshold and down below the lower
// one, and only scheduling looks at it.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { LoneDirector, VIP } from '../support/lone-director.ts'

const SERVICE = `-t ${VIP}:80`
const END = `${SERVICE} -r 10.0.1.1:80 -g`

function limited(options: string): LoneDirector {
  return new LoneDirector().rules(`-A ${SERVICE} -s rr`, `-a ${END} ${options}`)
}

function isOverloaded(bench: LoneDirector): boolean {
  return bench.destination('10.0.1.1:80').overloaded
}

describe('the flag', () => {
  // [upper, lower, goes up at, goes down at]
  test.each([
    [1, 0, 1, 0],
    [2, 0, 2, 1],
    [4, 0, 4, 2],
    [5, 0, 5, 3],
    [10, 0, 10, 7],
    [100, 0, 100, 74],
    [10, 3, 10, 2],
    [3, 3, 3, 2],
  ])('-x %i -y %i', (upper, lower, up, down) => {
    const bench = limited(`-x ${upper} -y ${lower}`)
    let open = 0
    while (!isOverloaded(bench) && open < 200)
      bench.packet('tcp S', `198.51.100.1:${2000 + open++}`)
    expect(open).toBe(up)
    expect(bench.packet('tcp S', '198.51.100.2:1')).toBe('refuse')
    while (isOverloaded(bench) && open > 0) end(bench, --open)
    expect(open).toBe(down)
    expect(bench.packet('tcp S', '198.51.100.2:2')).toBe('10.0.1.1:80')
  })

  test('0 is no limit', () => {
    const bench = limited('')
    for (let i = 0; i < 300; i++) bench.packet('tcp S', `198.51.100.1:${2000 + i}`)
    expect(isOverloaded(bench)).toBe(false)
  })

  test('inactive connections count, templates do not', () => {
    const bench = limited('-x 2')
    bench.packet('tcp S', '198.51.100.1:1')
    bench.packet('tcp R', '198.51.100.1:1')
    bench.packet('tcp FA', '198.51.100.1:1')
    expect(isOverloaded(bench)).toBe(false)
    bench.packet('tcp S', '198.51.100.1:2')
    expect(isOverloaded(bench)).toBe(true)
    const persistent = new LoneDirector().rules(`-A ${SERVICE} -s rr -p 50`, `-a ${END} -x 2`)
    persistent.packet('tcp S', '198.51.100.1:1')
    expect(isOverloaded(persistent)).toBe(false)
  })

  test('connections of a template go beyond it', () => {
    const bench = new LoneDirector().rules(`-A ${SERVICE} -s rr -p 50`, `-a ${END} -x 2`)
    for (let i = 0; i < 5; i++) {
      expect(bench.packet('tcp S', `198.51.100.1:${2000 + i}`)).toBe('10.0.1.1:80')
    }
    expect(isOverloaded(bench)).toBe(true)
    // Down to where it goes down: from 2 to 1, and no sooner.
    for (const [place, flag] of [true, true, true, false].entries()) {
      end(bench, place)
      expect(isOverloaded(bench)).toBe(flag)
    }
  })
})

describe('an edit', () => {
  // With four connections; the flag before, and after the edit.
  test.each([
    ['lowered onto it', '-x 9', '-x 4', false, true],
    ['lowered below it', '-x 9', '-x 3', false, true],
    ['raised far', '-x 4', '-x 9', true, false],
    ['raised, still above the lower one', '-x 4', '-x 5', true, true],
    ['raised, below the lower one', '-x 4', '-x 7', true, false],
    ['taken away', '-x 4', '', true, false],
    ['the lower one raised', '-x 4 -y 1', '-x 5 -y 5', true, false],
    ['the lower one alone', '-x 4', '-x 4 -y 1', true, true],
    ['nothing changed', '-x 4', '-x 4 -w 7', true, true],
  ])('%s', (_, first, second, before, after) => {
    const bench = limited(first)
    for (let i = 0; i < 4; i++) bench.packet('tcp S', `198.51.100.1:${2000 + i}`)
    expect(isOverloaded(bench)).toBe(before)
    bench.rules(`-e ${END} ${second}`)
    expect(isOverloaded(bench)).toBe(after)
  })

  test('to the same thresholds does not judge anew: also when it returns from the trash', () => {
    const bench = limited('-x 4')
    for (let i = 0; i < 4; i++) bench.packet('tcp S', `198.51.100.1:${2000 + i}`)
    bench.destination('10.0.1.1:80').overloaded = false
    bench.rules(`-e ${END} -x 4`)
    expect(isOverloaded(bench)).toBe(false)
    bench.rules(`-d ${SERVICE} -r 10.0.1.1:80`, `-a ${END} -x 4`)
    expect(isOverloaded(bench)).toBe(false)
    bench.rules(`-d ${SERVICE} -r 10.0.1.1:80`, `-a ${END} -x 3`)
    expect(isOverloaded(bench)).toBe(true)
  })
})

test('up and down as described, whatever comes and goes', () => {
  const lives = fc.array(fc.boolean(), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(8), lives, (upper, lower, steps) => {
      fc.pre(lower <= upper)
      const bench = new LoneDirector().rules(
        `-A ${SERVICE} -s rr -p 900`,
        `-a ${END} -x ${upper} -y ${lower}`,
      )
      const clearing = lower !== 0 ? lower : Math.ceil((3 * upper) / 4)
      let flag = false
      let total = 0
      // The template keeps its client coming, flag or not.
      bench.packet('tcp S', '198.51.100.1:1')
      if (++total === upper) flag = true
      const open = [1]
      let port = 1
      for (const opens of steps) {
        if (opens) {
          bench.packet('tcp S', `198.51.100.1:${++port}`)
          open.push(port)
          if (++total === upper) flag = true
        } else if (open.length > 0) {
          end(bench, open.pop()! - 2000)
          if (total-- === clearing) flag = false
        }
        expect(isOverloaded(bench)).toBe(flag)
      }
    }),
    { numRuns: 60 },
  )
})

/** Ends connection `number` at once, as its timer would. */
function end(bench: LoneDirector, number: number): void {
  const { connections } = bench.ipvs
  let found = -1
  connections.forEach((id) => {
    if (connections.clientPortOf(id) === 2000 + number) found = id
  })
  const due = bench.ipvs as unknown as { lifecycle: { end: (id: number) => void } }
  due.lifecycle.end(found)
}
