// What arithmetic says, put beside what was measured, and whether the two disagree.
import type { Bottleneck, ServiceSummary, TheoryBeside } from '../measure/summary.ts'
import type { Theory } from '../theory/theory.ts'
import type { Span } from './spans.ts'

/** Arithmetic knows means only: this near its limit chance decides. */
const NEAR = 0.02
const LOST = 0.001

/**
 * `isLossy`: wires lose frames by themselves, of which arithmetic knows nothing; nor does it of
 * packets beside the requests.
 */
export function theoryBeside(
  theory: Theory,
  spans: readonly Span[],
  service: ServiceSummary,
  bottleneck: Bottleneck | null,
  { isWarm, isLossy, hasPackets }: { isWarm: boolean; isLossy: boolean; hasPackets: boolean },
): TheoryBeside {
  const { mostPps, stoppedBy } = theory.warm
  const coldPps = isWarm ? mostPps : theory.cold.mostPps
  const findings = spans
    .filter(({ steady }) => steady)
    .flatMap(({ name }) => {
      const offered = service.offered[name]!.mean
      const delivered = service.delivered[name]!.mean
      const loss = service.loss[name]?.mean ?? 0
      if (delivered > mostPps * (1 + NEAR)) return [`${name} carried more than that`]
      if (offered < coldPps * (1 - NEAR) && loss >= LOST && !isLossy && !hasPackets)
        return [`${name} lost requests below that`]
      // No wire and no core is busy when the clients' ports run out.
      const isOfPorts = stoppedBy.some(({ resource }) => resource === 'ports')
      const isFar = offered > mostPps * (1 + NEAR) && !isOfPorts
      const isBeyond = isFar && bottleneck?.phase === name
      const names = stoppedBy.map(({ at, resource }) => `${at} ${resource}`)
      const measured = bottleneck === null ? '' : `${bottleneck.at} ${bottleneck.resource}`
      if (isBeyond && !names.includes(measured)) return [`${name} was stopped by ${measured}`]
      return []
    })
  return {
    mostPps,
    limits: stoppedBy.map(({ at, resource, note }) => ({ at, resource, note })),
    disagrees: findings.length > 0,
    text: textOf(findings, hasPackets),
  }
}

function textOf(findings: readonly string[], hasPackets: boolean): string {
  if (findings.length > 0) return `arithmetic and simulation disagree: ${findings.join('; ')}`
  const agree = 'arithmetic and simulation agree'
  return hasPackets ? `without the packets beside the requests, ${agree}` : agree
}
