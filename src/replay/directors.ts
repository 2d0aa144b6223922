// The directors of a recording: one, or two that are joined by a link of their own and tell each
// other of their connections. Time passes for both alike, so that a message is handled by one at
// the moment at which the other sends it.
import { ControlPlane, type SyncDatagram } from '../ipvsadm/control-plane.ts'
import { toHex } from '../wire/hex.ts'
import { formatAddress, formatEndpoint } from '../wire/address-text.ts'
import { Bench, type Unknowns } from './bench.ts'
import type { SyncMessage } from './outcome.ts'
import { TraceError } from './problem.ts'
import type { Trace } from './trace.ts'

export interface Director {
  name: string
  bench: Bench
  plane: ControlPlane
}

const PAIR = ['a', 'b']

export class Directors {
  private readonly all: Director[]
  private messages: SyncMessage[] = []

  constructor({ topology, jiffies }: Trace, unknowns: Unknowns) {
    const names = topology.kind === 'sync' ? PAIR : PAIR.slice(0, 1)
    this.all = names.map((name, index) => {
      const number = topology.kind === 'sync' ? index + 1 : 0
      const bench = new Bench({ topology, jiffies, number, ...unknowns })
      return { name, bench, plane: new ControlPlane(bench.machine.ipvs, bench) }
    })
    for (const sender of this.all) {
      sender.bench.onSync = (datagram, now) => this.carry(sender, datagram, now)
    }
  }

  /** Where packets of clients and servers come in. */
  get first(): Director {
    return this.all[0]!
  }

  named(name: string, place: string): Director {
    const found = this.all.find((each) => each.name === name)
    if (found !== undefined) return found
    const names = this.all.map((each) => each.name).join(' and ')
    throw new TraceError(place, `no director "${name}"`, { suggestion: `there is ${names}` })
  }

  /** Lets time pass for all; what is due happens in order. */
  passTo(ms: number): void {
    const until = this.first.bench.timeOf(ms)
    for (;;) {
      const next = Math.min(...this.all.map(({ bench }) => bench.nextDue))
      if (next > until) break
      for (const { bench } of this.all) bench.runUntil(next)
    }
    for (const { bench } of this.all) bench.runUntil(until)
  }

  /** What has been sent on the link since. */
  takeMessages(): SyncMessage[] {
    return this.messages.splice(0)
  }

  private carry(sender: Director, datagram: SyncDatagram, now: number): void {
    const { group, port, ttl, payload, device } = datagram
    this.messages.push({
      ms: sender.bench.msOf(now),
      from: sender.name,
      src: formatAddress(sender.bench.addressOf(device)),
      dst: formatEndpoint(group, port),
      ttl,
      message: toHex(payload),
    })
    for (const { name, bench, plane } of this.all) {
      if (name === sender.name) continue
      bench.runUntil(now)
      plane.receiveSync(datagram, now)
    }
  }
}
