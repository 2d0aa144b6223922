// In front of a card of a host that may fail: while it is shut, frames vanish there.
import type { Time } from '../kernel/time.ts'
import type { DropSink, Packet, Port } from '../net/packet.ts'

export class Door implements Port {
  isOpen = true
  /** Frames that met it shut. */
  vanished = 0
  private readonly host: Port
  private readonly drops: DropSink

  constructor(host: Port, drops: DropSink) {
    this.host = host
    this.drops = drops
  }

  receive(packet: Packet, now: Time): void {
    if (this.isOpen) return this.host.receive(packet, now)
    this.vanished++
    this.drops.lose(packet, now)
  }
}
