// The stock kernel's IPVS: what one packet costs in cycles (calibration, section 3).
import { GENERIC_HARDWARE, SHARED, type CostProfile } from './cost-profile.ts'

export const kernel: CostProfile = {
  name: 'kernel',
  base: {
    dr: {
      id: 'rec-cyc-dr',
      name: 'kernel DR, per inbound packet',
      value: 2600,
      unit: 'cycles',
      low: 2200,
      high: 3600,
      source: 'derived: TUN measured 3074 divided by the DR/TUN ratio 1.18 of LVS on FreeBSD',
      hardware: GENERIC_HARDWARE,
      grade: 'B',
    },
    tun: {
      id: 'rec-cyc-tun',
      name: 'kernel TUN, per inbound packet',
      value: 3075,
      unit: 'cycles',
      low: 2600,
      high: 4000,
      source: 'measured: xdp-paper bench06, 3.804e9 cycles/s over 1.2373 Mpps',
      hardware: GENERIC_HARDWARE,
      grade: 'A',
    },
    nat: {
      id: 'rec-cyc-nat',
      name: 'kernel NAT, per packet, each direction',
      value: 2900,
      unit: 'cycles',
      low: 2400,
      high: 4500,
      source: 'derived: DR and the rewriting of headers; no clean measurement exists',
      hardware: GENERIC_HARDWARE,
      grade: 'D',
    },
  },
  setup: {
    id: 'rec-cyc-setup-kernel',
    name: 'create and expire one connection',
    value: 20_000,
    unit: 'cycles',
    low: 5000,
    high: 80_000,
    source: 'derived: geometric middle of DPVS 6,450 and Alibaba 2012 about 78,000',
    hardware: GENERIC_HARDWARE,
    grade: 'D',
  },
  ...SHARED,
}
