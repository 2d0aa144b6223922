// Reference values that leave nothing to chance, by the product's elements: frames a second on a
// wire, how long a ring lasts, the balance of Maglev's table.
import { UDP } from '../../src/ipvs/headers.ts'
import { Ipvs } from '../../src/ipvs/ipvs.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { Link } from '../../src/net/link.ts'
import { Packet } from '../../src/net/packet.ts'
import { Ring } from '../../src/net/ring.ts'

/** Frames handed to a wire at once; the last arrives when all have been sent. */
const FRAMES = 10_000

/** Of a wire whose reference has that name, like ref-eth-pps-10G-64B. */
export function framesPerSecond(id: string): number {
  const [, gigabits, bytes] = /-(\d+)G-(?:64B-vlan)?(\d+)B?$/.exec(id)!
  const kernel = new Kernel()
  let lastAt = 0
  const wire = new Link(
    kernel,
    {
      ...{ at: 'wire', resource: 'send', rateBps: Number(gigabits) * 1e9, delayPs: 0 },
      ...{ overheadBytes: 20, mtuBytes: 9000, queuePackets: null, queueBytes: null },
    },
    { receive: (_, now) => (lastAt = now) },
    {
      lose: () => {
        throw new Error('nothing is lost')
      },
    },
  )
  for (let i = 0; i < FRAMES; i++) {
    const packet = new Packet()
    packet.frameBytes = Number(bytes)
    wire.receive(packet, 0)
  }
  kernel.runUntil(PS_PER_SECOND)
  return (FRAMES * PS_PER_SECOND) / lastAt
}

/** Microseconds that a ring lasts which nobody empties, by a name like ref-ring-256-at-...pps. */
export function ringMicroseconds(id: string): number {
  const [, places, rate] = /^ref-ring-(\d+)-at-(\d+)pps/.exec(id)!
  const ring = new Ring('ring', Number(places))
  let taken = 0
  while (ring.push(new Packet())) taken++
  const exactRate = rate === '14880952' ? 312_500_000 / 21 : Number(rate)
  return (taken / exactRate) * 1e6
}

/** Picks of the kernel's mh over equal servers, by server: each place is met about 977 times. */
export function maglevPicks(servers: number, picks: number): number[] {
  const ipvs = new Ipvs({
    ...{ tableSize: 4096, kernel: '6.1', random: () => 0 },
    timers: { expireAt: () => {} },
    routes: { generation: 0, find: () => null },
  })
  const service = ipvs.addService({ protocol: UDP, address: 1, port: 80, scheduler: 'mh' }, 0)
  for (let tag = 0; tag < servers; tag++) {
    const address = 0x0a000001 + tag
    ipvs.addDestination(service, { address, port: 80, weight: 1, forwarding: 'dr', tag })
  }
  const counts = Array<number>(servers).fill(0)
  const flow = { protocol: UDP, src: 0, srcPort: 1024, dst: 1, dstPort: 80 }
  for (let i = 0; i < picks; i++) {
    flow.src = Math.imul(i, 2_654_435_761) >>> 4
    counts[service.scheduler.schedule(flow, 0)!.tag]!++
  }
  return counts
}
