// Packets without connections, as a file gives them: floods and noise beside the requests.
import { z } from 'zod'
import { distributions, object, text } from './schema-fields.ts'
import { rateOfAll, ratesByPhase } from './schema-rate.ts'

export const TCP_FLAGS = ['syn', 'ack', 'fin', 'rst', 'psh'] as const

/** When requests or packets leave. */
export const arrivals = z.union([
  z.enum(['poisson', 'constant']),
  object(
    {
      kind: z.literal('bursts'),
      size: z.int().min(1).max(1_000_000).meta({ description: 'Of a burst.' }),
    },
    'Poisson bursts.',
  ),
])

export const packets = object(
  {
    from: text(
      'Clients of their own: every packet has one of their addresses, each as likely, and any ' +
        'port. Many addresses are spoofed ones: nobody there knows of the packet.',
    ),
    protocol: z
      .enum(['udp', 'tcp'])
      .optional()
      .meta({ description: 'Protocol; that of the service unless given.' }),
    flags: z
      .array(z.enum(TCP_FLAGS))
      .max(TCP_FLAGS.length)
      .optional()
      .meta({ description: 'TCP flags of every packet; ["syn"], a SYN flood, unless given.' }),
    size: distributions('size', 'Ethernet frame with FCS.')
      .optional()
      .meta({ description: 'Ethernet frame with FCS; 64B unless given.' }),
    arrivals: arrivals.optional().meta({ description: 'How they arrive; poisson unless given.' }),
    onAnswer: z
      .enum(['nothing', 'reset'])
      .optional()
      .meta({
        description:
          "What comes of SYN ACKs: nothing (unless given), as of addresses that are nobody's, or " +
          'a reset, as of hosts that are there.',
      }),
    rate: rateOfAll('Packets').optional(),
    rates: ratesByPhase('Packets', '{ "attack": "50kpps" }').optional(),
  },
  'Packets with no request and no connection behind them, to the service of the load.',
)
