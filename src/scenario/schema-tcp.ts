// What can be set of the TCP of clients and real servers: the names are those of Linux's sysctls.
import { z } from 'zod'
import { object, quantity, whole } from './schema-fields.ts'

/** What Linux takes for the advmss of a route. */
export const SMALLEST_MSS = 88
export const LARGEST_MSS = 65_495

const yesOrNo = (description: string) => z.boolean().optional().meta({ description })

const ends = {
  congestion: z
    .enum(['cubic', 'reno'])
    .optional()
    .meta({ description: 'tcp_congestion_control: CUBIC (RFC 9438) or Reno (RFC 5681).' }),
  initialWindow: whole(
    1,
    1000,
    'Segments before the first acknowledgement (initcwnd of a route).',
  ).optional(),
  rmem: quantity(
    'size',
    'Largest receive buffer, the third of tcp_rmem; half of it is the window.',
    '6MiB',
  ).optional(),
  wmem: quantity(
    'size',
    'Largest send buffer, the third of tcp_wmem: bytes that wait for their acknowledgement.',
    '4MiB',
  ).optional(),
  sack: yesOrNo('tcp_sack: selective acknowledgements; without them NewReno.'),
  timestamps: yesOrNo('tcp_timestamps: 12 bytes of every segment.'),
  delayedAck: yesOrNo('ACKs wait up to 40 ms for company; two full segments have one at once.'),
  slowStartAfterIdle: yesOrNo('tcp_slow_start_after_idle: an idle connection starts small again.'),
  synRetries: whole(
    0,
    127,
    'tcp_syn_retries: SYNs after the first, at 1 s, 3 s, 7 s ...',
  ).optional(),
  synackRetries: whole(0, 127, 'tcp_synack_retries.').optional(),
  advmss: z
    .union([
      quantity('size', 'Largest segment.', '1440B'),
      whole(SMALLEST_MSS, LARGEST_MSS, 'The same in bytes.'),
    ])
    .optional()
    .meta({
      description: 'Largest segment that is announced, as MSS clamping does; else by the MTU.',
    }),
}

export const clientTcp = object(ends, 'TCP of the clients.')

export const serverTcp = object(
  {
    ...ends,
    somaxconn: whole(
      0,
      1_000_000,
      'Connections that wait to be accepted; beyond it SYNs and last ACKs are dropped.',
    ).optional(),
    maxSynBacklog: whole(0, 10_000_000, 'tcp_max_syn_backlog: half-open connections.').optional(),
    syncookies: yesOrNo('tcp_syncookies: a full SYN queue answers and remembers nothing.'),
    abortOnOverflow: yesOrNo('tcp_abort_on_overflow: a full accept queue resets.'),
  },
  'TCP of the real servers, and their listening sockets.',
)
