// The variables of net.ipv4.vs that a scenario sets for a director, by the kernel's names and with
// the kernel's limits (ipvs/sysctls.ts).
import { IpvsError } from '../ipvs/service.ts'
import { defaultSysctls, writeSysctl } from '../ipvs/sysctls.ts'
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'

/** Said elsewhere in the format, because more than the table of connections depends on them. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['conntrack', 'conntrack'],
  ['pmtu_disc', 'pmtuDiscovery'],
])
/** In the modes 1 and 2 they act while memory is short. */
const DEFENCES = ['drop_entry', 'drop_packet', 'secure_tcp']

/** As text, the way they are written into their files. */
export function readSysctls(
  given: Readonly<Record<string, number | string>>,
  path: readonly string[],
  findings: Findings,
): Record<string, string> {
  const sysctls = defaultSysctls()
  const names = Object.keys(sysctls).filter((name) => !ELSEWHERE.has(name))
  for (const [name, value] of Object.entries(given)) {
    const at = [...path, name]
    const field = ELSEWHERE.get(name)
    if (field !== undefined) {
      findings.error(at, `not here: "${field}" of the director says it`, undefined, 'key')
    } else if (!names.includes(name)) {
      const meant = nearest(name, names)
      const message = `there is no variable net.ipv4.vs.${name}; there are ${names.join(', ')}`
      findings.error(at, message, meant && `"${meant}"`, 'key')
    } else {
      try {
        writeSysctl(sysctls, name, `${value}`)
      } catch (error) {
        if (!(error instanceof IpvsError)) throw error
        findings.error(at, error.message)
      }
    }
    if (DEFENCES.includes(name) && (Number(value) === 1 || Number(value) === 2)) {
      const message =
        `mode ${value} acts while the director's memory is short, and here it never is: ` +
        `3 always acts`
      findings.warn(at, message)
    }
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, `${value}`]))
}
