// The requests of UDP in a capture: every datagram of a client is one, as a request over UDP is one
// frame in a simulation too. That holds for datagrams that follow each other without an answer as
// well (queries of a resolver under way at once, messages of syslog). An answer belongs to the
// oldest request of its flow that has none yet and came no longer ago than a resolver waits; what a
// server sends when nobody waits goes on with its last answer.
import { counted } from './counted.ts'
import { UNTOLD, type Arrival, type Instant } from './recording.ts'
import { flowKey, type End, type Segment } from './segments.ts'
import type { Requests } from './tcp-connections.ts'

/** As long as a resolver waits for an answer before it asks again (resolv.conf(5), timeout). */
const ANSWERED_WITHIN_SECONDS = 5
/** Ports below are those of services (RFC 6335, section 6). */
const WELL_KNOWN_BELOW = 1024

interface Exchange {
  client: End
  /** Requests without an answer, the oldest first. */
  waiting: Arrival[]
  answered: Arrival | null
}

export function udpRequests(segments: readonly Segment[]): Requests {
  const exchanges = new Map<string, Exchange>()
  const arrivals: Arrival[] = []
  let unasked = 0
  for (const segment of segments) {
    const key = flowKey(segment)
    const exchange = exchanges.get(key) ?? begin(segment)
    exchanges.set(key, exchange)
    if (segment.from.name === exchange.client.name) {
      const arrival = arrivalOf(segment)
      arrivals.push(arrival)
      exchange.waiting.push(arrival)
    } else if (!answer(exchange, segment)) unasked++
  }
  const silent = arrivals.filter(({ responseBytes }) => responseBytes === UNTOLD).length
  const without = `${counted(unasked, 'datagram')} of a server left out: no request before it`
  const unanswered =
    `${counted(silent, 'request')} of UDP without an answer in the capture: the answer is as ` +
    'workload.response says'
  const leftOut = unasked === 0 ? [] : [without]
  const notes = [...leftOut, ...(silent === 0 ? [] : [unanswered])]
  const flows = [...exchanges.values()].filter(
    ({ waiting, answered }) => waiting.length > 0 || answered !== null,
  ).length
  return { arrivals, flows, notes, leftOut }
}

/**
 * Of two ends of which one alone has a port of a service that one is the server, else the one that
 * was spoken to first.
 */
function begin({ from, to }: Segment): Exchange {
  const isAnswer = from.port < WELL_KNOWN_BELOW && to.port >= WELL_KNOWN_BELOW
  return { client: isAnswer ? to : from, waiting: [], answered: null }
}

function arrivalOf({ seconds, fractionPs, from, payloadBytes }: Segment): Arrival {
  return {
    seconds,
    fractionPs,
    client: from.address,
    requestBytes: payloadBytes,
    responseBytes: UNTOLD,
  }
}

/** False when nobody has asked. */
function answer(exchange: Exchange, { payloadBytes, ...now }: Segment): boolean {
  const { waiting } = exchange
  // One is kept: a late answer is one all the same.
  while (waiting.length > 1 && isPast(waiting[0]!, now)) waiting.shift()
  const asked = waiting.shift() ?? exchange.answered
  if (asked === null) return false
  asked.responseBytes = Math.max(0, asked.responseBytes) + payloadBytes
  exchange.answered = asked
  return true
}

function isPast(asked: Instant, now: Instant): boolean {
  const seconds = now.seconds - asked.seconds
  return (
    seconds > ANSWERED_WITHIN_SECONDS ||
    (seconds === ANSWERED_WITHIN_SECONDS && now.fractionPs > asked.fractionPs)
  )
}
