// Recordings of keepalived's elections: the same configurations on machines of our own, told what
// was done to them and when. Every advertisement and ARP is compared byte for byte, in each
// sender's order; times to 50 ms or 2 % of the time since something was done, whichever is more.
import { readAdvert } from '../keepalived/vrrp-packets.ts'
import { formatAddress } from '../wire/address-text.ts'
import { toHex } from '../wire/hex.ts'
import { Comparison, addTally, noTally } from './difference.ts'
import { TraceError } from './problem.ts'
import { arrayAt, numberAt, objectAt, stringAt, stringsAt } from './trace.ts'
import type { Recording, Step } from './trace.ts'
import type { StepFailure, Verified } from './verify.ts'
import { PS_PER_MS, VrrpBench, type SeenFrame } from './vrrp-bench.ts'

const TOLERANCE_MS = 50
const TOLERANCE_SHARE = 0.02
/** Frames of two senders that were closer than this are in no order. */
const ORDER_MS = 2
/** Addresses were looked at after a sleep's end, until the next step; that end is so exact. */
const LOOK_MS = 6

type Frame = Record<string, unknown>
type Addresses = Record<string, string[]>

/** A frame as recorded, or as ours is said in the recording's words. */
interface Told {
  step: number
  t: number
  from: string
  words: Frame
}

export function verifyVrrp(recording: Recording): Verified {
  const { trace, saw } = recording
  const { frames, looks } = play(recording)
  const comparisons = trace.steps.map(() => new Comparison())
  const recorded = saw.flatMap((seen, step) => {
    const list = arrayAt(seen['frames'] ?? [], `steps[${step}].saw.frames`)
    return list.flatMap((each, index) => toldOf(each, step, `steps[${step}].saw.frames[${index}]`))
  })
  compareFrames(recorded, frames, trace.steps, comparisons)
  trace.steps.forEach((step, index) => {
    compareLook(step, saw[index]!, looks[index]!, comparisons[index]!)
  })
  const tally = noTally()
  for (const comparison of comparisons) addTally(tally, comparison.tally)
  const failures: StepFailure[] = []
  comparisons.forEach(({ differences }, step) => {
    if (differences.length > 0) failures.push({ step, what: trace.steps[step]!, differences })
  })
  return { name: trace.name, family: trace.family, steps: trace.steps.length, tally, failures }
}

/** What was looked at after a step: addresses shortly before and after, or a tool's answer. */
interface Look {
  early: Addresses | null
  late: Addresses | null
  rc: number
}

function play({ trace }: Recording): { frames: SeenFrame[]; looks: Look[] } {
  const bench = new VrrpBench(trace.nodes)
  const looks = trace.steps.map((step, index) => {
    const { begin, end } = step.clock
    bench.runUntil(begin * PS_PER_MS)
    const rc = perform(step, `steps[${index}]`, bench)
    if (step.do !== 'sleep') return { early: null, late: null, rc }
    bench.runUntil((end - LOOK_MS) * PS_PER_MS)
    const early = bench.addresses()
    bench.runUntil(step.clock.next * PS_PER_MS)
    const late = bench.addresses()
    return { early, late, rc }
  })
  return { frames: bench.takeFrames(), looks }
}

/** The exit code of a tool; 0 for every other step. */
function perform(step: Step, place: string, bench: VrrpBench): number {
  const { words, clock } = step
  const at = clock.begin * PS_PER_MS
  const node = (): string => stringAt(words['node'], `${place}.node`)
  const conf = words['conf'] === undefined ? null : stringAt(words['conf'], `${place}.conf`)
  switch (step.do) {
    case 'start':
      bench.start(node(), conf, at)
      return 0
    case 'signal': {
      const signal = stringAt(words['signal'], `${place}.signal`)
      if (!['SIGKILL', 'SIGTERM', 'SIGHUP'].includes(signal)) {
        throw new TraceError(`${place}.signal`, `expected SIGKILL, SIGTERM or SIGHUP: ${signal}`)
      }
      bench.signal(node(), signal, conf, at)
      return 0
    }
    case 'link':
      bench.link(node(), stringAt(words['state'], `${place}.state`) === 'up', at)
      return 0
    case 'address':
      return changeAddress(stringAt(words['args'], `${place}.args`), node(), bench, place)
    case 'sleep':
    case 'note':
      return 0
    default:
      throw new TraceError(`${place}.do`, `no step of this family: "${step.do}"`)
  }
}

function changeAddress(args: string, node: string, bench: VrrpBench, place: string): number {
  const [, verb, address] = /^addr (add|del) (\S+) dev eth0$/.exec(args.trim()) ?? []
  if (address === undefined) {
    throw new TraceError(`${place}.args`, `expected "addr add|del ADDRESS dev eth0", got "${args}"`)
  }
  return bench.changeAddress(node, verb === 'add', address) ? 0 : 2
}

/** Advertisements and ARP; other frames are the kernel's own affair. */
function toldOf(value: unknown, step: number, place: string): Told[] {
  const { t, from, ...words } = objectAt(value, place)
  if (words['vrrp'] === undefined && words['arp'] === undefined) return []
  const at = numberAt(t, `${place}.t`)
  return [{ step, t: at, from: stringAt(from, `${place}.from`), words }]
}

function wordsOf({ advert, arp, sourceMac, to }: SeenFrame): Frame {
  if (arp !== null) return { arp: { ...arp, sender_mac: sourceMac, to } }
  return { vrrp: advertWords(advert!), to, src_mac: sourceMac, hex: toHex(advert!) }
}

function advertWords(bytes: Uint8Array): Frame {
  const { version, vrid, priority, ttl, interval, addresses, ...more } = readAdvert(bytes)!
  const auth = more.header !== undefined ? 2 : more.password === null ? 0 : 1
  const own = version === 2 ? { auth, advert_int: interval } : { advert_cs: interval }
  return { version, vrid, priority, ttl, ...own, vips: addresses.map(formatAddress) }
}

function compareFrames(
  recorded: readonly Told[],
  ours: readonly SeenFrame[],
  steps: readonly Step[],
  comparisons: readonly Comparison[],
): void {
  const last = steps.at(-1)!.clock.end * PS_PER_MS
  const sorted = ours.filter(({ at }) => at <= last).sort((a, b) => a.at - b.at)
  const matched = new Map<Told, SeenFrame>()
  for (const sender of new Set([...recorded, ...sorted].map(({ from }) => from))) {
    const theirs = recorded.filter(({ from }) => from === sender)
    const said = sorted.filter(({ from }) => from === sender)
    theirs.forEach((told, index) => {
      if (said[index] !== undefined) matched.set(told, said[index])
    })
    compareSender(theirs, said, steps, comparisons)
  }
  compareOrder(recorded, matched, comparisons)
}

function compareSender(
  theirs: readonly Told[],
  said: readonly SeenFrame[],
  steps: readonly Step[],
  comparisons: readonly Comparison[],
): void {
  for (let index = 0; index < Math.max(theirs.length, said.length); index++) {
    const [told, frame] = [theirs[index], said[index]]
    const step = told?.step ?? stepAt(frame!.at / PS_PER_MS, steps)
    const comparison = comparisons[step]!
    const name = `frame ${index + 1} of ${told?.from ?? frame!.from}`
    if (told === undefined || frame === undefined) {
      comparison.same(name, told && { t: told.t, ...told.words }, frame && said_(frame))
      return
    }
    comparison.tally.packets++
    comparison.tally.decisions++
    if (frame.advert !== null) comparison.tally.bytes += frame.advert.length
    comparison.same(name, told.words, wordsOf(frame))
    const at = frame.at / PS_PER_MS
    if (Math.abs(at - told.t) > toleranceAt(told, steps)) {
      comparison.differs(`${name}, time`, `${told.t} ms`, `${at.toFixed(2)} ms`)
    }
  }
}

function said_(frame: SeenFrame): Frame {
  return { t: Number((frame.at / PS_PER_MS).toFixed(2)), ...wordsOf(frame) }
}

/** Since the last thing that was done before a frame. */
function toleranceAt({ step, t }: Told, steps: readonly Step[]): number {
  const cause = steps.slice(0, step + 1).findLast((each) => each.do !== 'sleep')
  return Math.max(TOLERANCE_MS, (t - (cause?.clock.begin ?? 0)) * TOLERANCE_SHARE)
}

function stepAt(t: number, steps: readonly Step[]): number {
  const after = steps.findIndex(({ do: kind, clock }) => kind === 'sleep' && clock.end >= t)
  return after < 0 ? steps.length - 1 : after
}

function compareOrder(
  recorded: readonly Told[],
  matched: ReadonlyMap<Told, SeenFrame>,
  comparisons: readonly Comparison[],
): void {
  for (let index = 1; index < recorded.length; index++) {
    const [first, second] = [recorded[index - 1]!, recorded[index]!]
    const [ours, next] = [matched.get(first), matched.get(second)]
    if (ours === undefined || next === undefined || first.from === second.from) continue
    if (second.t - first.t <= ORDER_MS || ours.at <= next.at) continue
    const comparison = comparisons[second.step]!
    comparison.differs('order', `${first.from}, then ${second.from}`, 'the other way round')
  }
}

function compareLook(
  step: Step,
  saw: Record<string, unknown>,
  { early, late, rc }: Look,
  comparison: Comparison,
): void {
  comparison.same('rc', saw['rc'] ?? 0, rc)
  if ((saw['addresses'] === undefined) !== (late === null)) {
    comparison.same('addresses', saw['addresses'], late)
    return
  }
  if (late === null || early === null) return
  const recorded = objectAt(saw['addresses'], `${step.do}.addresses`)
  comparison.tally.listings++
  for (const node of new Set([...Object.keys(recorded), ...Object.keys(late)])) {
    const theirs = recorded[node] === undefined ? null : stringsAt(recorded[node], 'addresses')
    const isEarly = JSON.stringify(theirs) === JSON.stringify(early[node])
    if (!isEarly) comparison.same(`addresses.${node}`, theirs ?? undefined, late[node])
  }
}
