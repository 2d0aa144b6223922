// A replayed director's services as keepalived's checkers change them, on a kernel that was built
// without some schedulers.
import { DaemonTable } from '../ipvs/daemon-table.ts'
import type { Ipvs } from '../ipvs/ipvs.ts'
import type { ServiceSpec } from '../ipvs/service-spec.ts'
import type { CheckedTable } from '../keepalived/quorum.ts'
import type { Bench } from './bench.ts'
import { isNotBuilt } from './kernel-facts.ts'

export class BenchTable extends DaemonTable implements CheckedTable {
  constructor(bench: Bench) {
    super({
      get now(): number {
        return bench.now
      },
      get ipvs(): Ipvs {
        return bench.machine.ipvs
      },
    })
  }

  override addService(spec: ServiceSpec): boolean {
    return !isNotBuilt(spec.scheduler) && super.addService(spec)
  }
}
