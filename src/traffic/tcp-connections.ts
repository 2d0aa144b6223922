// The connections of TCP in a capture as requests: the first segment is the arrival, the payloads
// of both directions are the sizes. A connection ends with its FINs or a reset: a SYN behind that
// is a new one. Segments that were sent twice count twice. To count, a connection must have carried
// something: payload, or a handshake that its client completed (RFC 9293, 3.5). A SYN that nobody
// answered, or that was refused, asked for nothing. Of a connection that began before the capture
// the server is who is one in another connection, else the end of the lower port: a guess.
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts'
import { counted } from './counted.ts'
import { UNTOLD, type Arrival } from './recording.ts'
import { flowKey, type End, type Segment } from './segments.ts'

interface Connection extends Arrival {
  from: End
  /** Its handshake, or a part of it, is in the capture. */
  hasBegin: boolean
  /** The client has sent more than SYNs and resets. */
  hasClient: boolean
  isClosing: boolean
}

export interface Requests {
  arrivals: Arrival[]
  /** Flows that they are of. */
  flows: number
  /** What the user should know. */
  notes: string[]
  /** Why something was left out, for when nothing is left. */
  leftOut: string[]
}

export function tcpRequests(segments: readonly Segment[]): Requests {
  const all = connectionsIn(segments)
  const kept = all.filter(isRequest)
  const rest = all.filter((connection) => !isRequest(connection))
  const unborn = rest.filter(({ hasBegin }) => hasBegin).length
  const ends = rest.length - unborn
  const guessed = kept.filter(({ hasBegin }) => !hasBegin).length
  const silent = kept.filter(({ responseBytes }) => responseBytes === UNTOLD).length
  const leftOut = [
    ...told(unborn, 'left out: a SYN, and no handshake that was completed'),
    ...told(ends, 'left out: begun before the capture, and no payload in it'),
  ]
  const notes = [
    ...leftOut,
    ...told(
      guessed,
      'begun before the capture: which end is the server is guessed, by other connections and ' +
        'the lower port',
    ),
    ...told(silent, 'without a segment of the server: the answer is as workload.response says'),
  ]
  return { arrivals: kept, flows: kept.length, notes, leftOut }
}

function told(count: number, what: string): string[] {
  return count === 0 ? [] : [`${counted(count, 'connection')} of TCP ${what}`]
}

function isRequest(connection: Connection): boolean {
  const { requestBytes, responseBytes, hasBegin, hasClient } = connection
  return requestBytes > 0 || responseBytes > 0 || (hasBegin && hasClient)
}

function connectionsIn(segments: readonly Segment[]): Connection[] {
  const servers = serversIn(segments)
  const connections: Connection[] = []
  const open = new Map<string, Connection>()
  for (const segment of segments) {
    const { from, flags, payloadBytes } = segment
    const key = flowKey(segment)
    let connection = open.get(key)
    const isNew = isOpening(flags) && connection?.isClosing === true
    if (connection === undefined || isNew) {
      connection = begin(segment, servers)
      connections.push(connection)
      open.set(key, connection)
    }
    if (from.name === connection.from.name) {
      connection.requestBytes += payloadBytes
      if ((flags & (SYN | RST)) === 0) connection.hasClient = true
    } else {
      connection.responseBytes = Math.max(0, connection.responseBytes) + payloadBytes
    }
    if ((flags & (FIN | RST)) !== 0) connection.isClosing = true
  }
  return connections
}

/** Ends that a SYN was sent to, or that answered one. */
function serversIn(segments: readonly Segment[]): ReadonlySet<string> {
  const servers = new Set<string>()
  for (const { flags, from, to } of segments) {
    if ((flags & SYN) !== 0) servers.add(isOpening(flags) ? to.name : from.name)
  }
  return servers
}

function begin(segment: Segment, servers: ReadonlySet<string>): Connection {
  const from = clientOf(segment, servers)
  return {
    seconds: segment.seconds,
    fractionPs: segment.fractionPs,
    client: from.address,
    requestBytes: 0,
    responseBytes: UNTOLD,
    from,
    hasBegin: (segment.flags & SYN) !== 0,
    hasClient: false,
    isClosing: false,
  }
}

/** A capture that began in the middle of a handshake first sees the server's answer. */
function clientOf({ flags, from, to }: Segment, servers: ReadonlySet<string>): End {
  if ((flags & SYN) !== 0) return isOpening(flags) ? from : to
  const isFromServer = servers.has(from.name)
  if (isFromServer !== servers.has(to.name)) return isFromServer ? to : from
  return from.port < to.port ? to : from
}

/** A SYN that answers none. */
function isOpening(flags: number): boolean {
  return (flags & (SYN | ACK)) === SYN
}
