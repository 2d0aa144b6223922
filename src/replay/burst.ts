// Bursts of connections, of which recordings keep the chosen servers alone.
import { chosen } from './frames.ts'
import type { Outcome, SaidFrame } from './outcome.ts'
import type { PacketSpec } from './packet-words.ts'
import { TraceError } from './problem.ts'
import { stringAt, stringsAt, type Step } from './trace.ts'

/** A connection of a burst; numbers run on through all bursts of a trace. */
export interface OpenedConnection {
  src: string
  dst: string
  /** Null: there was none for it. */
  server: string | null
}

type Inject = (spec: PacketSpec) => SaidFrame[]

const OPENING_BYTES = 8
const DATA_BYTES = 10

/** Plays the events; adds the connections that they open to `opened`. */
export function playBurst(
  step: Step,
  place: string,
  directors: { passTo(ms: number): void },
  opened: OpenedConnection[],
  inject: Inject,
): Required<Pick<Outcome, 'servers' | 'instead' | 'uncertain'>> {
  const servers: (string | null)[] = []
  const instead: Record<string, string> = {}
  const uncertain: string[] = []
  const { words, clock } = step
  const proto = words['proto'] === undefined ? 'tcp' : stringAt(words['proto'], `${place}.proto`)
  const play = new BurstPlay(proto, words, inject)
  stringsAt(words['events'], `${place}.events`).forEach((event, index) => {
    const at = clock.events[index]
    if (at !== undefined) directors.passTo(clock.begin + at)
    if (event.includes(':')) {
      const [src = '', dst = words['to'] as string] = event.split('>')
      const connection: OpenedConnection = { src, dst, server: null }
      const other = play.open(connection)
      if (other !== '') instead[`${opened.length}`] = other
      if (other !== '' && play.isUncertain) uncertain.push(`${opened.length}`)
      servers.push(connection.server)
      opened.push(connection)
      return
    }
    const connection = opened[Number(event.slice(1))]
    if (!/^[frd]\d+$/.test(event) || connection === undefined) {
      throw new TraceError(`${place}.events[${index}]`, `not understood: "${event}"`)
    }
    if (connection.server !== null) play.continue(connection, event[0]!)
  })
  return { servers, instead, uncertain }
}

class BurstPlay {
  /** Of what `open` gave last. */
  isUncertain = false
  private readonly proto: string
  private readonly repliesPass: boolean
  private readonly handshakes: boolean
  private readonly inject: Inject

  constructor(proto: string, words: Record<string, unknown>, inject: Inject) {
    this.proto = proto
    this.repliesPass = (words['mode'] ?? 'nat') === 'nat'
    this.handshakes = proto === 'tcp' && (words['open'] ?? 'handshake') === 'handshake'
    this.inject = inject
  }

  /** Gives what the director did when it chose no server. */
  open(connection: OpenedConnection): string {
    const first = this.proto === 'tcp' ? { flags: 'S' } : { len: OPENING_BYTES }
    const frames = this.fromClient(connection, first)
    const [server, other] = chosen(frames)
    this.isUncertain = frames[0]?.isUncertain ?? false
    connection.server = server
    if (server !== null && this.handshakes) {
      this.fromServer(connection, 'SA')
      this.fromClient(connection, { flags: 'A' })
    }
    return other
  }

  continue(connection: OpenedConnection, kind: string): void {
    if (kind === 'f') {
      this.fromClient(connection, { flags: 'FA' })
      this.fromServer(connection, 'FA')
      this.fromClient(connection, { flags: 'A' })
    } else if (kind === 'r') {
      this.fromClient(connection, { flags: 'R' })
    } else {
      const flags = this.proto === 'tcp' ? { flags: 'PA' } : {}
      this.fromClient(connection, { ...flags, len: DATA_BYTES })
    }
  }

  private fromClient({ src, dst }: OpenedConnection, more: Partial<PacketSpec>): SaidFrame[] {
    return this.inject({ proto: this.proto, src, dst, ...more })
  }

  private fromServer({ src, server }: OpenedConnection, flags: string): void {
    if (!this.repliesPass) return
    this.inject({ proto: this.proto, src: server!, dst: src, flags })
  }
}
