// Equal-cost multi-path of a file, and what only the whole scenario can tell of it: that all its
// directors have all services, and that answers need not find the director that knows them.
import type { EcmpSpec } from './ecmp-spec.ts'
import type { Findings } from './findings.ts'
import type { Scenario, ServiceSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import { directorsOf } from './served-by.ts'
import { parseQuantity } from './units.ts'

/**
 * All directors, unless they are said. FRR's BFD gives up after three times 300 ms
 * (docs.frrouting.org, BFD).
 */
export function completeEcmp({ ecmp, directors }: Document): Pick<Document, 'ecmp'> {
  if (ecmp === undefined) return {}
  const all = Object.keys(directors ?? {})
  return { ecmp: { directors: all, detection: '900ms', hash: 'threshold', ...ecmp } }
}

export function readEcmp({ ecmp }: Document): { ecmp?: EcmpSpec } {
  if (ecmp === undefined) return {}
  const { directors, detection, hash } = ecmp
  const detectionPs = Math.round(parseQuantity('time', detection!)!)
  return { ecmp: { directors: directors!, detectionPs, hash: hash! } }
}

export function checkEcmp(scenario: Scenario, findings: Findings): void {
  const { ecmp, vrrp, services } = scenario
  if (ecmp === undefined) return
  const { directors } = ecmp
  const path = ['ecmp', 'directors']
  const twice = directors.find((each, index) => directors.indexOf(each) !== index)
  if (twice !== undefined) findings.error(path, `"${twice}" is named twice`)
  if (directors.length < 2) {
    const message = 'a route is spread over two directors at least'
    findings.error(['ecmp'], `${message}, here is ${directors.length}`, undefined, 'key')
  }
  if (vrrp !== undefined) {
    const message = 'VRRP gives an address to one director, ecmp to several at once'
    findings.error(['ecmp'], `${message}: give either of them`, undefined, 'key')
  }
  for (const service of Object.values(services)) checkService(directors, service, findings)
}

function checkService(members: readonly string[], service: ServiceSpec, findings: Findings): void {
  const { name, destinations } = service
  const path = ['services', name]
  const own = directorsOf(service)
  const without = members.find((member) => !own.includes(member))
  if (without !== undefined) {
    const message = `the route of "ecmp" leads to "${without}", which does not serve it`
    findings.error(path, `${message}: every director needs the same services`, undefined, 'key')
  }
  const outside = own.find((each) => !members.includes(each))
  if (outside !== undefined) {
    const message = `"${outside}" serves it, and is none of the directors of "ecmp"`
    findings.error(path, message, undefined, 'key')
  }
  if (destinations.some(({ forwarding }) => forwarding === 'nat')) {
    const message =
      'with nat answers must come back through the director that has the connection, and behind ' +
      '"ecmp" real servers have one gateway for connections of all directors: use dr or tun'
    findings.error(path, message, undefined, 'key')
  }
}
