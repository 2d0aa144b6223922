// The schedulers by the names that `ipvsadm -s` knows (spec 2).
import { IpvsError, type Scheduler, type SchedulerMaker } from '../service.ts'
import { dh } from './dh.ts'
import { fo } from './fo.ts'
import { lblc } from './lblc.ts'
import { lblcr } from './lblcr.ts'
import { lc } from './lc.ts'
import { mh } from './mh.ts'
import { nq } from './nq.ts'
import { ovf } from './ovf.ts'
import { rr } from './rr.ts'
import { sed } from './sed.ts'
import { sh } from './sh.ts'
import { twos } from './twos.ts'
import { wlc } from './wlc.ts'
import { wrr } from './wrr.ts'

const SCHEDULERS: ReadonlyMap<string, SchedulerMaker> = new Map(
  Object.entries({ rr, wrr, lc, wlc, lblc, lblcr, dh, sh, mh, sed, nq, fo, ovf, twos }),
)

export const SCHEDULER_NAMES: readonly string[] = [...SCHEDULERS.keys()]

const NOBODY: Scheduler = { schedule: () => null }

/** '' and 'none' are a service that nobody schedules for. */
export function schedulerNamed(name: string): SchedulerMaker {
  if (name === '' || name === 'none') return () => NOBODY
  const maker = SCHEDULERS.get(name)
  if (maker === undefined) {
    const known = SCHEDULER_NAMES.join(', ')
    throw new IpvsError('ENOENT', `unknown scheduler '${name}': expected one of ${known}`)
  }
  return maker
}
