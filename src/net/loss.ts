// Frames lost on the wire: each by itself with one chance, or in bursts by the model of Gilbert
// ("Capacity of a burst-noise channel", BSTJ 39, 1960) and Elliott (BSTJ 42, 1963): a chain of two
// states that may move with every frame, each with its own chance of loss.
import type { Stream } from '../kernel/random.ts'
import type { Time } from '../kernel/time.ts'
import type { DropSink, Packet, Port } from './packet.ts'

/** Shares, each from 0 to 1. */
export interface LossOptions {
  /** Chance of loss in the good state. */
  good: number
  /** And in the bad one. */
  bad: number
  /** Chance to change the state, before each frame. */
  toBad: number
  toGood: number
}

/** Share of frames lost in the long run. */
export function lossShare({ good, bad, toBad, toGood }: LossOptions): number {
  if (toBad === 0) return good
  return (good * toGood + bad * toBad) / (toGood + toBad)
}

export class Loss implements Port {
  /** 'lb1.eth0 receive' */
  readonly at: string
  packets = 0
  lost = 0
  private isBad = false
  private readonly options: LossOptions
  private readonly chance: Stream
  private readonly target: Port
  private readonly drops: DropSink

  constructor(at: string, options: LossOptions, chance: Stream, target: Port, drops: DropSink) {
    this.at = at
    this.options = options
    this.chance = chance
    this.target = target
    this.drops = drops
  }

  receive(packet: Packet, now: Time): void {
    const { options, chance } = this
    this.packets++
    if (options.toBad > 0) {
      const leaves = this.isBad ? options.toGood : options.toBad
      if (chance.uniform() < leaves) this.isBad = !this.isBad
    }
    if (chance.uniform() >= (this.isBad ? options.bad : options.good)) {
      return this.target.receive(packet, now)
    }
    this.lost++
    this.drops.lose(packet, now)
  }
}
