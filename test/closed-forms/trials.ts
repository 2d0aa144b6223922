// How long a replication is when intervals are tried: so long that the beginning is forgotten and
// that the value of a replication is not too skewed for an interval over five of them; and no
// longer, because a thousand seeds of five replications each are many.
//
// Student's t over five values of skewness g misses about 1.65 % * g^2 more than it says (measured
// on sums of exponentials). All lengths below keep g^2 at 0.6 or less: 1 % is what is left for the
// methods to mend. Skewnesses are those of heavy traffic, where all queues look alike in units of
// their relaxation time; the third cumulant comes from the perturbed generator.
import type { StationOptions } from './station.ts'

export interface Trial {
  customers: number
  /** Share of it that is not counted. */
  settling: number
  /** Customers after which a run whose width is far smaller has forgotten its beginning, too. */
  settled: number
}

/**
 * Relaxation times that are not counted: a reflected Brownian motion that began empty then lacks
 * 0.3 % of its mean (Abate and Whitt, "Transient behavior of regulated Brownian motion", 1987).
 */
const SETTLING = 3
/**
 * Relaxation times that are: the mean of a reflected Brownian motion with drift over w of them has
 * a squared skewness of 56 / w (cumulants 1/2 and 15/4 a unit at drift -1 and variance 1).
 */
const COUNTED = 100
/** Of each server, where several share the window. */
const LEAST = 2
/**
 * Where nothing drifts away from a full backlog losses are the local time of a reflected Brownian
 * motion at its upper end: 9.5 / w (cumulants 1/3 and 4/15 on an interval of length 1).
 */
const COUNTED_FOR_LOSSES = 20
/** Below capacity they come in bursts, Poisson with geometric sizes: of n of them 4.5 / n. */
const FEWEST_BURSTS = 8
const FEWEST_CUSTOMERS = 2000
/** Standard deviations by which a queue may fill later than it does on average. */
const SLOWEST_FILLING = 5

type Station = Omit<StationOptions, 'customers'>

/** For stations without an end to their queue. */
export function openTrial({ servers, scheduler, cores, service, load }: Station): Trial {
  // Servers that the shortest queue is joined of are one queue, those of rr are one each.
  const isOne = scheduler !== 'rr'
  const together = cores * (isOne ? servers : 1)
  const queues = isOne ? 1 : servers
  const variability = (scvOf(service) + 1 / queues) / 2
  const relaxation = 1 + variability / (1 - Math.sqrt(load)) ** 2 / together
  const window = Math.max(LEAST, COUNTED / queues)
  const perUnit = load * cores * servers
  const counted = Math.max(FEWEST_CUSTOMERS / perUnit, window * relaxation)
  return trial(SETTLING * relaxation, counted, perUnit)
}

/** For stations that lose a share of their customers; the spectral gap is that of M/M/1/K. */
export function lossTrial({ cores, backlog, service, load }: Station, lost: number): Trial {
  const places = cores + backlog
  const root = Math.sqrt(load)
  const gap = (1 - root) ** 2 + 2 * root * (1 - Math.cos(Math.PI / (places + 1)))
  // Without a queue every core forgets after a service.
  const relaxation = backlog === 0 ? 1 : 1 + 1 / gap
  const perUnit = load * cores
  // Above its capacity a queue begins to lose when it has filled.
  const filling = load > 1 ? places / (load - 1) : 0
  // The time of a drifting walk to its end (Cox and Miller 1965, 5.7): variance K v / drift^3.
  const variance = load > 1 ? (places * (load + scvOf(service))) / (load - 1) ** 3 : 0
  const late = SLOWEST_FILLING * Math.sqrt(variance)
  const burst = load < 1 ? Math.min(places, (scvOf(service) + 1) / 2 / (1 - load)) : 1
  const fewest = Math.max(FEWEST_CUSTOMERS, (FEWEST_BURSTS * burst) / lost) / perUnit
  const counted = Math.max(fewest, COUNTED_FOR_LOSSES * relaxation)
  return trial(filling + SETTLING * relaxation, counted, perUnit, late)
}

function trial(settling: number, counted: number, perUnit: number, late = 0): Trial {
  const units = settling + counted
  const settled = (settling + late) * perUnit
  return { customers: Math.ceil(units * perUnit), settling: 1 - counted / units, settled }
}

function scvOf(service: StationOptions['service']): number {
  if (service.kind === 'hyperexponential') return service.scv
  if (service.kind === 'erlang') return 1 / service.shape
  return service.kind === 'constant' ? 0 : 1
}
