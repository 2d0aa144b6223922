// How long virtual addresses were out of service, by cause, what a take-over was made of, and what
// became of connections.
import type { Measured } from '../../measure/summary.ts'
import type { OutageSummary } from '../../measure/outages.ts'
import type { Cell } from '../table.ts'
import { plusMinus } from '../units-text.ts'
import { headed, type Page } from './section.ts'

/** Addresses out of service: how often, how long, and the parts of the take-over. */
export function withoutService(page: Page): string[] {
  const { outages } = page.summary
  if (outages === undefined) return []
  const lasting = outages.filter(({ length }) => length.mean > 0)
  if (lasting.length === 0) {
    return [page.ink.heading('WITHOUT SERVICE'), '  never: somebody answered for every address']
  }
  const several = isAmbiguous(page, outages)
  const rows = lasting.map((outage): Cell[] => [
    causeOf(outage, several),
    time(page, outage.length) + (outage.isOver ? '' : ' and more'),
    ...[outage.detection, outage.election, outage.arp].map((part) => {
      return part === null ? '-' : time(page, part)
    }),
    outage.takenBy.length === 0 ? 'nobody' : outage.takenBy.join(' or '),
  ])
  const columns = ['time', 'detection', 'election', 'ARP', 'taken over by']
  return headed(page, ['WITHOUT SERVICE', ...columns], rows)
}

/** TCP connections that met it, in a replication. */
export function fates(page: Page): string[] {
  const { outages = [] } = page.summary
  const met = outages.filter(({ connections: { open, tried } }) => open.mean + tried.mean > 0)
  const several = isAmbiguous(page, outages)
  const rows = met.map((outage): Cell[] => {
    const { open, kept, reset, stuck, tried, answered, failed } = outage.connections
    const counts = [open, kept, reset, stuck, tried, answered, failed]
    return [
      causeOf(outage, several),
      ...counts.map((count) => plusMinus(count, 'count', page.look)),
    ]
  })
  const columns = ['open', 'kept', 'reset', 'stuck', 'tried then', 'answered', 'failed']
  return headed(page, ['CONNECTIONS', ...columns], rows)
}

/** Whether it has to be said which address it was. */
function isAmbiguous({ summary }: Page, outages: readonly OutageSummary[]): boolean {
  const addresses = new Set(outages.map(({ address }) => address))
  return addresses.size > 1 || Object.keys(summary.services).length > 1
}

function causeOf({ cause, address, times }: OutageSummary, withAddress: boolean): string {
  const often = times.mean === 1 ? '' : `, ${times.mean.toFixed(1)} times`
  return withAddress ? `${address}: ${cause}${often}` : `${cause}${often}`
}

function time(page: Page, measured: Measured): string {
  return plusMinus(measured, 'time', page.look)
}
