// Who sends requests to a service, how often, how large: fields that the workload and the loads to
// further services have in common.
import { z } from 'zod'
import { distributions, name, object, text, whole } from './schema-fields.ts'
import { arrivals as ofPackets } from './schema-packets.ts'

export const from = z
  .union([
    text('Clients.'),
    z
      .array(
        object(
          {
            clients: name,
            share: z
              .number()
              .positive()
              .max(1e9)
              .meta({ description: 'Its part, in proportion to the others.' }),
          },
          'One of the populations.',
        ),
      )
      .min(1)
      .max(1000),
  ])
  .meta({
    description:
      'Clients, or a list of populations with shares of the load: [{ "clients": "near", ' +
      '"share": 3 }, { "clients": "far", "share": 1 }].',
  })

export const arrivals = ofPackets.meta({ description: 'How requests arrive.' })

export const popularity = z
  .union([
    z.enum(['uniform', 'in-turn']),
    object({ kind: z.literal('zipf'), exponent: z.number().min(0).max(10) }, "Zipf's law."),
  ])
  .meta({ description: 'Which flow (TCP: address) sends the next request.' })

const SIZES = 'UDP: Ethernet frame with FCS. TCP: bytes of payload.'

export const request = distributions('size', 'Size of a request.').meta({ description: SIZES })

export const response = distributions('size', 'Size of a response.').meta({ description: SIZES })

export const connection = object(
  {
    requests: z
      .union([
        whole(1, 1_000_000, 'Always as many.'),
        z.discriminatedUnion('kind', [
          object(
            { kind: z.literal('geometric'), mean: z.number().min(1).max(1_000_000) },
            'One and more, with the same chance of another after each.',
          ),
          object(
            {
              kind: z.literal('uniform'),
              low: whole(1, 1_000_000, 'Least.'),
              high: whole(1, 1_000_000, 'Most.'),
            },
            'Equally likely whole numbers.',
          ),
        ]),
      ])
      .optional()
      .meta({ description: 'Requests of a connection, one after the other; 1 unless given.' }),
    think: distributions('time', 'Time between an answer and the next request.').optional().meta({
      description:
        'Time between an answer and the next request of its connection; none unless given.',
    }),
  },
  'TCP with several requests on a connection (keep-alive).',
)
