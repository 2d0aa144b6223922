// A keepalived's VRRP process on a simulated host: the machine of keepalived/vrrp.ts with an alarm.
// What the machine does while it handles one event has its own moments, because sending takes time
// (spec vrrp.md, 4.4); each is carried out when its moment comes.
import type { Alarm, Element, Kernel } from '../kernel/kernel.ts'
import { NEVER, type Time } from '../kernel/time.ts'
import type { Vrrp } from '../keepalived/vrrp.ts'
import type { VrrpChange, VrrpFrame } from '../keepalived/vrrp-outbox.ts'

/** The host of the process: sends for it, and has its addresses. */
export interface VrrpActor {
  sendFrame(frame: VrrpFrame, now: Time): void
  makeChange(change: VrrpChange, now: Time): void
}

export class VrrpProcess implements Element {
  readonly alarm: Alarm
  /** Null: it does not run. */
  machine: Vrrp | null
  private isHanging = false
  private readonly actor: VrrpActor
  /** What is to be done, in the order of its moments. */
  private readonly pending: (VrrpFrame | VrrpChange)[] = []
  /** The machine's clock ran before the simulation's began. */
  private readonly clockOffsetPs: Time

  constructor(kernel: Kernel, machine: Vrrp | null, clockOffsetPs: Time, actor: VrrpActor) {
    this.machine = machine
    this.clockOffsetPs = clockOffsetPs
    this.actor = actor
    this.alarm = kernel.add(this)
    this.setAlarm()
  }

  wake(now: Time): void {
    this.act(now)
    const { machine } = this
    const at = this.machineTime(now)
    if (machine !== null && machine.nextTimeout() <= at) {
      machine.handleTimer(at)
      this.collect(now)
    }
    this.setAlarm()
  }

  /** Tells the machine of something, and does what it asks for. */
  tell(event: (machine: Vrrp, at: Time) => void, now: Time): void {
    const { machine } = this
    if (machine === null || this.isHanging) return
    event(machine, this.machineTime(now))
    this.collect(now)
    this.setAlarm()
  }

  start(machine: Vrrp, now: Time): void {
    this.machine = machine
    this.tell((each, at) => each.start(at), now)
  }

  /** SIGTERM: what it says at its end is still sent. */
  stop(now: Time): void {
    this.tell((machine, at) => machine.handleStop(at), now)
    if (!this.isHanging) this.machine = null
    this.setAlarm()
  }

  /** Ends without a word; what it was about to do is not done. */
  kill(): void {
    this.machine = null
    this.pending.length = 0
    this.isHanging = false
    this.setAlarm()
  }

  hang(): void {
    this.isHanging = true
    this.alarm.clear()
  }

  resume(now: Time): void {
    this.isHanging = false
    this.wake(now)
  }

  private machineTime(now: Time): Time {
    return now + this.clockOffsetPs
  }

  private collect(now: Time): void {
    const { machine, pending } = this
    pending.push(...machine!.takeChanges(), ...machine!.takeFrames())
    pending.sort((a, b) => a.at - b.at)
    this.act(now)
  }

  private act(now: Time): void {
    const at = this.machineTime(now)
    for (let first = this.pending[0]; first !== undefined && first.at <= at;) {
      this.pending.shift()
      if ('kind' in first) this.actor.sendFrame(first, now)
      else this.actor.makeChange(first, now)
      first = this.pending[0]
    }
  }

  private setAlarm(): void {
    if (this.isHanging) return
    const timeout = this.machine?.nextTimeout() ?? NEVER
    const next = Math.min(this.pending[0]?.at ?? NEVER, timeout)
    this.alarm.set(next >= NEVER ? NEVER : next - this.clockOffsetPs)
  }
}
