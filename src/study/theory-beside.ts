// What arithmetic says, put beside what was measured, and whether the two disagree.
import { openShare } from '../measure/open-requests.ts'
import type { Bottleneck, ServiceSummary, TheoryBeside } from '../measure/summary.ts'
import type { ResourceLimit, Theory } from '../theory/theory.ts'
import { shareText, type Late } from './late-answers.ts'

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
  /** Whether there are others: the services beside have other rates in those. */
  hasSteady: boolean
  /** Answers that came after the end, by phase. */
  late: ReadonlyMap<string, Late | null>
  /** What stops the other services. */
  stopsOthers: readonly ResourceLimit[]
}

/** Of the service that the theory is of. */
export function theoryBeside(
  theory: Theory,
  service: ServiceSummary,
  bottleneck: Bottleneck | null,
  options: BesideOptions,
): TheoryBeside {
  const { mostPps, stoppedBy } = theory.warm
  const { phases, hasSteady, hasPackets } = options
  const findings = phases.flatMap((phase) => {
    const found =
      findingOf(phase, theory, service, options) ??
      stopOf(phase, theory, service, bottleneck, options.stopsOthers)
    return found === null ? [] : [found]
  })
  return {
    mostPps,
    limits: stoppedBy.map(({ at, resource, note }) => ({ at, resource, note })),
    disagrees: findings.length > 0,
    text: phases.length > 0 ? textOf(findings, hasPackets, theory) : whyNot(theory, hasSteady),
  }
}

/** Whether more was carried than can be, or less than must be. */
function findingOf(
  phase: string,
  theory: Theory,
  service: ServiceSummary,
  { isWarm, isLossy, hasPackets, late }: BesideOptions,
): string | null {
  const { mostPps } = theory.warm
  const coldPps = isWarm ? mostPps : theory.cold.mostPps
  const afterwards = late.get(phase) ?? null
  if (service.delivered[phase]!.mean > mostPps * (1 + NEAR)) {
    if (afterwards === null) return `${phase} carried more than that`
    return `${phase} delivered more than that, ${shareText(afterwards)} after its end`
  }
  if (isLossy || hasPackets || isInexact(theory)) return null
  if (service.offered[phase]!.mean >= coldPps * (1 - NEAR)) return null
  if ((service.loss[phase]?.mean ?? 0) >= LOST) return `${phase} lost requests below that`
  return openShare(service, phase) >= LOST ? `${phase} left requests open below that` : null
}

/** Whether a load beyond the limit was stopped by something else. */
function stopOf(
  phase: string,
  theory: Theory,
  service: ServiceSummary,
  bottleneck: Bottleneck | null,
  stopsOthers: readonly ResourceLimit[],
): string | null {
  const { mostPps, stoppedBy } = theory.warm
  // No wire and no core is busy when the clients' ports run out, or all packets are too large.
  const isOfNone = stoppedBy.some(({ resource }) => resource === 'ports' || resource === 'mtu')
  const isFar = service.offered[phase]!.mean > mostPps * (1 + NEAR)
  if (isOfNone || !isFar || bottleneck?.phase !== phase) return null
  const limits = [...stoppedBy, ...stopsOthers]
  const { at, resource, failing } = bottleneck
  if (failing !== undefined) {
    if (failing.some((own) => limits.some((limit) => limit.at === own.at))) return null
    const [first] = failing
    return first === undefined ? null : `${phase} was stopped by ${first.cause} at ${first.at}`
  }
  const isNamed = limits.some((limit) => limit.at === at && limit.resource === resource)
  return isNamed ? null : `${phase} was stopped by ${at} ${resource}`
}

/** Whether connections or requests are lost in ways whose load arithmetic does not know. */
function isInexact({ tooBig, shrinks }: Theory): boolean {
  return tooBig !== undefined || shrinks !== undefined
}

/** Why nothing can be said. */
function whyNot({ beside = [] }: Theory, hasSteady: boolean): string {
  if (!hasSteady)
    return 'no phase is steady, of one rate and with nothing acting in it: not compared'
  const users = beside.find(({ pps }) => pps === null)
  if (users === undefined) {
    return 'in no steady phase do the other services have the load counted here: not compared'
  }
  return `without the users of ${users.service}, who ask as they are answered: not compared`
}

function textOf(findings: readonly string[], hasPackets: boolean, { tooBig }: Theory): string {
  if (findings.length > 0) return `arithmetic and simulation disagree: ${findings.join('; ')}`
  const agree = 'arithmetic and simulation agree'
  if (tooBig !== undefined) return `without requests too large for their way, ${agree}`
  return hasPackets ? `without the packets beside the requests, ${agree}` : agree
}
