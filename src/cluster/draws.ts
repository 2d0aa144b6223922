// Who sends a request and how large it and its answer are: one draw of each stream for every
// request, so that two runs with other directors or servers have the same load.
import type { Sampler } from '../kernel/distributions.ts'
import type { Time } from '../kernel/time.ts'
import type { Recorder } from '../measure/recorder.ts'
import type { Demand } from './demand.ts'

/** V8 keeps integers below it unboxed, with or without compressed pointers. */
const UNBOXED = 0x40000000

export interface DrawsOptions {
  /** Number of a flow (UDP) or of a source address (TCP). */
  clients: Sampler
  /** UDP: Ethernet frame; TCP: payload. */
  requestBytes: Sampler
  answerBytes: Sampler
  /** Requests on a connection; null is one. */
  requests: Sampler | null
  /** First phase of the service in the measurements; 0 unless given. */
  firstPhase?: number
}

export class Draws {
  private readonly clients: Sampler
  private readonly requestBytes: Sampler
  private readonly answerBytes: Sampler
  private readonly requests: Sampler | null
  private readonly firstPhase: number

  constructor({ clients, requestBytes, answerBytes, requests, firstPhase = 0 }: DrawsOptions) {
    this.clients = clients
    this.requestBytes = requestBytes
    this.answerBytes = answerBytes
    this.requests = requests
    this.firstPhase = firstPhase
  }

  /** A new connection, or a datagram. */
  open(demand: Demand): void {
    demand.client = this.clients.next()
    demand.requests = this.requests === null ? 1 : Math.max(1, Math.round(this.requests.next()))
    this.size(demand)
  }

  /** One more request of a connection that exists; false when the phases are over. */
  follow(demand: Demand, recorder: Recorder, now: Time): boolean {
    const phase = recorder.phaseAt(now, this.firstPhase)
    if (phase < 0) return false
    demand.slot = recorder.slotAt(phase, now)
    this.size(demand)
    return true
  }

  /** Sizes alone. */
  size(demand: Demand): void {
    const request = this.requestBytes.next() + 0.5
    const answer = this.answerBytes.next() + 0.5
    // Whole numbers of 31 bits lie in the object itself, all others in one of their own, and a
    // packet would drag that along.
    if (request < UNBOXED) demand.requestBytes = atLeastOne(request | 0)
    else demand.requestBytes = Math.floor(request)
    if (answer < UNBOXED) demand.answerBytes = atLeastOne(answer | 0)
    else demand.answerBytes = Math.floor(answer)
  }
}

function atLeastOne(bytes: number): number {
  return bytes < 1 ? 1 : bytes
}
