// Requests as somebody recorded them: a table of arrivals, the log of a web server, the flows of a
// capture. Whatever it was, it becomes the same four columns. What a file does not tell is UNTOLD.

export type TrafficFormat = 'csv' | 'access-log' | 'pcap'

export function isTrafficFormat(kind: string): kind is TrafficFormat {
  return kind === 'csv' || kind === 'access-log' || kind === 'pcap'
}

/** In place of a size that the file does not tell. */
export const UNTOLD = -1

/** Columns of equal length, one entry for each request, in order of time. */
export interface Recording {
  /** Whole ps since the first request. */
  atPs: number[]
  /** Number of the client, in the order in which clients first appear. */
  client: number[]
  /** Bytes of payload. */
  requestBytes: number[]
  responseBytes: number[]
  /** How many clients there are. */
  clients: number
  /** The file has whole seconds only: when in the second is not known. */
  wholeSeconds: boolean
  /** Of the flows of a capture; null where the file does not say. */
  protocol: 'tcp' | 'udp' | null
  /** What the user should know: broken lines, what was left out. */
  notes: string[]
}

/** Why a file could not be read, and on which line of it, from 1. */
export interface TrafficProblem {
  problem: string
  line: number | null
}

export function isProblem(read: Recording | TrafficProblem): read is TrafficProblem {
  return 'problem' in read
}

const PS_PER_SECOND = 1_000_000_000_000

/** Seconds and what is beyond them, apart: that keeps picoseconds exact. */
export interface Instant {
  seconds: number
  fractionPs: number
}

/** One request as a reader finds it. */
export interface Arrival extends Instant {
  client: string
  requestBytes: number
  responseBytes: number
}

/** Columns of arrivals that are in order of time. */
export function recordingOf(
  arrivals: readonly Arrival[],
  rest: Pick<Recording, 'wholeSeconds' | 'protocol' | 'notes'>,
): Recording {
  const numbers = new Map<string, number>()
  const first = arrivals[0] ?? { seconds: 0, fractionPs: 0 }
  const numberOf = (client: string): number => {
    const known = numbers.get(client)
    if (known !== undefined) return known
    numbers.set(client, numbers.size)
    return numbers.size - 1
  }
  return {
    atPs: arrivals.map(
      ({ seconds, fractionPs }) =>
        (seconds - first.seconds) * PS_PER_SECOND + (fractionPs - first.fractionPs),
    ),
    client: arrivals.map(({ client }) => numberOf(client)),
    requestBytes: arrivals.map(({ requestBytes }) => requestBytes),
    responseBytes: arrivals.map(({ responseBytes }) => responseBytes),
    clients: numbers.size,
    ...rest,
  }
}

export function isEarlier(a: Instant, b: Instant): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.fractionPs < b.fractionPs)
}

/** In order of time; of one time in the order of the file. */
export function inOrder(arrivals: readonly Arrival[]): Arrival[] {
  return [...arrivals].sort((a, b) => a.seconds - b.seconds || a.fractionPs - b.fractionPs)
}
