import { describe, expect, test } from 'vitest'
import { Core, type CoreOptions, type PacketWork } from '../../src/cluster/core.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Packet } from '../../src/net/packet.ts'
import { Ring } from '../../src/net/ring.ts'

const WORK_PS = 100
const POLLING: CoreOptions = {
  at: 'cpu0',
  slowness: 1,
  moderationPs: null,
  interruptPs: 0,
  budget: 64,
}

/** What leaves the core, as "port at time", when packets come to those rings at those times. */
function left(
  options: Partial<CoreOptions>,
  arrivals: [at: number, ring: number][],
  places: number | null = null,
): { left: string[]; core: Core; lost: number } {
  const kernel = new Kernel()
  const out: string[] = []
  let lost = 0
  const port = { receive: (packet: Packet, now: number) => out.push(`${packet.srcPort}@${now}`) }
  const work: PacketWork = {
    begin(_packet, core) {
      core.output = port
      return WORK_PS
    },
  }
  const core = new Core(kernel, { ...POLLING, ...options }, work, { lose: () => lost++ })
  const rings = [new Ring('ring 0', places), new Ring('ring 1', places)]
  core.rings.push(...rings)
  arrivals.forEach(([at, ring], index) => {
    kernel.runUntil(at)
    const packet = new Packet()
    packet.srcPort = index
    core.receive(packet, rings[ring]!, at)
  })
  kernel.runUntil(1e9)
  return { left: out, core, lost }
}

test('a core that polls meets a packet at once, and the next when it is done', () => {
  const { left: out, core } = left({}, [
    [10, 0],
    [50, 0],
    [500, 0],
  ])
  expect(out).toEqual(['0@110', '1@210', '2@600'])
  expect(core.interrupts).toBe(0)
  expect(core.busyUntil(1000)).toBe(300)
})

test('a core on the other socket takes longer', () => {
  expect(left({ slowness: 1 / 0.6 }, [[0, 0]]).left).toEqual(['0@167'])
})

describe('interrupt moderation', () => {
  const moderated = { moderationPs: 1000, interruptPs: 30 }

  test('the first interrupt comes at once and costs its time before the packet', () => {
    expect(left(moderated, [[10, 0]]).left).toEqual(['0@140'])
  })

  test('the next is held back until so long after the one before: a batch is met', () => {
    const { left: out, core } = left(moderated, [
      [0, 0],
      [300, 0],
      [400, 0],
      [999, 0],
      [2500, 0],
    ])
    expect(out).toEqual(['0@130', '1@1130', '2@1230', '3@1330', '4@2630'])
    expect(core.interrupts).toBe(3)
  })

  test('while there is work nothing interrupts', () => {
    const { left: out, core } = left(moderated, [
      [0, 0],
      [120, 0],
      [220, 0],
    ])
    expect(out).toEqual(['0@130', '1@230', '2@330'])
    expect(core.interrupts).toBe(1)
  })

  test('what waits for the interrupt fills the ring', () => {
    const { lost } = left(
      moderated,
      [
        [0, 0],
        [200, 0],
        [201, 0],
        [202, 0],
      ],
      2,
    )
    expect(lost).toBe(1)
  })
})

test.each([
  [1, ['0', '1', '3', '2', '4']],
  [2, ['0', '1', '2', '3', '4']],
  [64, ['0', '1', '2', '4', '3']],
])('with a budget of %s the rings have their turns', (budget, order) => {
  const { left: out } = left({ budget }, [
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 0],
  ])
  expect(out.map((each) => each.split('@')[0])).toEqual(order)
})
