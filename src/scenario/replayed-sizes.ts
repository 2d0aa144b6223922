// What a recorded request and its answer are on the wires of a scenario: TCP carries the payload in
// as many segments as it takes; over UDP each is one frame, and what no frame can carry is cut.
import { ETHERNET_BYTES, SMALLEST_FRAME_BYTES, ipHeaderBytes } from '../net/packet.ts'
import type { Scenario } from './scenario.ts'

const UDP_HEADER_BYTES = 8

/** Payload in TCP, frames in UDP; -1 where the record does not say. */
export function replayedSizes(scenario: Scenario): {
  requestBytes: Float64Array
  answerBytes: Float64Array
} {
  const { requestBytes, responseBytes } = scenario.workload.replay!
  const sizeOf = onTheWire(scenario)
  return {
    requestBytes: Float64Array.from(requestBytes, sizeOf),
    answerBytes: Float64Array.from(responseBytes, sizeOf),
  }
}

/** How many requests or answers of the record are larger than a frame. */
export function countCut(scenario: Scenario): number {
  const { workload, services } = scenario
  if (services[workload.to]!.protocol === 'tcp' || workload.replay === undefined) return 0
  const { requestBytes, responseBytes } = workload.replay
  const most = mostPayload(scenario)
  let cut = 0
  for (let at = 0; at < requestBytes.length; at++) {
    if (requestBytes[at]! > most || responseBytes[at]! > most) cut++
  }
  return cut
}

function onTheWire(scenario: Scenario): (payloadBytes: number) => number {
  const { services, workload } = scenario
  const service = services[workload.to]!
  if (service.protocol === 'tcp') return (bytes) => (bytes === 0 ? 1 : bytes)
  const headers = ipHeaderBytes(service.vip | 0) + UDP_HEADER_BYTES + ETHERNET_BYTES
  const most = mostPayload(scenario)
  return (bytes) =>
    bytes < 0 ? bytes : Math.max(SMALLEST_FRAME_BYTES, Math.min(bytes, most) + headers)
}

function mostPayload({ services, workload, clients, links }: Scenario): number {
  const headers = ipHeaderBytes(services[workload.to]!.vip | 0) + UDP_HEADER_BYTES
  return links[clients[workload.from]!.link]!.mtuBytes - headers
}
