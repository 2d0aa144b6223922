// At the end of a crossing that faults of the scenario name: while it is cut nothing arrives, and
// while it is lossy a share of the frames does not. Frames on their way when it is cut are lost.
import type { Stream } from '../kernel/random.ts'
import type { Time } from '../kernel/time.ts'
import type { DropSink, Packet, Port } from './packet.ts'

export interface BreakageOptions {
  /** 'rs3.eth0 receive' */
  at: string
  host: string
  link: string
}

export class Breakage implements Port {
  readonly at: string
  isCut = false
  /** Share of the frames that is lost. */
  lossShare = 0
  /** Frames that met the cut, and those that were lost. */
  cut = 0
  lost = 0
  private readonly options: BreakageOptions
  private readonly chance: Stream
  private readonly target: Port
  private readonly drops: DropSink

  constructor(options: BreakageOptions, chance: Stream, target: Port, drops: DropSink) {
    this.options = options
    this.at = options.at
    this.chance = chance
    this.target = target
    this.drops = drops
  }

  /** Whether a fault of that host, or of any, on that network, or on every one, is meant. */
  isOf(host: string | null, link: string | null): boolean {
    const { options } = this
    return (host ?? options.host) === options.host && (link ?? options.link) === options.link
  }

  receive(packet: Packet, now: Time): void {
    if (this.isCut) {
      this.cut++
      return this.drops.lose(packet, now)
    }
    if (this.lossShare > 0 && this.chance.uniform() < this.lossShare) {
      this.lost++
      return this.drops.lose(packet, now)
    }
    this.target.receive(packet, now)
  }
}
