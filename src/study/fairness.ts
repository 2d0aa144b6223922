// How evenly the director spread requests: x_i = requests sent to server i divided by its weight at
// the start of the span; servers of weight 0 are left out. Jain's index of the x_i (semantics:
// counting).
import { jain } from '../measure/statistics.ts'
import type { FairnessSummary } from '../measure/summary.ts'
import { indexOfBatches, indexOverReplications } from './fairness-interval.ts'
import { sum } from './measures.ts'
import { byBatch, counted, type Span } from './spans.ts'

/** Requests per server of one replication, in the order of the servers. */
type Counts = number[]

/** Of one phase; null when nothing was sent. */
export function fairnessOf(span: Span): FairnessSummary | null {
  const counts = span.results.map((p) =>
    p.servers.map(({ requests }) => sum(counted(requests, span))),
  )
  const single = span.results.length === 1 && span.steady ? batchesOf(span) : null
  return summary([span], counts, single)
}

/** Of all phases together. */
export function wholeFairness(spans: readonly Span[]): FairnessSummary | null {
  const most = spans.reduce((count, { results }) => Math.max(count, results.length), 0)
  const counts = Array.from({ length: most }, (_, replication) =>
    spans.reduce<Counts>((total, span) => {
      const servers = span.results[replication]?.servers ?? []
      return servers.map(({ requests }, i) => (total[i] ?? 0) + sum(counted(requests, span)))
    }, []),
  )
  return summary(spans, counts, null)
}

function batchesOf(span: Span): Counts[] {
  const perServer = span.results[0]!.servers.map(({ requests }) => byBatch(counted(requests, span)))
  return (perServer[0] ?? []).map((_, batch) => perServer.map((batches) => batches[batch]!))
}

function summary(
  spans: readonly Span[],
  counts: readonly Counts[],
  batches: readonly Counts[] | null,
): FairnessSummary | null {
  const servers = spans[0]?.results[0]?.servers ?? []
  const weights = servers.map(({ weight }) => weight)
  const indices = servers.map((_, index) => index).filter((index) => weights[index]! > 0)
  const sent = counts.filter((count) => sum(count) > 0)
  if (sent.length === 0 || indices.length === 0) return null
  const index = (count: Counts) => jain(indices.map((i) => count[i]! / weights[i]!))
  const indexes = sent.map(index)
  const means = servers.map((_, i) => sum(sent.map((count) => count[i]!)) / sent.length)
  const total = sum(means)
  const rows = indices.map((i) => ({
    host: servers[i]!.host,
    weight: weights[i]!,
    requests: means[i]!,
    share: means[i]! / total,
  }))
  const byShare = [...rows].sort((a, b) => a.share / a.weight - b.share / b.weight)
  const end = (row: (typeof rows)[number]) => ({ host: row.host, share: row.share })
  return {
    jain:
      batches === null
        ? indexOverReplications(indexes)
        : indexOfBatches(
            indexes[0]!,
            batches.map((count) => indices.map((i) => count[i]! / weights[i]!)),
          ),
    smallest: end(byShare[0]!),
    largest: end(byShare.at(-1)!),
    servers: rows,
  }
}
