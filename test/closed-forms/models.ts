// The models of calibration.json (sections 10 and 11) as cells: a reference value, and how the
// product's elements come to theirs. Several cells may look at one simulation.
import type { DistributionSpec } from '../../src/kernel/distributions.ts'
import type { Measured } from '../../src/measure/summary.ts'
import { inSystem, loss, quantile, share, sojourn, wait, type Reading } from './readings.ts'
import { reference, referencesOf } from './reference.ts'
import { observe, UNIT_PS, type Observed, type StationOptions } from './station.ts'
import { lossTrial, openTrial, type Trial } from './trials.ts'

/** One reference value. Its `read` gives ours from one replication. */
export interface Cell<Result> {
  id: string
  truth: number
  read: (result: Result) => number
  /** Half the width that its interval may have, as a share of it. */
  halfWidth: number
  /** A histogram knows its values to a step, as a share; 0 for what is summed exactly. */
  step: number
  /** With the 95 % interval that the product prints of so many replications. */
  print: (results: Result[]) => Measured
}

export interface Model<Result> {
  name: string
  cells: Cell<Result>[]
  /** One replication over so many customers. */
  simulate: (customers: number, seed: string, settling?: number) => Result
  /** Of a replication, what sharpens its values (controlled.ts); true means are zero. */
  controls: (result: Result) => number[]
  /** Customers after which the beginning is forgotten. */
  settled: number
  /** Customers of a replication with which the search for enough begins. */
  pilot: number
  /** About how many are needed; the small form of the tests leaves out what needs more. */
  isQuick: boolean
  /** How long and how settled a replication is whose intervals are tried; null: they are not. */
  trial: Trial | null
}

const EXPONENTIAL: DistributionSpec = { kind: 'exponential', mean: UNIT_PS }
const CONSTANT: DistributionSpec = { kind: 'constant', value: UNIT_PS }
const FEWEST_OF_PILOT = 20_000
const ALONE = { servers: 1, scheduler: 'rr', cores: 1, backlog: 10_000_000 }

function station(
  name: string,
  options: Omit<StationOptions, 'customers'>,
  readings: Reading[],
  isQuick = false,
): Model<Observed> {
  const watched = readings.flatMap(({ of }) => of ?? [])
  const isLossy = options.backlog < ALONE.backlog
  const trial = isLossy ? lossTrial(options, reference(readings[0]!.id)) : openTrial(options)
  return {
    name,
    cells: readings.map((reading) => ({ ...reading, truth: reference(reading.id) })),
    simulate: (customers, seed, settling) => {
      const counted = settling === undefined ? {} : { settling }
      return observe({ ...options, watched, customers, ...counted }, seed)
    },
    controls: ({ controls }) => controls,
    settled: trial.settled,
    pilot: Math.max(FEWEST_OF_PILOT, trial.customers),
    isQuick,
    trial,
  }
}

function mm1(load: number): Model<Observed> {
  const id = `ref-mm1-rho${load}-`
  return station(
    `M/M/1 at ${load}`,
    { ...ALONE, service: EXPONENTIAL, load },
    [
      wait(`${id}Wq`),
      sojourn(`${id}W`),
      inSystem(`${id}L`),
      quantile(`${id}p50_T`, 'sojourns', 0.5),
      quantile(`${id}p99_T`, 'sojourns', 0.99),
      quantile(`${id}p99_Wq`, 'waits', 0.99),
    ],
    load === 0.5,
  )
}

function md1(load: number): Model<Observed> {
  const id = `ref-md1-rho${load}-`
  return station(
    `M/D/1 at ${load}`,
    { ...ALONE, service: CONSTANT, load },
    [
      wait(`${id}Wq`),
      sojourn(`${id}W`),
      inSystem(`${id}L`),
      quantile(`${id}p99_Wq`, 'waits', 0.99),
    ],
    load === 0.5,
  )
}

function mmc(cores: number, load: number): Model<Observed> {
  const id = `ref-mmc-c${cores}-rho${load}-`
  return station(
    `M/M/${cores} at ${load}`,
    { ...ALONE, cores, service: EXPONENTIAL, load },
    [
      wait(`${id}Wq`),
      sojourn(`${id}W`),
      share(`${id}ErlangC`, ({ waited }) => waited),
      quantile(`${id}p99_Wq`, 'waits', 0.99),
    ],
    load === 0.5,
  )
}

/** M/G/1: Erlang below a squared coefficient of variation of 1, hyperexponential above it. */
function mg1(load: number, scv: number): Model<Observed> {
  const service: DistributionSpec =
    scv === 0
      ? CONSTANT
      : scv < 1
        ? { kind: 'erlang', shape: Math.round(1 / scv), mean: UNIT_PS }
        : { kind: 'hyperexponential', mean: UNIT_PS, scv }
  return station(
    `M/G/1 at ${load}, scv ${scv}`,
    { ...ALONE, service, load },
    [wait(`ref-mg1-rho${load}-scv${scv}`)],
    load === 0.5 && scv === 0.25,
  )
}

/** M/G/1-PS: a core shared evenly; only the mean of the service counts. */
function ps(what: string, service: DistributionSpec, isQuick: boolean): Model<Observed> {
  return station(
    `M/${what}/1-PS at 0.8`,
    { ...ALONE, workers: 1e9, service, load: 0.8 },
    [sojourn('ref-ps-rho0.8')],
    isQuick,
  )
}

/** Servers chosen by the kernel's rr: each sees every Nth arrival. */
function rr(servers: number, load: number): Model<Observed> {
  const id = `ref-rr-ENM1-N${servers}-${load}-`
  return station(
    `rr over ${servers} at ${load}`,
    { ...ALONE, servers, service: EXPONENTIAL, load },
    [sojourn(`${id}ET`), quantile(`${id}p99_T`, 'sojourns', 0.99)],
    servers === 8 && load === 0.5,
  )
}

/** The kernel's lc on connections that end with their request: join the shortest queue. */
function jsq(servers: number, load: number): Model<Observed> {
  return station(
    `lc over ${servers} at ${load}`,
    { ...ALONE, servers, scheduler: 'lc', service: EXPONENTIAL, load },
    [sojourn(`ref-jsq-N${servers}-${load}-ET`)],
    load === 0.5,
  )
}

/** Enough servers that the limit of infinitely many is less than a thousandth away. */
const MANY = 2000
/** How long queues of two choices are followed before they are counted, times 1 - load. */
const SETTLING_OF_TWO = 10

/** The kernel's twos: two random servers, and the shorter queue of them. */
function supermarket(load: number): Model<Observed> {
  const model = station(
    `twos over ${MANY} at ${load}`,
    { ...ALONE, servers: MANY, scheduler: 'twos', service: EXPONENTIAL, load },
    [sojourn(`ref-supermarket-d2-lam${load}-ET`)],
  )
  // The value is that of infinitely many servers: no interval need hold it, well made or not.
  const settled = (SETTLING_OF_TWO * MANY * load) / (1 - load)
  return { ...model, settled, pilot: 2 * settled, trial: null }
}

/** Loss of a full backlog: K counts the one in service. */
function finite(kind: 'mm1k' | 'md1k', places: number, load: string): Model<Observed> {
  return station(
    `${kind === 'mm1k' ? 'M/M' : 'M/D'}/1/${places} at ${load}`,
    {
      ...{ ...ALONE, backlog: places - 1, load: Number(load) },
      service: kind === 'mm1k' ? EXPONENTIAL : CONSTANT,
    },
    [loss(`ref-${kind}-K${places}-rho${load}`, ({ refused }) => refused)],
    kind === 'md1k' && places === 5 && load === '0.95',
  )
}

/** Erlang's loss formula: cores without a backlog. */
function erlangB(id: string): Model<Observed> {
  const [, cores, offered] = /-c(\d+)-a(\d+)$/.exec(id)!
  const load = Number(offered) / Number(cores)
  return station(
    `M/M/${cores}/${cores} with ${offered} offered`,
    { ...ALONE, cores: Number(cores), backlog: 0, service: EXPONENTIAL, load },
    [loss(id, ({ refused }) => refused)],
    id.endsWith('c10-a8'),
  )
}

/** Rarer losses than this are not met often enough to be counted to 1 %. */
const RAREST = 1e-3

function losses(): Model<Observed>[] {
  const of = (kind: 'mm1k' | 'md1k') =>
    referencesOf(`ref-${kind}-K`)
      .filter((id) => reference(id) >= RAREST)
      .map((id) => {
        const [, places, load] = /-K(\d+)-rho([\d.]+)$/.exec(id)!
        return finite(kind, Number(places), load!)
      })
  return [...of('mm1k'), ...of('md1k'), ...referencesOf('ref-erlangB-').map(erlangB)]
}

/** Every queueing model; at a load of 0.99 only on request, it takes hours. */
export function queueingModels(isHeavy: boolean): Model<Observed>[] {
  const heavy = isHeavy ? [0.99] : []
  const cores = [
    ...([
      [2, 0.5],
      [2, 0.8],
      [2, 0.9],
      [4, 0.8],
      [4, 0.9],
      [8, 0.8],
      [8, 0.9],
    ] as const),
    ...([
      [16, 0.8],
      [16, 0.9],
      [32, 0.9],
      [64, 0.95],
      [100, 0.95],
    ] as const),
  ]
  const scvs = [0, 0.25, 0.5, 1, 4, 10, ...(isHeavy ? [25] : [])]
  return [
    ...[0.5, 0.8, 0.9, 0.95, ...heavy].map(mm1),
    ...[0.5, 0.8, 0.9, 0.95].map(md1),
    ...cores.map(([count, load]) => mmc(count, load)),
    ...[0.5, 0.8, 0.9].flatMap((load) => scvs.map((scv) => mg1(load, scv))),
    ps('M', EXPONENTIAL, false),
    ps('D', CONSTANT, true),
    ps('H2', { kind: 'hyperexponential', mean: UNIT_PS, scv: 4 }, false),
    ...[2, 4, 8, 16, 64].flatMap((n) => [0.5, 0.8, 0.9, 0.95].map((load) => rr(n, load))),
    ...[0.5, 0.8, 0.9, 0.95].map((load) => jsq(2, load)),
    ...[3, 4].flatMap((n) => [0.5, 0.8, 0.9].map((load) => jsq(n, load))),
    ...[0.8, 0.9].map((load) => jsq(8, load)),
    ...[0.5, 0.7, 0.8, 0.9].map(supermarket),
    ...losses(),
  ]
}
