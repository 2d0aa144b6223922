// The product's own elements against closed forms: a real server with one core, fed by the
// product's own arrivals, is an M/M/1 or an M/D/1 queue. The true mean waiting time of
// calibration.json lies in the 99.9 % interval over replications, and the interval is at most 1 %
// to either side.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Arrivals } from '../src/cluster/arrivals.ts'
import { RealServer } from '../src/cluster/real-server.ts'
import type { Transport } from '../src/cluster/transport.ts'
import { sampler, type DistributionSpec } from '../src/kernel/distributions.ts'
import { Kernel } from '../src/kernel/kernel.ts'
import { Streams } from '../src/kernel/random.ts'
import { NEVER, PS_PER_SECOND } from '../src/kernel/time.ts'
import { interval } from '../src/measure/statistics.ts'
import { Neighbours } from '../src/net/address.ts'
import { Packet } from '../src/net/packet.ts'

const MEAN_SERVICE_PS = 1_000_000
const CONFIDENCE = 0.999
const REPLICATIONS = 30

const calibration = JSON.parse(
  readFileSync(new URL('./support/calibration.json', import.meta.url), 'utf8'),
) as { id: string; value: number }[]

function trueWait(model: 'mm1' | 'md1', load: number): number {
  const record = calibration.find(({ id }) => id === `ref-${model}-rho${load}-Wq`)
  expect(record, `${model} at ${load} in calibration.json`).toBeDefined()
  return record!.value
}

/** Mean waiting time in units of the mean service, over `customers` of one replication. */
function meanWait(
  service: DistributionSpec,
  load: number,
  customers: number,
  seed: string,
): number {
  const kernel = new Kernel()
  const streams = new Streams(seed)
  const free: Packet[] = []
  let sojournPs = 0
  let served = 0
  const transport: Transport = {
    request: () => {},
    atClient: () => {},
    lost: () => {},
    atServer(packet, server, now) {
      if (!server.work(packet, now)) throw new Error('backlog full')
    },
    answer(packet, _server, now) {
      sojournPs += now - packet.requestAt
      served++
      free.push(packet)
    },
  }
  const options = {
    name: 'rs',
    address: 1,
    mac: 0,
    cores: 1,
    backlog: 1_000_000,
    service: sampler(service, streams.stream('service')),
    neighbours: new Neighbours(),
    gatewayMac: 0,
    uplink: { receive: () => {} },
  }
  const server = new RealServer(kernel, options, transport, { lose: () => {} })
  const rate = (load * PS_PER_SECOND) / MEAN_SERVICE_PS
  const durationPs = (customers / rate) * PS_PER_SECOND
  const phases = [{ startPs: 0, durationPs, fromRate: rate, toRate: rate }]
  const arrivals = new Arrivals(phases, { kind: 'poisson' }, streams.stream('arrivals'))
  const alarm = kernel.add({
    wake(now) {
      const next = arrivals.next()
      alarm.set(next)
      const packet = free.pop() ?? new Packet()
      packet.requestAt = now
      server.receive(packet, now)
    },
  })
  alarm.set(arrivals.next())
  kernel.runUntil(NEVER - 1)
  return (sojournPs - server.busyUntil(NEVER - 1)) / served / MEAN_SERVICE_PS
}

describe.each([
  { model: 'mm1' as const, service: { kind: 'exponential' as const, mean: MEAN_SERVICE_PS } },
  { model: 'md1' as const, service: { kind: 'constant' as const, value: MEAN_SERVICE_PS } },
])('$model', ({ model, service }) => {
  // Customers per replication, so that the interval is narrow enough (asymptotic variance of
  // M/M/1).
  test.each([
    [0.5, 200_000],
    [0.8, 900_000],
    [0.9, 3_400_000],
  ])('mean waiting time at load %d', { timeout: 300_000 }, (load, customers) => {
    const share = model === 'mm1' ? 1 : 0.5
    const waits = Array.from({ length: REPLICATIONS }, (_, replication) =>
      meanWait(service, load, Math.round(customers * share), `${model}/${load}/${replication}`),
    )
    const { mean, low, high } = interval(waits, CONFIDENCE)
    const truth = trueWait(model, load)
    expect(low!).toBeLessThanOrEqual(truth)
    expect(high!).toBeGreaterThanOrEqual(truth)
    expect((high! - low!) / 2 / mean).toBeLessThanOrEqual(0.01)
  })
})
