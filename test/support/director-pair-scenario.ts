// Two directors under keepalived before some servers, as a file would say it, with a small load.
import { load } from './scenario-text.ts'
import type { Loaded } from '../../src/scenario/load.ts'

/** lb1 of priority 150 and lb2 of 100; 20 connections a second for so many seconds. */
export function pairDocument(seconds: number, vrrp: object = {}): Record<string, unknown> {
  return {
    format: 'lvs-sim/1',
    name: 'pair',
    extends: 'preset:one-director-10g',
    links: { lan: {} },
    clients: { users: { count: 4 } },
    directors: {
      lb1: { cpu: { cores: 1 } },
      lb2: { cpu: { cores: 1 } },
    },
    realServers: { rs: { count: 2 } },
    vrrp: {
      members: [
        { director: 'lb1', priority: 150 },
        { director: 'lb2', priority: 100 },
      ],
      ...vrrp,
    },
    services: { web: { vip: '10.0.0.10:80', protocol: 'tcp', scheduler: 'rr' } },
    workload: {
      response: '1KiB',
      phases: [{ name: 'steady', for: `${seconds}s`, rate: '20cps' }],
    },
    time: { replications: 1 },
  }
}

export function loadPair(seconds: number, vrrp: object = {}, more: object = {}): Loaded {
  return load(JSON.stringify({ ...pairDocument(seconds, vrrp), ...more }))
}
