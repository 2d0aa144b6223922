// The reference kernel's identity and configuration, as far as IPVS depends on it: what a recording
// must say to be one of this kernel.
import { SCHEDULER_NAMES } from '../ipvs/schedulers/index.ts'
import { HZ } from '../ipvs/ticks.ts'
import type { Trace } from './trace.ts'

/** Schedulers of ours that this kernel is built without. */
const NOT_BUILT = ['twos']

/** A scheduler that the kernel does not know. */
export function isNotBuilt(scheduler: string): boolean {
  return NOT_BUILT.includes(scheduler)
}

/** Modules that the recorder loads, sorted. */
export function loadedModules(): string[] {
  const schedulers = SCHEDULER_NAMES.filter((name) => !NOT_BUILT.includes(name))
  return ['ip_vs', ...['ftp', 'pe_sip', ...schedulers].map((name) => `ip_vs_${name}`)].sort()
}

/** Configuration by name. */
function configuration(): Record<string, string> {
  const built = SCHEDULER_NAMES.filter((name) => !NOT_BUILT.includes(name))
  const modules = [...built, 'ftp', 'pe_sip'].map((name) => name.toUpperCase())
  const own = ['IPV6', 'PROTO_TCP', 'PROTO_UDP', 'PROTO_AH_ESP', 'PROTO_ESP', 'PROTO_AH']
  return {
    [`CONFIG_HZ_${HZ}`]: 'y',
    CONFIG_HZ: `${HZ}`,
    CONFIG_IP_VS: 'm',
    CONFIG_IP_VS_TAB_BITS: '12',
    CONFIG_IP_VS_SH_TAB_BITS: '8',
    CONFIG_IP_VS_MH_TAB_INDEX: '12',
    ...Object.fromEntries(
      [...own, 'PROTO_SCTP', 'NFCT'].map((name) => [`CONFIG_IP_VS_${name}`, 'y']),
    ),
    ...Object.fromEntries(modules.map((name) => [`CONFIG_IP_VS_${name}`, 'm'])),
  }
}

/**
 * What the recorder wrote down of its kernel. Package and tools are said at the head of a trace,
 * the release follows from the package's name; the day of the build nobody can know.
 */
export function kernelFacts(trace: Trace): Record<string, unknown> {
  const { package: name = '', ...tools } = trace.tools
  const [, release = '', version = ''] = /^linux-image-(.+)_(.+)_amd64\.deb$/.exec(name) ?? []
  return {
    release,
    version: `#1 SMP PREEMPT_DYNAMIC Debian ${version}`,
    package: name,
    config: configuration(),
    tools,
  }
}
