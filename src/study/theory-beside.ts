// What arithmetic says, put beside what was measured, and whether the two disagree.
import type { Bottleneck, ServiceSummary, TheoryBeside } from '../measure/summary.ts'
import type { ResourceLimit, Theory } from '../theory/theory.ts'

/** Arithmetic knows means only: this near its limit chance decides. */
const NEAR = 0.02
const LOST = 0.001

export interface BesideOptions {
  /** Connections exist already, or each request opens one in any case. */
  isWarm: boolean
  /** Wires lose frames by themselves, of which arithmetic knows nothing. */
  isLossy: boolean
  /** Nor does it of packets beside the requests. */
  hasPackets: boolean
  /** Steady phases in which the other services have the rates that the limits leave room for. */
  phases: readonly string[]
  /** False where there are steady phases, and the others have other rates in all of them. */
  isCompared: boolean
  /** What stops the other services. */
  stopsOthers: readonly ResourceLimit[]
}

/** Of the service that the theory is of. */
export function theoryBeside(
  theory: Theory,
  service: ServiceSummary,
  bottleneck: Bottleneck | null,
  { isWarm, isLossy, hasPackets, phases, isCompared, stopsOthers }: BesideOptions,
): TheoryBeside {
  const { mostPps, stoppedBy } = theory.warm
  const coldPps = isWarm ? mostPps : theory.cold.mostPps
  const findings = phases.flatMap((name) => {
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
    const names = [...stoppedBy, ...stopsOthers].map(({ at, resource }) => `${at} ${resource}`)
    const measured = bottleneck === null ? '' : `${bottleneck.at} ${bottleneck.resource}`
    if (isBeyond && !names.includes(measured)) return [`${name} was stopped by ${measured}`]
    return []
  })
  return {
    mostPps,
    limits: stoppedBy.map(({ at, resource, note }) => ({ at, resource, note })),
    disagrees: findings.length > 0,
    text: isCompared ? textOf(findings, hasPackets) : whyNot(theory),
  }
}

/** Why nothing can be said. */
function whyNot({ beside = [] }: Theory): string {
  const users = beside.find(({ pps }) => pps === null)
  if (users === undefined) {
    return 'in no steady phase do the other services have the load counted here'
  }
  return `without the users of ${users.service}, who ask as they are answered: not compared`
}

function textOf(findings: readonly string[], hasPackets: boolean): string {
  if (findings.length > 0) return `arithmetic and simulation disagree: ${findings.join('; ')}`
  const agree = 'arithmetic and simulation agree'
  return hasPackets ? `without the packets beside the requests, ${agree}` : agree
}
