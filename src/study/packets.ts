// What became of packets without connections, per second of each phase.
import type { PacketsResult, ReplicationResult } from '../measure/replication.ts'
import type { PacketsSummary } from '../measure/summary.ts'
import { overReplications } from './measures.ts'

const PS_PER_SECOND = 1e12
type Count = 'sent' | 'reached' | 'answered' | 'dropped'

/** Undefined where nobody sends any. */
export function packetsOf(
  replications: readonly ReplicationResult[],
): PacketsSummary[] | undefined {
  return replications[0]!.packets?.map((one) => summaryOf(one, replications))
}

function summaryOf(
  { name, phase }: PacketsResult,
  replications: readonly ReplicationResult[],
): PacketsSummary {
  // A replication that was stopped has not reached all phases.
  const seconds = (result: ReplicationResult) =>
    result.phases.find((each) => each.phase === phase)!.durationPs / PS_PER_SECOND
  const own = replications.flatMap((result) => {
    const found = (result.packets ?? []).find((p) => p.name === name && p.phase === phase)
    return found === undefined ? [] : [{ found, seconds: seconds(result) }]
  })
  const rate = (count: Count) =>
    overReplications(
      own.map((each) => each.found[count] / each.seconds),
      'pps',
    )
  return {
    ...{ name, phase },
    sent: rate('sent'),
    reached: rate('reached'),
    answered: rate('answered'),
    dropped: rate('dropped'),
  }
}
