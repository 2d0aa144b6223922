import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Link, type LinkOptions } from '../../src/net/link.ts'
import { Packet } from '../../src/net/packet.ts'

const TEN_GIGABIT: LinkOptions = {
  at: 'test',
  resource: 'send',
  rateBps: 10_000_000_000,
  delayPs: 1_000_000,
  overheadBytes: 20,
  mtuBytes: 1500,
  queuePackets: null,
  queueBytes: null,
}

interface Sent {
  at: number
  bytes: number
}

/** Sends frames into a link at given times; tells when each arrives, null when it was dropped. */
function run(
  options: Partial<LinkOptions>,
  frames: Sent[],
): { link: Link; due: (number | null)[] } {
  const kernel = new Kernel()
  const due: (number | null)[] = frames.map(() => null)
  const packets = frames.map(({ bytes }, index) => {
    const packet = new Packet()
    packet.frameBytes = bytes
    packet.slot = index
    return packet
  })
  const target = {
    receive(packet: Packet, now: number) {
      due[packet.slot] = now
    },
  }
  const link = new Link(kernel, { ...TEN_GIGABIT, ...options }, target, { lose: () => {} })
  frames.forEach(({ at }, index) => {
    kernel.runUntil(at - 1)
    kernel.agenda.plan(at, { due: (_, now) => link.receive(packets[index]!, now) }, 0)
  })
  kernel.runUntil(1e15)
  return { link, due }
}

/**
 * The same by hand: every frame begins when the wire is free, and is dropped when its place is
 * taken.
 */
function oracle(options: LinkOptions, frames: Sent[]): (number | null)[] {
  const taken: { ends: number; bytes: number }[] = []
  let freeAt = 0
  return frames.map(({ at, bytes }) => {
    const unsent = taken.filter(({ ends }) => ends > at)
    const waiting = unsent.reduce((sum, frame) => sum + frame.bytes, 0)
    const isFull =
      unsent.length > 0 &&
      (unsent.length > (options.queuePackets ?? Infinity) ||
        waiting + bytes > (options.queueBytes ?? Infinity))
    if (isFull) return null
    freeAt = Math.max(freeAt, at) + (bytes + options.overheadBytes) * 800
    taken.push({ ends: freeAt, bytes })
    return freeAt + options.delayPs
  })
}

describe('Link', () => {
  test('one frame takes its time on the wire and the delay', () => {
    expect(run({}, [{ at: 0, bytes: 64 }]).due).toEqual([1_067_200])
  })

  test('line rate of 64-byte frames is one in 67,200 ps', () => {
    const frames = Array.from({ length: 100 }, () => ({ at: 0, bytes: 64 }))
    const { due } = run({}, frames)
    expect(due.at(-1)).toBe(100 * 67_200 + 1_000_000)
  })

  test('a rate that is not whole in ps per byte loses nothing over many frames', () => {
    const frames = Array.from({ length: 3000 }, () => ({ at: 0, bytes: 64 }))
    const { due } = run({ rateBps: 3_000_000_000 }, frames)
    expect(due.at(-1)).toBe((3000 * 84 * 8000) / 3 + 1_000_000)
  })

  test.each([
    { queuePackets: 5, queueBytes: null },
    { queuePackets: null, queueBytes: 3000 },
    { queuePackets: 0, queueBytes: null },
  ])('drops as a drop-tail queue of %o does', (limits) => {
    const gaps = fc.array(fc.tuple(fc.nat(300_000), fc.integer({ min: 64, max: 1518 })), {
      maxLength: 120,
    })
    fc.assert(
      fc.property(gaps, fc.constantFrom(0, 1_000_000), (steps, delayPs) => {
        let at = 1
        const frames = steps.map(([gap, bytes]) => ({ at: (at += gap), bytes }))
        const { link, due } = run({ ...limits, delayPs }, frames)
        expect(due).toEqual(oracle({ ...TEN_GIGABIT, ...limits, delayPs }, frames))
        expect(link.dropped).toBe(due.filter((time) => time === null).length)
        expect(link.packets).toBe(frames.length - link.dropped)
      }),
    )
  })

  test('a frame beyond the MTU is dropped and counted apart', () => {
    const { link, due } = run({}, [{ at: 0, bytes: 1519 }])
    expect(due).toEqual([null])
    expect([link.tooBig, link.dropped]).toEqual([1, 0])
  })

  test('busy time is what lies before now', () => {
    const { link } = run({}, [{ at: 0, bytes: 64 }])
    expect(link.busyUntil(67_200)).toBe(67_200)
    expect(link.busyUntil(50_000)).toBe(50_000)
  })
})
