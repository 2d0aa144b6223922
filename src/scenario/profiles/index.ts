// The cost profiles by name.
import type { CostProfile } from './cost-profile.ts'
import { dpdk } from './dpdk.ts'
import { kernel } from './kernel.ts'
import { xdp } from './xdp.ts'

export const PROFILES: Readonly<Record<CostProfile['name'], CostProfile>> = { kernel, xdp, dpdk }
