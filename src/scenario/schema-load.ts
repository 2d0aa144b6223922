// The parts of a scenario that happen: time, virtual services, the load and what must hold.
import { z } from 'zod'
import { healthCheck } from './schema-health.ts'
import { distributions, name, object, quantity, text, whole } from './schema-fields.ts'
import { furtherLoad } from './schema-further-loads.ts'
import { packets } from './schema-packets.ts'
import { factor, rate } from './schema-rate.ts'
import { arrivals, connection, from, popularity, request, response } from './schema-requests.ts'

export const time = object(
  {
    duration: quantity(
      'time',
      'Simulated time; the sum of the phases unless it cuts them.',
      '200ms',
    ).optional(),
    warmup: quantity('time', 'Nothing before it enters latency and fairness.', '20ms').optional(),
    cooldown: quantity('time', 'Time for the last answers after the phases.', '5ms').optional(),
    replications: whole(
      1,
      10_000,
      'Runs with independent random streams; intervals come from them.',
    ).optional(),
    limit: object(
      {
        cpu: quantity(
          'time',
          'Processor time after which the run stops politely.',
          '10min',
        ).optional(),
        events: whole(
          1,
          1e15,
          'Events per replication after which it stops; repeatable.',
        ).optional(),
      },
      'When to stop early.',
    ).optional(),
  },
  'How long and how often.',
)

export const SCHEDULERS = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh'] as const),
  ...(['sed', 'nq', 'fo', 'ovf', 'twos'] as const),
] as const
export const SCHEDULER_FLAGS = ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'] as const

export const service = object(
  {
    vip: text('Virtual address and port, like "203.0.113.10:80".').optional(),
    match: text(
      'The service of the rules that gets this name, like "-t 203.0.113.10:80".',
    ).optional(),
    protocol: z.enum(['udp', 'tcp']).optional().meta({ description: 'Protocol.' }),
    forwarding: z
      .enum(['nat', 'dr', 'tun'])
      .optional()
      .meta({ description: 'Forwarding mode: NAT, direct routing, tunnel.' }),
    scheduler: z
      .enum(SCHEDULERS)
      .optional()
      .meta({ description: 'Scheduler, by the name that ipvsadm -s takes.' }),
    schedulerFlags: z
      .array(z.enum(SCHEDULER_FLAGS))
      .max(4)
      .optional()
      .meta({ description: 'Flags of ipvsadm -b.' }),
    director: text('Director that serves it.').optional(),
    directors: z.array(text('A director.')).min(1).max(64).optional().meta({
      description: 'Directors that have its rules, when several stand in for each other.',
    }),
    realServers: z
      .array(text('A group, or a host of one.'))
      .max(10_000)
      .optional()
      .meta({ description: 'Its destinations in the order of adding.' }),
    healthCheck: healthCheck.optional(),
  },
  'A virtual service.',
)

const phase = object(
  {
    name,
    for: quantity('time', 'Length; of a curve its last point unless given.', '50ms').optional(),
    rate: rate(
      'Requests per second: "14Mpps", a ramp "0pps..14Mpps", or a curve: a list of points ' +
        '[time, rate] with straight lines between them, two of one time being a step, or a file; ' +
        'connections: "100kcps". Only workload.users have none.',
    ).optional(),
  },
  'A phase of the load.',
)

const replay = object(
  {
    file: text(
      'A CSV of arrivals (time,client,request,response; seconds and bytes of payload), an access ' +
        'log of nginx or Apache, or a capture of libpcap, of which a connection of TCP is one ' +
        'request, and so is each datagram of a client over UDP. Looked for beside the scenario, ' +
        'then in the folder where lvs-sim runs.',
    ),
    format: z
      .enum(['csv', 'access-log', 'pcap'])
      .optional()
      .meta({ description: 'What the file is; by its content unless given.' }),
    speed: factor('How many times as fast as it was; 1 unless given.').optional(),
  },
  'Requests of a file instead of phases: they leave when and as large as it says.',
)

const users = object(
  {
    count: whole(1, 10_000_000, 'How many.'),
    think: distributions('time', 'Time of thinking.').optional().meta({
      description: 'Time between the end of a request and the next one; none unless given.',
    }),
  },
  'A closed population in place of rates: each user thinks, sends a request, waits for its end ' +
    '(an answer, a failure or the timeout of the clients), and thinks again.',
)

export const workload = object(
  {
    from: from.optional(),
    to: text('Service.').optional(),
    arrivals: arrivals.optional(),
    popularity: popularity.optional(),
    request: request.optional(),
    response: response.optional(),
    dontFragment: z.boolean().optional().meta({
      description:
        'Whether hosts set DF, as Linux does: true unless given. Without it routers may cut.',
    }),
    connection: connection.optional(),
    users: users.optional(),
    replay: replay.optional(),
    packets: z.record(name, packets).optional().meta({
      description: 'Packets beside the requests, with no connection behind them, by name.',
    }),
    services: z
      .record(name, furtherLoad)
      .optional()
      .meta({
        description:
          'Load to further services, in the same phases, by the name of the service: { "db": ' +
          '{ "rates": { "steady": "500cps" } } }. What is left out is as in the workload.',
      }),
    phases: z
      .array(phase)
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Phases one after the other.' }),
  },
  'The load.',
)

export const check = z.union([
  z.string(),
  object(
    {
      check: text('Like "p99 < 100us".'),
      phase: text('Phase; without it the whole run.').optional(),
    },
    'A threshold in a phase.',
  ),
])
