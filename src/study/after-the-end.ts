// What a summary says of requests that were not answered when their phase ended: answered only
// afterwards, or still open when the run was over.
import type { ReplicationResult } from '../measure/replication.ts'
import { loadsOf } from '../scenario/loads.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { lateIn, lateText } from './late-answers.ts'
import { sum } from './measures.ts'
import { labelling, spansOf, type Span } from './spans.ts'

/** From this share on the open requests might change what the loss is. */
const MANY = 0.001

export function afterTheEnd(spans: readonly Span[], labelOf: (span: Span) => string): string[] {
  return spans.flatMap((span) => [...lateNote(span, labelOf), ...openNote(span, labelOf)])
}

/** In all phases of all services. */
export function lateOf(scenario: Scenario, replications: readonly ReplicationResult[]): string[] {
  const labelOf = labelling(scenario)
  return loadsOf(scenario)
    .flatMap((load) => spansOf(replications, load))
    .flatMap((span) => lateNote(span, labelOf))
}

function lateNote(span: Span, labelOf: (span: Span) => string): string[] {
  const late = lateIn(span)
  return late === null ? [] : [`${labelOf(span)}: ${lateText(late)}`]
}

function openNote(span: Span, labelOf: (span: Span) => string): string[] {
  const open = sum(span.results.map(({ unfinished }) => unfinished))
  const share = open / sum(span.results.map(({ offered }) => offered))
  if (open === 0) return []
  const start = share < MANY ? 'some' : `${Math.floor(1000 * share) / 10}% of the`
  const note =
    `${labelOf(span)}: ${start} requests were still open at the end; ` +
    `they are not counted as lost`
  if (share < MANY) return [note]
  return [`${note}, but each of them may fail: a cooldown as long as the timeout would tell`]
}
