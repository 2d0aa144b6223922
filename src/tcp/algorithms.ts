// Congestion control by the names that Linux has for it.
import type { Congestion } from './congestion.ts'
import { cubic } from './cubic.ts'
import type { CongestionName } from './options.ts'
import { reno } from './reno.ts'

export const CONGESTION: Record<CongestionName, Congestion> = { cubic, reno }
