// Sizes of recorded requests for arithmetic, which knows means only.
import { meanOf, type DistributionSpec } from '../kernel/distributions.ts'
import { replayedSizes } from '../scenario/replayed-sizes.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** The scenario with the mean sizes of its record; what the record does not tell has its own. */
export function withRecordedSizes(scenario: Scenario): Scenario {
  const { workload } = scenario
  if (workload.replay === undefined) return scenario
  const { requestBytes, answerBytes } = replayedSizes(scenario)
  const mean = (sizes: Float64Array, own: DistributionSpec): DistributionSpec => {
    const untold = meanOf(own)
    const sum = sizes.reduce((total, bytes) => total + (bytes < 0 ? untold : bytes), 0)
    return { kind: 'constant', value: sum / sizes.length }
  }
  const request = mean(requestBytes, workload.request)
  const response = mean(answerBytes, workload.response)
  return { ...scenario, workload: { ...workload, request, response } }
}
