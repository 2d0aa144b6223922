// Scenarios built by hand, for tests that need a cluster but no file.
import { LINUX_LISTEN, LINUX_TCP } from '../../src/tcp/options.ts'
import type { Forwarding, Scenario } from '../../src/scenario/scenario.ts'
import { LINUX_PORTS } from '../../src/net/port-range.ts'

const MS = 1_000_000_000

export interface FixtureOptions {
  forwarding?: Forwarding
  ratePps?: number
  durationMs?: number
  cores?: number
  protocol?: 'tcp' | 'udp'
  servers?: number
  weights?: number[]
  scheduler?: string
  established?: boolean
  flows?: number
  hosts?: number
}

/**
 * UDP requests of 64 bytes from a subnet to 10.0.0.10:53 on a 10G LAN, one director, some servers.
 */
export function scenarioFixture(options: FixtureOptions = {}): Scenario {
  const { protocol = 'udp', servers = 8, cores = 22, flows = 20_000, hosts = 16 } = options
  const durationPs = (options.durationMs ?? 5) * MS
  const ratePps = options.ratePps ?? 1_000_000
  const weights = options.weights ?? Array<number>(servers).fill(1)
  const frame = protocol === 'udp' ? 64 : 200
  return {
    format: 'lvs-sim/1',
    name: 'fixture',
    title: 'A fixture',
    description: '',
    seed: 'fixture',
    time: {
      durationPs,
      warmupPs: 0,
      cooldownPs: 5 * MS,
      replications: 1,
      limitCpuSeconds: null,
      limitEvents: null,
    },
    links: {
      lan: {
        name: 'lan',
        kind: 'switch',
        rateBps: 10_000_000_000,
        delayPs: 1_000_000,
        mtuBytes: 1500,
        overheadBytes: 20,
        bufferBytes: 2_097_152,
        bufferPackets: null,
        sharedBufferBytes: null,
        alpha: 1,
        loss: null,
        jitter: null,
      },
    },
    routers: {},
    clients: {
      users: {
        name: 'users',
        count: hosts,
        link: 'lan',
        subnet: 0x0a010000,
        prefix: 16,
        addresses: Math.min(flows, 65_536),
        ports: LINUX_PORTS,
        flows,
        established: options.established ?? protocol === 'udp',
        timeoutPs: 1000 * MS,
        tcp: LINUX_TCP,
      },
    },
    directors: {
      lb1: {
        name: 'lb1',
        address: 0x0a000001,
        cpu: {
          cores,
          clockHz: 3_000_000_000,
          profile: 'kernel',
          perPacketPs: null,
          measuredPps: null,
          mitigations: false,
          remoteCores: 0,
        },
        nics: [
          {
            name: 'eth0',
            link: 'lan',
            queues: cores,
            ring: 4096,
            txQueue: 1000,
            card: 'connectx-5',
            rss: 'addresses',
            moderationPs: null,
            napiBudget: 64,
          },
        ],
        rules: null,
        kernel: '6.1',
        conntrack: false,
        clampMss: null,
        pmtuDiscovery: true,
        connections: {
          tableSize: 1 << 27,
          tcpPs: 900_000 * MS,
          tcpFinPs: 120_000 * MS,
          udpPs: 300_000 * MS,
        },
      },
    },
    realServers: {
      rs: {
        name: 'rs',
        count: servers,
        address: 0x0a00000b,
        link: 'lan',
        weight: 1,
        arp: 'silent',
        cores: 8,
        backlog: 4096,
        perRequest: { kind: 'exponential', mean: 3_000_000 },
        tcp: { ...LINUX_TCP, ...LINUX_LISTEN },
      },
    },
    services: {
      web: {
        name: 'web',
        protocol,
        vip: 0x0a00000a,
        port: 53,
        scheduler: options.scheduler ?? 'rr',
        schedulerFlags: [],
        director: 'lb1',
        destinations: weights.map((weight, index) => ({
          host: servers === 1 ? 'rs' : `rs${index + 1}`,
          address: 0x0a00000b + index,
          port: 53,
          weight,
          forwarding: options.forwarding ?? 'dr',
          upperThreshold: 0,
          lowerThreshold: 0,
        })),
      },
    },
    workload: {
      from: 'users',
      to: 'web',
      arrivals: { kind: 'poisson' },
      popularity: { kind: 'uniform' },
      request: { kind: 'constant', value: frame },
      response: { kind: 'constant', value: protocol === 'udp' ? 64 : 5000 },
      dontFragment: true,
      phases: [{ name: 'steady', startPs: 0, durationPs, fromRate: ratePps, toRate: ratePps }],
    },
    faults: [],
    operations: [],
    thresholds: [],
  }
}
