// W4: 100,000 connections a second of three requests each, by packets per processor second. W5: a
// million connections at once, by the memory that they take.
import { fingerprintOf } from '../../src/measure/fingerprint.ts'
import { PS_PER_SECOND } from '../../src/kernel/time.ts'
import { ANSWER_BYTES, REQUEST_BYTES, connections, type Connections } from './connections.ts'
import type { BenchLine } from './workloads.ts'

/** Frames with their options: SYN and SYN ACK 78 B, others 70 B and their payload. */
const SYN_BYTES = 78
const HEADER_BYTES = 70
/** SYN, ACK, two for each request, FIN, ACK; SYN ACK, two segments for each, FIN ACK. */
const CLIENT_PACKETS = (requests: number) => 4 + 2 * requests
const SERVER_PACKETS = (requests: number) => 2 + 2 * requests
const MOST_BYTES = 2e9

/** W4 over `seconds` of simulated time, but the first tenth. Packets of both directions. */
export function churnWorkload(seconds: number): BenchLine {
  const requests = 3
  const options = { openSeconds: seconds, restSeconds: 0.01, requests, thinkSeconds: 0 }
  const net = connections(options, 'W4')
  net.kernel.runUntil((seconds / 10) * PS_PER_SECOND)
  const untimed = packetsOf(net)
  const before = process.cpuUsage()
  net.kernel.runUntil((seconds + 1) * PS_PER_SECOND)
  const cpuSeconds = process.cpuUsage(before).user / 1e6
  const opened = net.transport.connections.opened
  const phases = net.recorder.results('bench', Array<number>(8).fill(1), 0)
  const delivered = phases.reduce((sum, phase) => sum + phase.delivered, 0)
  const latency = phases.flatMap(({ windows }) => windows.latencySum).reduce((a, b) => a + b)
  const packets = packetsOf(net) - untimed
  return {
    ...line('W4', net, packets, cpuSeconds),
    fingerprint: fingerprintOf([phases, net.kernel.events]),
    checks: {
      latencySeconds: near(latency / delivered / PS_PER_SECOND, expectedLatency(requests), 0.005),
      clientPackets: equal(net.fromClient.packets / opened, CLIENT_PACKETS(requests)),
      serverPackets: equal(serverPackets(net) / opened, SERVER_PACKETS(requests)),
      delivered: equal(delivered, requests * opened),
      lost: equal(net.lost(), 0),
      alive: equal(net.pool.taken + net.transport.connections.taken, 0),
    },
  }
}

/** W5: opens so many connections, which think until all are open, ask once more and close. */
export function crowdWorkload(many: number): BenchLine {
  const openSeconds = many / 100_000
  const thinkSeconds = openSeconds + 1
  const options = { openSeconds, restSeconds: thinkSeconds + 1, requests: 2, thinkSeconds }
  const net = connections(options, 'W5')
  const before = process.cpuUsage()
  net.kernel.runUntil((openSeconds + 0.5) * PS_PER_SECOND)
  const atOnce = net.transport.connections.taken
  net.kernel.runUntil((openSeconds + 2 * thinkSeconds) * PS_PER_SECOND)
  const cpuSeconds = process.cpuUsage(before).user / 1e6
  const phases = net.recorder.results('bench', Array<number>(8).fill(1), 0)
  const delivered = phases.reduce((sum, phase) => sum + phase.delivered, 0)
  const { opened } = net.transport.connections
  const measured = line('W5', net, packetsOf(net), cpuSeconds)
  return {
    ...measured,
    fingerprint: fingerprintOf([phases, net.kernel.events]),
    checks: {
      atOnce: equal(atOnce, opened),
      opened: near(opened, many, 0.02),
      delivered: equal(delivered, 2 * opened),
      alive: equal(net.pool.taken + net.transport.connections.taken, 0),
      peakBytes: {
        value: measured.peakBytes,
        expected: MOST_BYTES,
        ok: measured.peakBytes <= MOST_BYTES,
      },
    },
  }
}

/** A round trip for the handshake, then one for each request, by frames, wires and the director. */
function expectedLatency(requests: number): number {
  const perByte = 0.8e-9
  const wire = 5e-6
  // One core at 70 ns, which the client's packets, as good as Poisson, find so busy (M/D/1).
  const service = 70e-9
  const load = 100_000 * CLIENT_PACKETS(requests) * service
  const director = service + (load * service) / (2 * (1 - load))
  const up = (bytes: number) => 2 * (wire + bytes * perByte) + director
  const down = (bytes: number) => wire + bytes * perByte
  const answer = down(2 * HEADER_BYTES + ANSWER_BYTES)
  const handshake = up(SYN_BYTES) + down(SYN_BYTES)
  // An ACK leaves just before each request, and goes first through wire and director.
  const request = up(HEADER_BYTES + REQUEST_BYTES) + HEADER_BYTES * perByte
  return handshake / requests + request + answer
}

function line(workload: string, net: Connections, packets: number, cpuSeconds: number) {
  return {
    workload,
    packets,
    cpuSeconds,
    packetsPerCpuSecond: Math.round(packets / cpuSeconds),
    events: net.kernel.events,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}

function serverPackets(net: Connections): number {
  return net.fromServers.reduce((sum, { packets }) => sum + packets, 0)
}

function packetsOf(net: Connections): number {
  return net.fromClient.packets + serverPackets(net)
}

function equal(value: number, expected: number) {
  return { value, expected, ok: value === expected }
}

function near(value: number, expected: number, tolerance: number) {
  return { value, expected, ok: Math.abs(value / expected - 1) <= tolerance }
}
