// The frames of one request on the way to the server and back, as the transports send them
// (cluster/udp.ts, cluster/tcp-transport.ts) when nothing is lost: how many of each size, on
// average.
import { meanOf, sampler, type DistributionSpec } from '../kernel/distributions.ts'
import { Streams } from '../kernel/random.ts'
import type { TcpOptions } from '../tcp/options.ts'
import { segmentHeaderBytes, synHeaderBytes } from '../tcp/segment-sizes.ts'
import { ETHERNET_BYTES, SMALLEST_FRAME_BYTES } from '../net/packet.ts'
import type { Scenario } from '../scenario/scenario.ts'

/**
 * Draws over which packets are averaged when sizes are random: their number is not linear in the
 * size.
 */
const DRAWS = 4096

/** Frames of one kind: how many per request, and the size of the outermost IP packet in them. */
export interface Frames {
  count: number
  ipBytes: number
}

export interface FramesOfRequest {
  toServer: Frames[]
  toClient: Frames[]
}

/** What an end of a connection has settled on. */
export interface TcpEnd {
  tcp: TcpOptions
  /** Payload of its full segments. */
  mssBytes: number
}

/** A datagram each; of sizes that are random, one by one where that matters. */
export function datagramsOf({ workload }: Scenario, isDrawn: boolean): FramesOfRequest {
  const datagrams = (spec: DistributionSpec): Frames[] => {
    if (!isDrawn) return [{ count: 1, ipBytes: meanOf(spec) - ETHERNET_BYTES }]
    const sizes = sizesOf(spec)
    return sizes.map((bytes) => ({ count: 1 / sizes.length, ipBytes: bytes - ETHERNET_BYTES }))
  }
  return { toServer: datagrams(workload.request), toClient: datagrams(workload.response) }
}

/**
 * Segments of a request. Client: SYN, ACK, request, ACKs of the response, FIN ACK, ACK. Server: SYN
 * ACK, ACKs of the request, response, FIN ACK. With several requests on a connection each has its
 * part of what opens and closes it.
 */
export function segmentsOf(
  scenario: Scenario,
  ipHeaderBytes: number,
  client: TcpEnd,
  server: TcpEnd,
  isDrawn: boolean,
): FramesOfRequest {
  const { workload } = scenario
  const part = 1 / requestsPerConnection(scenario)
  const there = payloadOf(workload.request, ipHeaderBytes, client, server, isDrawn)
  const back = payloadOf(workload.response, ipHeaderBytes, server, client, isDrawn)
  // Who delays no ACK has acknowledged a FIN before the application closes in answer.
  const finAcks = server.tcp.delayedAck ? 0 : part
  const bare = ({ tcp }: TcpEnd) => ipHeaderBytes + segmentHeaderBytes(tcp)
  return {
    toServer: [
      { count: part, ipBytes: ipHeaderBytes + synHeaderBytes(client.tcp) },
      { count: 3 * part + back.acknowledgements, ipBytes: bare(client) },
      ...there.frames,
    ],
    toClient: [
      { count: part, ipBytes: ipHeaderBytes + synHeaderBytes(server.tcp) },
      { count: part + finAcks + there.acknowledgements, ipBytes: bare(server) },
      ...back.frames,
    ],
  }
}

/** Mean requests of a connection. */
export function requestsPerConnection({ workload }: Scenario): number {
  return workload.requests === undefined ? 1 : meanOf(workload.requests)
}

/** Whole bytes: the one size, or as many as are drawn. */
export function sizesOf(payload: DistributionSpec): number[] {
  const draw = sampler(payload, new Streams('theory').stream('sizes'))
  const draws = payload.kind === 'constant' ? 1 : DRAWS
  return Array.from({ length: draws }, () => Math.max(1, Math.round(draw.next())))
}

/** Full and last segments of a payload, and the ACKs they get. */
function payloadOf(
  payload: DistributionSpec,
  ipHeaderBytes: number,
  { tcp, mssBytes: mss }: TcpEnd,
  receiver: TcpEnd,
  isDrawn: boolean,
): { frames: Frames[]; acknowledgements: number } {
  const headers = ipHeaderBytes + segmentHeaderBytes(tcp)
  const sizes = sizesOf(payload)
  const each = 1 / sizes.length
  const lasts = sizes.map((bytes) => bytes - (Math.ceil(bytes / mss) - 1) * mss)
  const lastBytes = lasts.reduce((sum, bytes) => sum + bytes * each, 0)
  const acks = sizes.reduce((sum, bytes) => sum + acksOf(bytes, mss, receiver), 0)
  let full = sizes.reduce((sum, bytes) => sum + Math.ceil(bytes / mss) - 1, 0) * each
  // Draws know the last segment and the ACKs well, but not the length of a heavy tail.
  const mean = meanOf(payload)
  const drawn = full
  if (sizes.length > 1 && Number.isFinite(mean)) full = Math.max(0, (mean - lastBytes) / mss)
  return {
    frames: [
      { count: full, ipBytes: headers + mss },
      ...(isDrawn ? lasts : [lastBytes]).map((bytes, _, { length }) => ({
        count: 1 / length,
        ipBytes: headers + bytes,
      })),
    ],
    acknowledgements: acks * each + (full - drawn) / segmentsPerAck(mss, receiver),
  }
}

/**
 * ACKs of so many bytes. The ACK of a last segment that has to wait travels with what follows: the
 * answer, or the FIN.
 */
function acksOf(bytes: number, mss: number, receiver: TcpEnd): number {
  const count = Math.ceil(bytes / mss)
  const each = segmentsPerAck(mss, receiver)
  const acks = Math.floor((count - 1) / each)
  const waiting = bytes - acks * each * mss
  return waiting > receiver.mssBytes || !receiver.tcp.delayedAck ? acks + 1 : acks
}

/**
 * An ACK goes out as soon as more than a full segment of the receiver's own waits for it
 * (tcp/receiver.ts): for every second segment where both ends have the same size.
 */
function segmentsPerAck(mss: number, { tcp, mssBytes }: TcpEnd): number {
  return tcp.delayedAck ? Math.floor(mssBytes / mss) + 1 : 1
}

export function countOf(frames: readonly Frames[]): number {
  return frames.reduce((sum, { count }) => sum + count, 0)
}

/** Bits that the frames take on a wire with that overhead. */
export function wireBits(frames: readonly Frames[], overheadBytes: number): number {
  return frames.reduce((sum, { count, ipBytes }) => {
    const frame = Math.max(SMALLEST_FRAME_BYTES, ipBytes + ETHERNET_BYTES)
    return sum + 8 * count * (frame + overheadBytes)
  }, 0)
}

/** '64B frames', or the mean size where there are several kinds. */
export function describe(frames: readonly Frames[]): string {
  const bytes = wireBits(frames, 0) / 8 / countOf(frames)
  const size = Math.round(bytes * 10) / 10
  return frames.length === 1 ? `${size}B frames` : `${size}B frames on average`
}
