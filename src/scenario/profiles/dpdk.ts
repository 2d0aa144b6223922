// Kernel bypass in the manner of DPVS: polling cores, figures for NAT and DR (calibration, section
// 3).
import { GENERIC_HARDWARE, SHARED, type CostProfile } from './cost-profile.ts'

export const dpdk: CostProfile = {
  name: 'dpdk',
  base: {
    dr: {
      id: 'rec-cyc-dpdk-dr',
      name: 'DPDK DR, per packet',
      value: 600,
      unit: 'cycles',
      low: 250,
      high: 1000,
      source: 'derived: FULLNAT 760 without the reverse tuple; no separate measurement',
      hardware: GENERIC_HARDWARE,
      grade: 'D',
    },
    nat: {
      id: 'rec-cyc-dpdk-fnat',
      name: 'DPDK NAT, per packet, each direction',
      value: 800,
      unit: 'cycles',
      low: 220,
      high: 1100,
      source: 'measured: DPVS 759 at nominal clock, HDSLB-VPP 223',
      hardware: GENERIC_HARDWARE,
      grade: 'A',
    },
  },
  setup: {
    id: 'rec-cyc-setup-dpdk',
    name: 'create and expire one connection',
    value: 6500,
    unit: 'cycles',
    low: 1500,
    high: 9000,
    source: 'derived: DPVS (5.00 us - 6 x 0.345 us) x 2.2 GHz = 6,449',
    hardware: GENERIC_HARDWARE,
    grade: 'B',
  },
  ...SHARED,
}
