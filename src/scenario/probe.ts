// Reads the counters of every wire, ring and core at the ends of phases, and gives what each did in
// each phase. Elements only count; nothing here is on the path of a packet.
import type { Core } from '../cluster/core.ts'
import type { RawCounts, RawPackets } from '../cluster/raw-packets.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { ServerSocket } from '../cluster/server-stack.ts'
import type { Time } from '../kernel/time.ts'
import type { DropResult, PacketsResult, ResourceResult } from '../measure/replication.ts'
import type { Link } from '../net/link.ts'
import type { Ring } from '../net/ring.ts'
import type { Cluster } from './build.ts'
import { dropCounts, type DropCounts } from './drop-counts.ts'

/** What one resource has counted since the start of the run. */
interface Reading {
  busyPs: Time
  packets: number
  bytes: number
  queueSum: number
}

interface Meter {
  at: string
  resource: ResourceResult['resource']
  queueUnit: ResourceResult['queueUnit']
  queueLimit: number | null
  /** Servers that work side by side. */
  places: number
  note: string
  read(now: Time): Reading
  /** Longest queue since the last call. */
  takePeak(): number
}

const NONE_SENT: RawCounts = { sent: 0, reached: 0, answered: 0, dropped: 0 }

/** Collects the resources and the drops of one replication, phase by phase. */
export class Probe {
  readonly resources: ResourceResult[] = []
  readonly drops: DropResult[] = []
  readonly packets: PacketsResult[] = []
  private readonly cluster: Cluster
  private readonly meters: Meter[]
  private last: Reading[]
  private lastDrops: DropCounts = new Map()
  private readonly lastFloods: RawCounts[] = []
  private startPs: Time = 0

  constructor(
    cluster: Cluster,
    notes: { core: (director: string) => string; wire: (link: Link) => string },
  ) {
    this.cluster = cluster
    this.meters = [
      ...cluster.network.links.map((link) => linkMeter(link, notes.wire(link))),
      ...cluster.rings.map((ring) => ringMeter(ring)),
      ...cluster.directors.flatMap(({ director, cores }) =>
        cores.map((core) => coreMeter(core, notes.core(director.name))),
      ),
      ...cluster.servers.map((server) => serverMeter(server)),
      // Where packets without connections come, the queues that they fill are looked at, too.
      ...(cluster.floods.length === 0 ? [] : [...cluster.sockets.values()].map(synMeter)),
    ]
    this.last = this.meters.map((meter) => meter.read(0))
  }

  /** The phase ends now. */
  close(phase: string, now: Time): void {
    const spanPs = Math.max(1, now - this.startPs)
    this.meters.forEach((meter, index) => {
      const reading = meter.read(now)
      const before = this.last[index]!
      const packets = reading.packets - before.packets
      const peak = meter.takePeak()
      const share = (reading.busyPs - before.busyPs) / (spanPs * meter.places)
      this.resources.push({
        at: meter.at,
        resource: meter.resource,
        phase,
        utilisation: meter.resource === 'ring' ? peak / (meter.queueLimit ?? Infinity) : share,
        queuePeak: peak,
        queueMean: packets === 0 ? 0 : (reading.queueSum - before.queueSum) / packets,
        queueUnit: meter.queueUnit,
        queueLimit: meter.queueLimit,
        packets,
        bytes: reading.bytes - before.bytes,
        note: meter.note,
      })
      this.last[index] = reading
    })
    this.closeDrops(phase)
    this.cluster.floods.forEach((flood, index) => this.closeFlood(flood, index, phase))
    this.startPs = now
  }

  private closeFlood({ name, counts }: RawPackets, index: number, phase: string): void {
    const before = this.lastFloods[index] ?? NONE_SENT
    this.packets.push({
      ...{ name, phase },
      sent: counts.sent - before.sent,
      reached: counts.reached - before.reached,
      answered: counts.answered - before.answered,
      dropped: counts.dropped - before.dropped,
    })
    this.lastFloods[index] = { ...counts }
  }

  /** What was dropped since the last call belongs to that phase. */
  closeDrops(phase: string): void {
    const drops = dropCounts(this.cluster)
    for (const [key, { at, cause, packets }] of drops) {
      const more = packets - (this.lastDrops.get(key)?.packets ?? 0)
      if (more > 0) this.drops.push({ at, cause, phase, packets: more })
    }
    this.lastDrops = drops
  }
}

function linkMeter(link: Link, note: string): Meter {
  const { at, resource, queueBytes, queuePackets } = link.options
  return {
    at,
    resource,
    queueUnit: 'B',
    queueLimit: queuePackets === null ? queueBytes : null,
    places: 1,
    note,
    read: (now) => ({
      busyPs: link.busyUntil(now),
      packets: link.packets + link.dropped,
      bytes: link.bytes,
      queueSum: link.queueSum,
    }),
    takePeak: () => {
      const peak = link.queuePeak
      link.queuePeak = 0
      return peak
    },
  }
}

function ringMeter(ring: Ring): Meter {
  return {
    at: ring.at,
    resource: 'ring',
    queueUnit: 'packets',
    queueLimit: Number.isFinite(ring.limit) ? ring.limit : null,
    places: 1,
    note: Number.isFinite(ring.limit) ? `${ring.limit} places` : 'no limit',
    read: () => ({
      busyPs: 0,
      packets: ring.packets + ring.dropped,
      bytes: 0,
      queueSum: ring.queueSum,
    }),
    takePeak: () => {
      const peak = ring.queuePeak
      ring.queuePeak = ring.length
      return peak
    },
  }
}

/** Half-open connections are places in a queue, like packets in a ring. */
function synMeter({ server, listener }: ServerSocket): Meter {
  return {
    at: `${server.name} SYN queue`,
    resource: 'ring',
    queueUnit: 'requests',
    queueLimit: listener.synLimit,
    places: 1,
    note: `${listener.synLimit} places`,
    read: () => ({ busyPs: 0, packets: 0, bytes: 0, queueSum: 0 }),
    takePeak: () => listener.takeSynPeak(),
  }
}

function coreMeter(core: Core, note: string): Meter {
  return {
    at: core.at,
    resource: 'cpu',
    queueUnit: 'packets',
    queueLimit: null,
    places: 1,
    note,
    read: (now) => ({
      busyPs: core.busyUntil(now),
      packets: core.packets,
      bytes: 0,
      queueSum: 0,
    }),
    takePeak: () => 0,
  }
}

/** More workers than that are as many as it takes. */
const MANY = 1_000_000

/** Who works there, for people. */
function staffText({ cores, workers }: RealServer): string {
  const text = `${cores} ${cores === 1 ? 'core' : 'cores'}`
  if (workers <= cores) return text
  return workers > MANY ? `${text}, shared` : `${text} shared by ${workers} workers`
}

function serverMeter(server: RealServer): Meter {
  const { backlog } = server
  return {
    at: `${server.name}.cpu`,
    resource: 'cpu',
    queueUnit: 'requests',
    queueLimit: backlog.limit,
    places: server.cores,
    note: staffText(server),
    read: (now) => ({
      busyPs: server.busyUntil(now),
      packets: server.begun,
      bytes: 0,
      queueSum: backlog.queueSum,
    }),
    takePeak: () => {
      const peak = backlog.queuePeak
      backlog.queuePeak = backlog.length
      return peak
    },
  }
}
