// The frames of one request on the way to the server and back, as the transports send them
// (cluster/udp.ts, cluster/tcp-transport.ts) when nothing is lost: how many of each size, on
// average.
import { meanOf, sampler, type DistributionSpec } from '../kernel/distributions.ts'
import { Streams } from '../kernel/random.ts'
import { segmentHeaderBytes, synHeaderBytes } from '../tcp/segments.ts'
import { ETHERNET_BYTES, SMALLEST_FRAME_BYTES, ipHeaderBytes } from '../net/packet.ts'
import type { DestinationSpec, Scenario } from '../scenario/scenario.ts'

/**
 * Draws over which segments are averaged when sizes are random: their number is not linear in the
 * size.
 */
const DRAWS = 4096

/** Frames of one kind: how many per request, and the size of the IP packet in them. */
export interface Frames {
  count: number
  ipBytes: number
}

export interface FramesOfRequest {
  toServer: Frames[]
  toClient: Frames[]
}

/** What one request sends each way. */
export function framesOf(scenario: Scenario): FramesOfRequest {
  const { workload, services, clients, links } = scenario
  if (services[workload.to]!.protocol === 'udp') {
    return {
      toServer: [{ count: 1, ipBytes: meanOf(workload.request) - ETHERNET_BYTES }],
      toClient: [{ count: 1, ipBytes: meanOf(workload.response) - ETHERNET_BYTES }],
    }
  }
  const ip = ipHeaderBytes(services[workload.to]!.vip | 0)
  const { tcp, link } = clients[workload.from]!
  const headers = ip + segmentHeaderBytes(tcp)
  const mss = links[link]!.mtuBytes - headers
  const request = segments(workload.request, mss, headers)
  const response = segments(workload.response, mss, headers)
  // With several requests on a connection each has its part of what opens and closes it.
  const part = 1 / requestsPerConnection(scenario)
  const syn = { count: part, ipBytes: ip + synHeaderBytes(tcp) }
  // Client: SYN, ACK, request, ACKs of the response, FIN ACK, ACK. Server: SYN ACK, ACKs of the
  // request, response, FIN ACK.
  return {
    toServer: [
      syn,
      { count: 3 * part + response.acknowledgements, ipBytes: headers },
      ...request.frames,
    ],
    toClient: [
      syn,
      { count: part + request.acknowledgements, ipBytes: headers },
      ...response.frames,
    ],
  }
}

/** Mean requests of a connection. */
export function requestsPerConnection({ workload }: Scenario): number {
  return workload.requests === undefined ? 1 : meanOf(workload.requests)
}

/**
 * Full and last segments of a payload, and the ACKs they get: one for every second. The ACK of a
 * last one travels with what follows: the answer, or the FIN.
 */
function segments(
  payload: DistributionSpec,
  mss: number,
  headers: number,
): { frames: Frames[]; acknowledgements: number } {
  const draw = sampler(payload, new Streams('theory').stream('sizes'))
  const draws = payload.kind === 'constant' ? 1 : DRAWS
  let full = 0
  let lastBytes = 0
  let odd = 0
  for (let i = 0; i < draws; i++) {
    const bytes = Math.max(1, Math.round(draw.next()))
    const count = Math.ceil(bytes / mss)
    full += (count - 1) / draws
    lastBytes += (bytes - (count - 1) * mss) / draws
    odd += (count & 1) / draws
  }
  // Draws know the last segment and the parity well, but not the length of a heavy tail.
  const mean = meanOf(payload)
  const isRandom = payload.kind !== 'constant' && Number.isFinite(mean)
  if (isRandom) full = Math.max(0, (mean - lastBytes) / mss)
  return {
    frames: [
      { count: full, ipBytes: headers + mss },
      { count: 1, ipBytes: headers + lastBytes },
    ],
    acknowledgements: (full + 1 - odd) / 2,
  }
}

export function countOf(frames: readonly Frames[]): number {
  return frames.reduce((sum, { count }) => sum + count, 0)
}

/** Bits that the frames take on a wire with that overhead, in an outer header of that size. */
export function wireBits(
  frames: readonly Frames[],
  overheadBytes: number,
  outerBytes: number,
): number {
  return frames.reduce((sum, { count, ipBytes }) => {
    const frame = Math.max(SMALLEST_FRAME_BYTES, ipBytes + outerBytes + ETHERNET_BYTES)
    return sum + 8 * count * (frame + overheadBytes)
  }, 0)
}

/** '64B frames', or the mean size where there are several kinds. */
export function describe(frames: readonly Frames[], outerBytes: number): string {
  const bytes = wireBits(frames, 0, outerBytes) / 8 / countOf(frames)
  const size = Math.round(bytes * 10) / 10
  return frames.length === 1 ? `${size}B frames` : `${size}B frames on average`
}

/** The outer header that a tunnel to the destination puts on; 0 without a tunnel. */
export function outerBytesOf({ forwarding, address }: DestinationSpec): number {
  return forwarding === 'tun' ? ipHeaderBytes(address | 0) : 0
}
