// What is not known of a loss because requests were still open when the run ended: they are not
// lost, but each of them may still fail.
import type { ServiceSummary, ThresholdResult } from './summary.ts'

/** Share of the offered requests of a phase that were still open at the end. */
export function openShare(
  { offered, delivered, loss, unfinished }: ServiceSummary,
  phase: string,
): number {
  if ((unfinished[phase]?.mean ?? 0) === 0) return 0
  const lost = loss[phase]?.mean ?? 0
  return Math.max(0, 1 - delivered[phase]!.mean / offered[phase]!.mean - lost)
}

/** Whether the open requests alone could turn a verdict on loss, however often it is measured. */
export function hangsOnOpen(
  { metric, phase, measured, limit, verdict }: ThresholdResult,
  services: Readonly<Record<string, ServiceSummary>>,
): boolean {
  if (verdict !== 'close' || measured === null || !metric.endsWith('.loss')) return false
  const service = services[metric.slice(0, -'.loss'.length)]
  if (service === undefined) return false
  const open = openShare(service, phase)
  return open > 0 && measured.mean <= limit && limit <= measured.mean + open
}
