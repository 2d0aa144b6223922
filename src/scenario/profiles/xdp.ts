// XDP load balancing in the manner of Katran: measured for IPIP encapsulation only. Creating a
// connection has no published figure of its own; the value of the DPDK profile stands in, and says
// so.
import { GENERIC_HARDWARE, SHARED, type CostProfile } from './cost-profile.ts'
import { dpdk } from './dpdk.ts'

export const xdp: CostProfile = {
  name: 'xdp',
  base: {
    tun: {
      id: 'rec-cyc-xdp',
      name: 'XDP, IPIP, per inbound packet',
      value: 740,
      unit: 'cycles',
      low: 600,
      high: 1500,
      source: 'measured: xdp-paper bench06, Katran 737 cycles',
      hardware: GENERIC_HARDWARE,
      grade: 'A',
    },
  },
  setup: { ...dpdk.setup, name: 'create and expire one connection (as DPDK)' },
  ...SHARED,
}
