// A document with every default written out, still in texts with units: what `run --resolved`
// prints and what the results folder keeps. Read again it completes to itself.
import type { Document } from './schema.ts'
import { completeEcmp } from './ecmp.ts'
import { completeFurtherLoad } from './further-loads.ts'
import { completePackets } from './packets.ts'
import { CARDS } from './profiles/cards.ts'
import { completeHealthCheck } from './health-check.ts'
import { rulesOf } from './kept-services.ts'
import { completeClientTcp, completeServerTcp } from './tcp-settings.ts'
import { formatQuantity, parseQuantity } from './units.ts'
import { mayHold } from './vrrp-members.ts'

type Part<K extends keyof Document> = NonNullable<Document[K]>
type Entry<K extends 'links' | 'clients' | 'directors' | 'realServers' | 'services'> =
  Part<K>[string]

/** The one name of a group of things, where there is only one. */
export function only(things: Record<string, unknown> | undefined): string | undefined {
  const names = Object.keys(things ?? {})
  return names.length === 1 ? names[0] : undefined
}

/** Fills in what was left out; `extends` has been merged in before, and goes. */
export function complete(document: Document): Document {
  const { extends: _preset, note: _note, ...rest } = document
  const link = only(document.links)
  const protocol = protocolOf(document)
  const loudest = speaksTcp(document) ? 'tcp' : protocol
  const groups = Object.keys(document.realServers ?? {})
  return {
    ...rest,
    title: document.title ?? document.name,
    description: document.description ?? '',
    seed: document.seed ?? document.name,
    time: completeTime(document, loudest),
    links: map(document.links, completeLink),
    clients: map(document.clients, (clients) => completeClients(clients, link, loudest)),
    directors: map(document.directors, (director, name) => {
      const place = Object.keys(document.directors ?? {}).indexOf(name)
      return completeDirector(director, link, place)
    }),
    ...completeEcmp(document),
    realServers: map(document.realServers, (servers) => completeServers(servers, link, loudest)),
    services: map(document.services, (service) => completeService(service, document, groups)),
    workload: completeWorkload(document, protocol),
    thresholds: document.thresholds ?? {},
  }
}

/** Of the load: what its service speaks, or the rules that make it. */
export function protocolOf(document: Document): 'udp' | 'tcp' {
  const { services = {}, workload } = document
  const service = services[workload?.to ?? ''] ?? Object.values(services)[0]
  return service?.protocol ?? protocolOfRules(document)
}

/** Whether any load is of TCP: that of the workload, or of a further service. */
function speaksTcp(document: Document): boolean {
  const further = Object.keys(document.workload?.services ?? {})
  const protocols = further.map((name) => protocolOfService(document, name))
  return [protocolOf(document), ...protocols].includes('tcp')
}

/** What a further service speaks; one of rules has it in its name, unless `match` gives another. */
function protocolOfService(document: Document, name: string): 'udp' | 'tcp' {
  const service = document.services?.[name]
  if (service === undefined) return name.startsWith('udp-') ? 'udp' : 'tcp'
  const { protocol, match } = service
  if (protocol !== undefined || match === undefined) return protocol ?? 'udp'
  return TCP_RULE.test(match) ? 'tcp' : 'udp'
}

const TCP_RULE = /(?:^|\s)(?:-t|--tcp-service)\s/

/** 'tcp' when the rules of the only director speak of TCP and no service says otherwise. */
function protocolOfRules(document: Document): 'udp' | 'tcp' {
  const matches = Object.values(document.services ?? {}).map(({ match }) => match ?? '')
  const rules = Object.values(document.directors ?? {}).map((director) => rulesOf(director) ?? '')
  const isTcp = (text: string) => TCP_RULE.test(text)
  const isUdp = (text: string) => /(?:^|\s)(?:-u|--udp-service)\s/.test(text)
  if (matches.some(isTcp)) return 'tcp'
  return rules.some(isTcp) && !rules.some(isUdp) && !matches.some(isUdp) ? 'tcp' : 'udp'
}

function completeTime(document: Document, protocol: 'udp' | 'tcp'): Part<'time'> {
  const phases = document.workload?.phases ?? []
  const sum = phases.reduce(
    (total, phase) => total + (parseQuantity('time', phase.for ?? '0ps') ?? 0),
    0,
  )
  return {
    duration: formatQuantity('time', sum),
    warmup: '0ps',
    cooldown: protocol === 'tcp' ? '1s' : '10ms',
    replications: 5,
    ...document.time,
  }
}

function completeLink(link: Entry<'links'>): Entry<'links'> {
  return {
    kind: 'switch',
    rate: '10Gbps',
    delay: '1us',
    mtu: '1500B',
    buffer: '2MiB',
    overhead: '20B',
    ...link,
  }
}

function completeClients(
  clients: Entry<'clients'>,
  link: string | undefined,
  protocol: 'udp' | 'tcp',
): Entry<'clients'> {
  const count = clients.count ?? 1
  const addresses = clients.addresses ?? count
  return {
    count,
    ...(link === undefined ? {} : { link }),
    subnet: '10.1.0.0/16',
    addresses,
    flows: protocol === 'tcp' ? addresses : Math.max(addresses, 1),
    established: false,
    timeout: '1s',
    ...clients,
    ...(protocol === 'tcp' ? { tcp: completeClientTcp(clients.tcp) } : {}),
  }
}

function completeDirector(
  director: Entry<'directors'>,
  link: string | undefined,
  place: number,
): Entry<'directors'> {
  const cpu = { cores: 16, clock: '3GHz', profile: 'kernel' as const, ...director.cpu }
  const nics = director.nics ?? { eth0: {} }
  return {
    address: `10.0.0.${place + 1}`,
    kernel: '6.1',
    conntrack: false,
    ...director,
    cpu: { mitigations: false, remoteCores: 0, ...cpu },
    nics: Object.fromEntries(
      Object.entries(nics).map(([name, nic]) => {
        const card = nic.card ?? 'connectx-5'
        const ring = CARDS[card]!.ring
        const base = { queues: cpu.cores, ring, txQueue: 1000, rss: 'addresses' as const }
        return [name, { ...(link === undefined ? {} : { link }), ...base, card, ...nic }]
      }),
    ),
    connections: {
      tableSize: 4096,
      ...director.connections,
      timeouts: { tcp: '15min', tcpfin: '2min', udp: '5min', ...director.connections?.timeouts },
    },
  }
}

function completeServers(
  servers: Entry<'realServers'>,
  link: string | undefined,
  protocol: 'udp' | 'tcp',
): Entry<'realServers'> {
  return {
    count: 1,
    address: '10.0.0.11',
    weight: 1,
    ...(link === undefined ? {} : { link }),
    backlog: 4096,
    ...servers,
    cpu: { cores: 8, perRequest: '0ps', ...servers.cpu },
    ...(protocol === 'tcp' ? { tcp: completeServerTcp(servers.tcp) } : {}),
  }
}

function completeService(
  service: Entry<'services'>,
  document: Document,
  groups: string[],
): Entry<'services'> {
  const { healthCheck } = service
  const common = {
    ...directorsFor(service, document),
    ...service,
    ...(healthCheck === undefined ? {} : { healthCheck: completeHealthCheck(healthCheck) }),
  }
  if (service.match !== undefined) return common
  const isFromRules = Object.values(document.directors ?? {}).some(
    ({ rules, keepalived }) => rules !== undefined || keepalived !== undefined,
  )
  if (isFromRules && service.vip === undefined) return common
  return {
    vip: '10.0.0.10:53',
    protocol: 'udp',
    forwarding: 'dr',
    scheduler: 'wlc',
    schedulerFlags: [],
    realServers: groups.filter((group) => group !== healthCheck?.sorryServer),
    ...common,
  }
}

/** The only director there is, or all that may have its address: the one of most priority first. */
function directorsFor(service: Entry<'services'>, document: Document): Partial<typeof service> {
  const alone = only(document.directors)
  if (service.director !== undefined) return {}
  if (service.directors !== undefined) return { director: service.directors[0]! }
  if (alone !== undefined) return { director: alone }
  const shared = completeEcmp(document).ecmp?.directors ?? []
  const all = document.vrrp === undefined ? shared : mayHold(service, document.vrrp)
  // A misspelt one is told where it is written, not here as well.
  const names = all.filter((name) => document.directors?.[name] !== undefined)
  return names.length === 0 ? {} : { director: names[0]!, directors: names }
}

function completeWorkload(document: Document, protocol: 'udp' | 'tcp'): Part<'workload'> {
  const { packets, services } = document.workload ?? {}
  const senders = Object.values(packets ?? {}).map((each) => each.from)
  const others = Object.entries(document.clients ?? {}).filter(([name]) => !senders.includes(name))
  const from = only(Object.fromEntries(others))
  const to = only(document.services)
  const workload: Part<'workload'> = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    arrivals: 'poisson',
    popularity: 'uniform',
    ...SIZES[protocol],
    ...document.workload,
  }
  return {
    ...workload,
    ...(packets === undefined
      ? {}
      : { packets: map(packets, (each) => completePackets(each, protocol)) }),
    ...(services === undefined
      ? {}
      : {
          services: map(services, (each, name) => {
            const own = protocolOfService(document, name)
            return completeFurtherLoad(each, workload, SIZES[own], own === protocol)
          }),
        }),
  }
}

/** Of requests and responses. */
const SIZES = {
  udp: { request: '64B', response: '64B' },
  tcp: { request: '200B', response: '10KiB' },
} as const

function map<T>(
  things: Record<string, T> | undefined,
  fill: (thing: T, name: string) => T,
): Record<string, T> {
  const entries = Object.entries(things ?? {})
  return Object.fromEntries(entries.map(([name, thing]) => [name, fill(thing, name)]))
}
