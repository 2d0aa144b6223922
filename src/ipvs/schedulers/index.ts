// The schedulers by the names that `ipvsadm -s` knows (spec 2).
import { IpvsError, type SchedulerMaker } from '../service.ts'
import { dh } from './dh.ts'
import { lc } from './lc.ts'
import { mh } from './mh.ts'
import { nq } from './nq.ts'
import { rr } from './rr.ts'
import { sed } from './sed.ts'
import { sh } from './sh.ts'
import { wlc } from './wlc.ts'
import { wrr } from './wrr.ts'

const SCHEDULERS: ReadonlyMap<string, SchedulerMaker> = new Map(
  Object.entries({ rr, wrr, lc, wlc, sed, nq, dh, sh, mh }),
)

export const SCHEDULER_NAMES: readonly string[] = [...SCHEDULERS.keys()]

export function schedulerNamed(name: string): SchedulerMaker {
  const maker = SCHEDULERS.get(name)
  if (maker === undefined) {
    const known = SCHEDULER_NAMES.join(', ')
    throw new IpvsError('ENOENT', `unknown scheduler '${name}': expected one of ${known}`)
  }
  return maker
}
