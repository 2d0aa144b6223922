// A processor core of the director: it takes packets from its receive rings in turn and spends the
// time that the cost profile asks for. The decision falls when the work begins; the packet leaves
// when it ends.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { DropSink, Packet, Port } from '../net/packet.ts'
import type { Ring } from '../net/ring.ts'

/** Decides about a packet: what it costs and where it goes. */
export interface PacketWork {
  /** Picoseconds that the packet takes; sets `core.output`, null when the packet ends here. */
  begin(packet: Packet, core: Core, now: Time): Time
}

export class Core implements Element {
  readonly at: string
  readonly alarm: Alarm
  readonly rings: Ring[] = []
  packets = 0
  /** Where the packet in work goes; set by `PacketWork.begin`. */
  output: Port | null = null
  private packet: Packet | null = null
  private isBusy = false
  private turn = 0
  private busyPs: Time = 0
  private finishAt: Time = 0
  private readonly work: PacketWork
  private readonly drops: DropSink

  constructor(kernel: Kernel, at: string, work: PacketWork, drops: DropSink) {
    this.at = at
    this.work = work
    this.drops = drops
    this.alarm = kernel.add(this)
  }

  /** A card has put the packet into a receive ring of this core. */
  receive(packet: Packet, ring: Ring, now: Time): void {
    if (!this.isBusy) {
      ring.packets++
      this.begin(packet, now)
    } else if (!ring.push(packet)) this.drops.lose(packet, now)
  }

  wake(now: Time): void {
    const { packet, output } = this
    const next = this.nextPacket()
    if (next === null) {
      this.isBusy = false
      this.alarm.set(NEVER)
    } else this.begin(next, now)
    if (output !== null) output.receive(packet!, now)
  }

  /** Working time that lies before `now`. */
  busyUntil(now: Time): Time {
    return this.busyPs - Math.max(0, this.finishAt - now)
  }

  private begin(packet: Packet, now: Time): void {
    const spent = this.work.begin(packet, this, now)
    this.packet = packet
    this.isBusy = true
    this.packets++
    this.busyPs += spent
    this.finishAt = now + spent
    this.alarm.set(this.finishAt)
  }

  private nextPacket(): Packet | null {
    const { rings } = this
    for (let tries = 0; tries < rings.length; tries++) {
      const ring = rings[this.turn]!
      this.turn = this.turn + 1 === rings.length ? 0 : this.turn + 1
      if (ring.length > 0) return ring.shift()
    }
    return null
  }
}
