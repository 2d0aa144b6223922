// Sizes and service times that were measured and published, by name, each with its source. Points
// are [value, share of values up to it], linear between. Units: bytes and picoseconds.
import type { DistributionSpec } from '../../kernel/distributions.ts'

export interface Published {
  about: string
  source: string
  spec: DistributionSpec
}

const TRAFFIC_GENERATOR = 'HKUST-SING/TrafficGenerator, conf/'
const ETC = 'Atikoglu et al., SIGMETRICS 2012, as fitted in leverich/mutilate, Generator.cc'
const NGINX =
  'NGINX web-server performance tests (vendor), one CPU of a Xeon E5 v3: 1 / requests per second'

function points(...list: [value: number, share: number][]): DistributionSpec {
  return { kind: 'empirical', points: list }
}

function nginx(about: string, requestsPerSecond: number): Published {
  const value = Math.round(1e12 / requestsPerSecond)
  return {
    about: `static file of ${about}, nginx`,
    source: NGINX,
    spec: { kind: 'constant', value },
  }
}

const SIZES: Record<string, Published> = {
  'web-search': {
    about: 'flows of a web search cluster, mean 1.7 MB',
    source: `Alizadeh et al., DCTCP, SIGCOMM 2010; ${TRAFFIC_GENERATOR}DCTCP_CDF.txt`,
    spec: points(
      [0, 0],
      [10_000, 0.15],
      [20_000, 0.2],
      [30_000, 0.3],
      [50_000, 0.4],
      [80_000, 0.53],
      [200_000, 0.6],
      [1_000_000, 0.7],
      [2_000_000, 0.8],
      [5_000_000, 0.9],
      [10_000_000, 0.97],
      [30_000_000, 1],
    ),
  },
  'data-mining': {
    about: 'flows of a data mining cluster, most of them tiny, mean 12.7 MB',
    source: `Greenberg et al., VL2, SIGCOMM 2009; ${TRAFFIC_GENERATOR}VL2_CDF.txt`,
    spec: points(
      [0, 0],
      [180, 0.1],
      [216, 0.2],
      [560, 0.3],
      [900, 0.4],
      [1100, 0.5],
      [1870, 0.6],
      [3160, 0.7],
      [10_000, 0.8],
      [400_000, 0.9],
      [3_160_000, 0.95],
      [100_000_000, 0.98],
      [1_000_000_000, 1],
    ),
  },
  cache: {
    about: 'flows of a key-value cache at Facebook, mean 342 B',
    source: `${TRAFFIC_GENERATOR}FB_CDF.txt`,
    spec: points(
      [0, 0],
      [3, 0.28],
      [10, 0.32],
      [12, 0.44],
      [75, 0.5],
      [250, 0.75],
      [350, 0.9],
      [1000, 0.965],
      [2515, 0.98],
      [6326, 0.99],
      [10_032, 0.995],
      [15_910, 0.997],
      [23_009, 0.9992],
      [24_094, 0.9996],
      [25_000, 0.9999],
      [100_000, 0.99999],
      [1_000_000, 1],
    ),
  },
  'cache-values': {
    about: 'values of the ETC pool of memcached at Facebook, mean 329 B',
    source: ETC,
    spec: { kind: 'generalized-pareto', scale: 214.476, shape: 0.348238 },
  },
  'cache-keys': {
    about: 'keys of the ETC pool of memcached at Facebook, mean 36 B',
    source: ETC,
    spec: {
      kind: 'generalized-extreme-value',
      location: 30.7984,
      scale: 8.20449,
      shape: 0.078688,
    },
  },
}

const TIMES: Record<string, Published> = {
  'nginx-0KB': nginx('0 KB', 145_551),
  'nginx-1KB': nginx('1 KB', 74_091),
  'nginx-10KB': nginx('10 KB', 54_684),
  'nginx-100KB': nginx('100 KB', 33_125),
  'cache-gaps': {
    about: 'time between requests of the ETC pool of memcached at Facebook, mean 19 us',
    source: ETC,
    spec: { kind: 'generalized-pareto', scale: 16_029_200, shape: 0.154971 },
  },
}

export const PUBLISHED: Record<'size' | 'time', Record<string, Published>> = {
  size: SIZES,
  time: TIMES,
}
