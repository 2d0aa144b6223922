// Recordings of a real kernel (Linux 6.1.192) replayed through the director's own code: every
// decision, count, listing and byte is the kernel's. And the comparison itself is tested: whatever
// is altered in a recording is found, at its step.
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { verify, type Verified } from '../../src/replay/verify.ts'

const GOLDEN = new URL('../golden/', import.meta.url)
/** Families and how many recordings there are of each. */
const FAMILIES = {
  schedulers: 148,
  persistence: 45,
  'tcp-states': 28,
  rewriting: 41,
  'text-formats': 6,
  defaults: 1,
  sync: 13,
  healthcheck: 9,
  'keepalived-import': 51,
  vrrp: 38,
}

type Json = Record<string, unknown>
interface Recorded {
  steps: { saw: Json }[]
}

function textOf(family: string, name: string): string {
  return readFileSync(new URL(`${family}/${name}`, GOLDEN), 'utf8')
}

function read(family: string, name: string): Recorded {
  return JSON.parse(textOf(family, name)) as Recorded
}

function differences({ failures }: Verified): string[] {
  return failures.flatMap(({ step, differences: found }) =>
    found.map(({ what, kernel, ours }) => `step ${step} ${what}: ${kernel} | ${ours}`),
  )
}

describe.each(Object.entries(FAMILIES))('%s', (family, count) => {
  const names = readdirSync(new URL(`${family}/`, GOLDEN)).sort()

  test(`there are ${count} recordings`, () => {
    expect(names).toHaveLength(count)
  })

  test.each(names)('%s', (name) => {
    const verified = verify(textOf(family, name))
    expect(differences(verified)).toEqual([])
    const { decisions, listings } = verified.tally
    expect(decisions + listings).toBeGreaterThan(0)
  })
})

/** Paths to values in a tree, the first of each kind: `frames[].ttl`, `show.ipvsadm -Ln`. */
function kindsOf(value: unknown, path: (string | number)[] = []): Map<string, (string | number)[]> {
  const kinds = new Map<string, (string | number)[]>()
  if (typeof value !== 'object' || value === null) {
    const isNamed = path[0] === 'dests' || path[0] === 'instead'
    const kind = path.map((part) => (typeof part === 'number' ? '[]' : part))
    kinds.set(isNamed ? `${path[0]}` : kind.join('.'), path)
    return kinds
  }
  for (const [key, child] of Object.entries(value)) {
    const part = Array.isArray(value) ? Number(key) : key
    for (const [kind, at] of kindsOf(child, [...path, part])) {
      if (!kinds.has(kind)) kinds.set(kind, at)
    }
  }
  return kinds
}

/** Another value of the same kind, such as a fault would leave. */
function altered(value: unknown): unknown {
  if (value === null) return '10.9.9.9:9'
  if (typeof value === 'number') return value + 1000
  if (typeof value === 'boolean') return !value
  const text = value as string
  // The first digit, hexadecimal or not, becomes another one.
  return /\d/.test(text) ? text.replace(/\d/, (digit) => `${(Number(digit) + 1) % 10}`) : `${text}x`
}

function alter(root: Json, path: readonly (string | number)[]): void {
  let at: unknown = root
  for (const part of path.slice(0, -1)) at = (at as Record<string | number, unknown>)[part]
  const last = path.at(-1)!
  const parent = at as Record<string | number, unknown>
  parent[last] = altered(parent[last])
}

/** Times are given, not compared; and what the recordings leave undecided is masked by name. */
const NOT_COMPARED = [
  /^t$|^t_end$|^at\.|^sync\.\[\]\.t$/,
  /^sysctls\.sync_qlen_max$/,
  // Identification, sequence numbers and flow labels of packets that the director makes itself.
  /^frames\.\[\]\.(id|seq|src)$/,
  // The log is for people: of it, places of complaints are compared, which have a test of their
  // own.
  /^log\./,
]

/** Frames that are the kernel's own affair are not compared: empty, in their places. */
function withoutOthers(saw: Json): Json {
  const { frames } = saw
  if (!Array.isArray(frames)) return saw
  return { ...saw, frames: (frames as Json[]).map((each) => ('proto' in each ? {} : each)) }
}

/** Times and checks of checkers have tests of their own. */
const NOT_COMPARED_OF: Record<string, RegExp> = { healthcheck: /^changes\.\[\]\.t$|^checks/ }

/** Of each kind of value in a family's recordings, the first place where one stands. */
function examples(
  family: string,
): { name: string; step: number; kind: string; path: (string | number)[] }[] {
  const found = new Map<
    string,
    { name: string; step: number; kind: string; path: (string | number)[] }
  >()
  const masked = [...NOT_COMPARED, NOT_COMPARED_OF[family] ?? /^$/]
  for (const name of readdirSync(new URL(`${family}/`, GOLDEN)).sort()) {
    read(family, name).steps.forEach(({ saw }, step) => {
      for (const [kind, path] of kindsOf(withoutOthers(saw))) {
        if (found.has(kind) || masked.some((pattern) => pattern.test(kind))) continue
        found.set(kind, { name, step, kind, path })
      }
    })
  }
  return [...found.values()]
}

describe.each(Object.keys(FAMILIES))('an altered recording of %s differs at its step', (family) => {
  const all = examples(family)

  test('there is something to alter', () => {
    expect(all).not.toEqual([])
  })

  test.each(all)('$kind in $name', ({ name, step, path }) => {
    const recorded = read(family, name)
    alter(recorded.steps[step]!.saw, path)
    const { failures } = verify(JSON.stringify(recorded))
    expect(failures.map((failure) => failure.step)).toContain(step)
  })
})

describe('records that directors exchange', () => {
  const name = 'sync-nat.json'
  const FIRST = 15

  test.each([
    ['three seconds late', (sync: Json[]) => ((sync[0]!['t'] as number) += 3000)],
    ['with a record less', (sync: Json[]) => (sync[0]!['message'] = shortened(sync[0]!))],
    ['missing', (sync: Json[]) => sync.pop()],
    ['twice', (sync: Json[]) => sync.push(sync[0]!)],
  ])('%s', (_, change) => {
    const recorded = read('sync', name)
    change(recorded.steps[FIRST]!.saw['sync'] as Json[])
    const { failures } = verify(JSON.stringify(recorded))
    expect(failures.map(({ step }) => step)).not.toEqual([])
  })

  /** Without its last record, and otherwise right. */
  function shortened({ message }: Json): string {
    const [header, rest] = [(message as string).slice(0, 16), (message as string).slice(16)]
    const [size, count] = [0x74 - 36, 2].map((value) => value.toString(16).padStart(2, '0'))
    return `${header.slice(0, 6)}${size}${count}${header.slice(10)}${rest.slice(0, -72)}`
  }

  test('two seconds either way are nothing', () => {
    const recorded = read('sync', name)
    const sync = recorded.steps[FIRST]!.saw['sync'] as { t: number }[]
    sync[0]!.t += 1900
    expect(verify(JSON.stringify(recorded)).failures).toEqual([])
  })
})

describe('what checkers did', () => {
  const name = 'health-refused.json'
  /** The sleep in which a server left, at 11.4 s. */
  const LEFT = 5
  type Check = [number, string]

  test.each<[string, (saw: Json) => unknown]>([
    ['a server that left earlier', ({ changes }) => ((changes as Json[])[1]!['t'] = 10_500)],
    ['a server that did not leave', ({ changes }) => (changes as Json[]).pop()],
    [
      'a table that ours never had',
      ({ changes }) => (changes as Json[]).push({ t: 20_000, dests: {} }),
    ],
    ['a check that was not made', ({ checks }) => (checks as Check[]).splice(1, 1)],
    ['a check more', ({ checks }) => (checks as Check[]).splice(1, 0, [12_000, '10.0.1.217:80'])],
    ['a check later', ({ checks }) => ((checks as Check[])[1]![0] += 1000)],
    ['a check of another server', ({ checks }) => ((checks as Check[])[1]![1] = '10.0.1.111:80')],
  ])('%s', (_, change) => {
    const recorded = read('healthcheck', name)
    change(recorded.steps[LEFT]!.saw)
    const { failures } = verify(JSON.stringify(recorded))
    expect(failures.map(({ step }) => step)).not.toEqual([])
  })

  test('its words are for people', () => {
    const recorded = read('healthcheck', name)
    for (const { saw } of recorded.steps) if ('log' in saw) saw['log'] = []
    expect(verify(JSON.stringify(recorded)).failures).toEqual([])
  })

  test('a step that the bench does not have is told', () => {
    const recorded = read('healthcheck', name)
    Object.assign(recorded.steps[0]!, { state: 'asleep' })
    expect(() => verify(JSON.stringify(recorded))).toThrow('unknown state "asleep"')
    Object.assign(recorded.steps[0]!, { do: 'packet' })
    expect(() => verify(JSON.stringify(recorded))).toThrow('no step of the health bench: "packet"')
  })
})

describe('what is missing, or too much, differs too', () => {
  const name = 'rewrite-nat.json'

  test.each([
    ['a frame less', (saw: Json) => (saw['frames'] as unknown[]).pop()],
    ['a frame more', (saw: Json) => (saw['frames'] as unknown[]).push({ side: 'client', to: 'x' })],
    ['a word less', (saw: Json) => delete (saw['frames'] as Json[])[0]!['ttl']],
    ['a word more', (saw: Json) => ((saw['frames'] as Json[])[0]!['tos'] = 4)],
  ])('%s', (_, change) => {
    const recorded = read('rewriting', name)
    change(recorded.steps[1]!.saw)
    const { failures } = verify(JSON.stringify(recorded))
    expect(failures.map(({ step }) => step)).toEqual([1])
  })
})

describe('complaints about a configuration', () => {
  const name = 'import-mistakes.json'

  test.each([
    ['at another line', (line: string) => line.replace('Line 5', 'Line 6')],
    ['not there', (line: string) => line.replace(/.*Line 5.*/, 'nothing')],
    ['in another order', (line: string) => line.replace('Line 3', 'Line 7')],
  ])('%s', (_, change) => {
    const recorded = read('keepalived-import', name)
    const log = recorded.steps[1]!.saw['log'] as [number, string][]
    for (const entry of log) entry[1] = change(entry[1])
    const { failures } = verify(JSON.stringify(recorded))
    expect(failures.map(({ step }) => step)).toEqual([1])
  })

  test('whatever else the log says is not compared', () => {
    const recorded = read('keepalived-import', name)
    const saw = recorded.steps[1]!.saw
    saw['log'] = (saw['log'] as [number, string][]).filter(([, line]) => /Line/.test(line))
    expect(verify(JSON.stringify(recorded)).failures).toEqual([])
  })
})

describe('elections', () => {
  const name = 'vrrp-v2-split-brain.json'
  type Frames = { t: number; from: string }[]

  test.each([
    ['50 ms are let pass', 49, []],
    ['more are not', 300, [4]],
  ])('%s', (_, later, steps) => {
    const recorded = read('vrrp', name)
    for (const frame of recorded.steps[4]!.saw['frames'] as Frames) frame.t += later
    expect(verify(JSON.stringify(recorded)).failures.map(({ step }) => step)).toEqual(steps)
  })

  test.each([
    ['a frame less', (frames: Frames) => frames.pop()],
    ['a frame more', (frames: Frames) => frames.push({ ...frames.at(-1)! })],
    ['another sender', (frames: Frames) => (frames.at(-1)!.from = 'a')],
  ])('%s', (_, change) => {
    const recorded = read('vrrp', name)
    change(recorded.steps[4]!.saw['frames'] as Frames)
    const { failures } = verify(JSON.stringify(recorded))
    expect(failures.length).toBeGreaterThan(0)
  })
})
