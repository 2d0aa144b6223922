// What `extends` can name: a whole cluster to which a file adds its own part. Objects are merged,
// lists and values replaced.

const ONE_DIRECTOR = {
  links: {
    lan: {
      kind: 'switch',
      rate: '10Gbps',
      delay: '1us',
      mtu: '1500B',
      buffer: '2MiB',
      overhead: '20B',
    },
  },
  clients: { users: { count: 64, link: 'lan', subnet: '10.1.0.0/16', addresses: 65_536 } },
  directors: {
    lb1: {
      address: '10.0.0.1',
      cpu: { cores: 16, clock: '3GHz', profile: 'kernel' },
      nics: { eth0: { link: 'lan', card: 'connectx-5' } },
      // Who has a director of this size sets conn_tab_bits=20; the kernel's default is 12.
      connections: { tableSize: 1_048_576 },
    },
  },
  realServers: {
    rs: {
      count: 8,
      address: '10.0.0.11',
      link: 'lan',
      backlog: 4096,
      cpu: { cores: 8, perRequest: { kind: 'exponential', mean: '3us' } },
    },
  },
} as const

function atRate(rate: string): Record<string, unknown> {
  return { ...ONE_DIRECTOR, links: { lan: { ...ONE_DIRECTOR.links.lan, rate } } }
}

export const PRESETS: Readonly<Record<string, Record<string, unknown>>> = {
  'preset:one-director-1g': atRate('1Gbps'),
  'preset:one-director-10g': atRate('10Gbps'),
  'preset:one-director-100g': atRate('100Gbps'),
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The second over the first: objects merged key by key, all else replaced. An object of another
 * `kind` (a distribution) replaces as a whole, its fields mean something else.
 */
export function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base
  if (!isObject(base) || !isObject(over)) return over
  if (over['kind'] !== undefined && over['kind'] !== base['kind']) return over
  const keys = new Set([...Object.keys(base), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]))
}
