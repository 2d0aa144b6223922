// How long a replication is when intervals are tried: long enough beside the time in which a queue
// forgets where it began, so that what is tried are the intervals and not the beginning; and no
// longer, because a thousand seeds of five replications each are many.
import type { StationOptions } from './station.ts'

export interface Trial {
  customers: number
  /** Share of it that is not counted. */
  settling: number
}

/** In relaxation times: what is not counted, and what is when means or tails are read. */
const SETTLING = 4
const FOR_MEANS = 40
const FOR_TAILS = 250
/** Of each server, where several share the window. */
const LEAST = 2
const FEWEST_CUSTOMERS = 2000
/** Losses that a replication sees, at least: of rare ones it needs many customers. */
const FEWEST_LOSSES = 20

type Station = Omit<StationOptions, 'customers'>

/** For stations without an end to their queue. */
export function openTrial(
  { servers, scheduler, cores, service, load }: Station,
  isTail: boolean,
): Trial {
  // Servers that the shortest queue is joined of are one queue, those of rr are one each.
  const isOne = scheduler !== 'rr'
  const together = cores * (isOne ? servers : 1)
  const queues = isOne ? 1 : servers
  const variability = (scvOf(service) + 1 / queues) / 2
  const relaxation = 1 + variability / (1 - Math.sqrt(load)) ** 2 / together
  const window = Math.max(LEAST, (isTail ? FOR_TAILS : FOR_MEANS) / queues)
  const perUnit = load * cores * servers
  const counted = Math.max(FEWEST_CUSTOMERS / perUnit, window * relaxation)
  return trial(SETTLING * relaxation, counted, perUnit)
}

/** For stations that lose a share of their customers; the spectral gap is that of M/M/1/K. */
export function lossTrial({ cores, backlog, load }: Station, lost: number): Trial {
  const places = cores + backlog
  const root = Math.sqrt(load)
  const gap = (1 - root) ** 2 + 2 * root * (1 - Math.cos(Math.PI / (places + 1)))
  // Without a queue every core forgets after a service.
  const relaxation = backlog === 0 ? 1 : 1 + 1 / gap
  const perUnit = load * cores
  // Above its capacity a queue begins to lose when it has filled.
  const filling = load > 1 ? places / (load - 1) : 0
  const fewest = Math.max(FEWEST_CUSTOMERS, FEWEST_LOSSES / lost) / perUnit
  const counted = Math.max(fewest, FOR_MEANS * relaxation)
  return trial(filling + SETTLING * relaxation, counted, perUnit)
}

function trial(settling: number, counted: number, perUnit: number): Trial {
  const units = settling + counted
  return { customers: Math.ceil(units * perUnit), settling: 1 - counted / units }
}

function scvOf(service: StationOptions['service']): number {
  if (service.kind === 'hyperexponential') return service.scv
  if (service.kind === 'erlang') return 1 / service.shape
  return service.kind === 'constant' ? 0 : 1
}
