// The routes of a director: every address has a way over one of its cards, whose MTU counts unless
// a smaller one has been learnt for the path (RFC 1191). What was learnt is forgotten after ten
// minutes, and never taken to be below 552 B (ip-sysctl: mtu_expires, min_pmtu).
import type { Planner } from '../kernel/agenda.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { PS_PER_SECOND, type Time } from '../kernel/time.ts'
import type { Route, Routes } from '../ipvs/routes.ts'
import { Ways, type Outlet } from '../net/outlet.ts'

const EXPIRES_PS = 600 * PS_PER_SECOND
const LEAST_LEARNT_BYTES = 552

export class DirectorRoutes implements Routes, Planner {
  generation = 0
  private readonly kernel: Kernel
  private readonly ways: Ways
  private readonly outlets: readonly Outlet[]
  private readonly source: number
  private readonly learnt = new Map<number, { mtuBytes: number; until: Time }>()

  constructor(kernel: Kernel, source: number, outlets: readonly Outlet[]) {
    this.kernel = kernel
    this.source = source
    this.outlets = outlets
    this.ways = new Ways(outlets)
  }

  find(address: number): Route | null {
    const { ways } = this
    if (!ways.wayTo(address)) return null
    const mtu = Math.min(this.outlets[ways.outlet]!.mtuBytes, this.mtuLearnt(address))
    return { isLocal: false, device: ways.outlet, gateway: 0, mtu, source: this.source }
  }

  /** A router on the way to that address takes no more than so much. */
  learn(address: number, mtuBytes: number, now: Time): void {
    const until = now + EXPIRES_PS
    this.learnt.set(address, { mtuBytes: Math.max(mtuBytes, LEAST_LEARNT_BYTES), until })
    this.generation++
    this.kernel.agenda.plan(until, this, address)
  }

  /** What was learnt of the address is forgotten, unless it has been learnt again since. */
  due(address: number, now: Time): void {
    if (this.learnt.get(address)?.until !== now) return
    this.learnt.delete(address)
    this.generation++
  }

  private mtuLearnt(address: number): number {
    return this.learnt.get(address)?.mtuBytes ?? Infinity
  }
}
