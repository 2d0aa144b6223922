// Several directors that have the virtual addresses at once, behind a router that spreads flows.
import { z } from 'zod'
import { name, object, quantity } from './schema-fields.ts'

export const ecmp = object(
  {
    directors: z
      .array(name)
      .min(1)
      .optional()
      .meta({ description: 'Those that announce the virtual addresses; all unless given.' }),
    detection: quantity(
      'time',
      'How long a director that falls silent stays in the route: the hold time of BFD or BGP; ' +
        'unless given 900ms, three times 300ms, as BFD of FRR has it.',
      '900ms',
    ).optional(),
    hash: z
      .enum(['threshold', 'modulo', 'resilient'])
      .optional()
      .meta({
        description:
          'What becomes of flows when a director leaves or comes. threshold (unless given): the ' +
          'hash is cut into equal ranges, as Linux does it. modulo: hash modulo the number of ' +
          'directors. resilient: only flows of the director that leaves move.',
      }),
  },
  'Equal-cost multi-path: a router spreads flows over several directors by a hash of addresses, ' +
    'protocol and ports.',
)
