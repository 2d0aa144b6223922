// The workloads that any simulator can run: W1 and W2 (packets per processor second through the
// director) and W3 (operations per processor second of the event list for one-off events).
import type { Agenda, Planner } from '../../src/kernel/agenda.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { Streams, type Stream } from '../../src/kernel/random.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { fingerprintOf } from '../../src/measure/fingerprint.ts'
import type { Port } from '../../src/net/packet.ts'
import { FLOWS, pointToPoint, type PointToPoint, type Tap } from './point-to-point.ts'

export interface BenchLine {
  workload: string
  packets: number
  cpuSeconds: number
  packetsPerCpuSecond: number
  events: number
  peakBytes: number
  fingerprint: string
  checks: Record<string, { value: number; expected: number; ok: boolean }>
}

/** Mean round trip (s) and mean time in the director (s) of the definition. */
const EXPECTED = {
  W1: { forwarding: 'dr', roundTrip: 15.8e-6, inDirector: 71.25e-9 },
  W2: { forwarding: 'nat', roundTrip: 22.17e-6, inDirector: 75.01e-9 },
} as const
const TOLERANCE = 0.003

/**
 * W1 or W2 over `seconds` of simulated time, a million packets a second; the first 65,536 are not
 * timed.
 */
export function forwardingWorkload(workload: 'W1' | 'W2', seconds: number): BenchLine {
  const { forwarding, roundTrip, inDirector } = EXPECTED[workload]
  const net = pointToPoint(forwarding, seconds, workload)
  const end = (seconds + 0.001) * PS_PER_SECOND
  while (offered(net) < FLOWS) net.kernel.runUntil(net.kernel.now + PS_PER_SECOND / 1000)
  const untimed = offered(net)
  const before = process.cpuUsage()
  net.kernel.runUntil(end)
  const cpuSeconds = process.cpuUsage(before).user / 1e6
  const [phase] = net.recorder.results('bench', Array<number>(8).fill(1), end)
  const latencySum = phase!.windows.latencySum.reduce((sum, value) => sum + value, 0)
  const packets = phase!.offered - untimed
  return {
    workload,
    packets,
    cpuSeconds,
    packetsPerCpuSecond: Math.round(packets / cpuSeconds),
    events: net.kernel.events,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    fingerprint: fingerprintOf([phase, net.kernel.events]),
    checks: {
      roundTripSeconds: check(latencySum / phase!.delivered / PS_PER_SECOND, roundTrip),
      inDirectorSeconds: check(timeInDirector(forwarding, workload), inDirector),
      lost: { value: net.lost(), expected: 0, ok: net.lost() === 0 },
    },
  }
}

function offered(net: PointToPoint): number {
  return net.recorder.results('bench', Array<number>(8).fill(1), 0)[0]!.offered
}

function check(value: number, expected: number): { value: number; expected: number; ok: boolean } {
  return { value, expected, ok: Math.abs(value / expected - 1) <= TOLERANCE }
}

/** Mean time from the director's card to its wire, of a run of its own: taps would cost time. */
function timeInDirector(forwarding: 'dr' | 'nat', seed: string): number {
  let sum = 0
  let left = 0
  const tap =
    (sign: number): Tap =>
    (port: Port) => ({
      receive(packet, now) {
        sum += sign * now
        if (sign > 0) left++
        port.receive(packet, now)
      },
    })
  const net = pointToPoint(forwarding, 0.5, seed, { into: tap(-1), outOf: tap(1) })
  net.kernel.runUntil(PS_PER_SECOND)
  return sum / left / PS_PER_SECOND
}

/** W3: takes the earliest of `size` pending events and puts it back an exponential time later. */
export function holdWorkload(size: number, operations: number): BenchLine {
  const kernel = new Kernel()
  const holder = new Holder(kernel.agenda, new Streams('W3').stream('hold'))
  for (let key = 0; key < size; key++) holder.due(key, 0)
  kernel.runUntil(Infinity, size)
  const before = process.cpuUsage()
  kernel.runUntil(Infinity, operations)
  const cpuSeconds = process.cpuUsage(before).user / 1e6
  return {
    workload: `W3/${size}`,
    packets: operations,
    cpuSeconds,
    packetsPerCpuSecond: Math.round(operations / cpuSeconds),
    events: kernel.events,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    fingerprint: fingerprintOf([kernel.now, holder.sum]),
    checks: {
      pending: { value: kernel.agenda.size, expected: size, ok: kernel.agenda.size === size },
    },
  }
}

class Holder implements Planner {
  /** Order-sensitive sum, so that nothing can be optimised away. */
  sum = 0
  private readonly agenda: Agenda
  private readonly stream: Stream

  constructor(agenda: Agenda, stream: Stream) {
    this.agenda = agenda
    this.stream = stream
  }

  due(key: number, now: number): void {
    this.sum = (this.sum * 31 + key) % 1_000_003
    this.agenda.plan(now + 1 + Math.floor(this.stream.exponential() * 1_000_000), this, key)
  }
}
