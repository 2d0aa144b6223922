// The part of a scenario that says what is varied when it is swept.
import { z } from 'zod'
import { object, whole } from './schema-fields.ts'

/** More points than this in one plan are refused. */
export const MOST_POINTS = 100_000

const value = z.union([z.string().max(10_000), z.number(), z.boolean()])

const range = object(
  {
    from: value.meta({ description: 'First value, a number or a text with its unit.' }),
    to: value.meta({ description: 'Last value at most.' }),
    step: value
      .optional()
      .meta({ description: 'Distance of the values; a Latin hypercube needs none.' }),
  },
  'Evenly spaced values.',
)

export const MODES = ['grid', 'list', 'latin-hypercube'] as const

export const sweep = object(
  {
    vary: z
      .record(
        z.string().min(1),
        z.union([
          z.array(value).min(1).max(MOST_POINTS),
          range,
          z.string().meta({ description: 'Whole numbers: "1..8", or "2..16/2" with a step.' }),
        ]),
      )
      .optional()
      .meta({
        description:
          'Values by path: "services.web.scheduler": ["rr", "wlc"], a range ' +
          '{ "from": "2Mpps", "to": "14Mpps", "step": "2Mpps" }, or "1..8".',
      }),
    mode: z
      .enum(MODES)
      .optional()
      .meta({
        description:
          'grid: every combination, the last path fastest. list: the first values together, then ' +
          'the second ones. latin-hypercube: samples that spread over all values of each path.',
      }),
    samples: whole(1, MOST_POINTS, 'Points of a Latin hypercube.').optional(),
    replications: whole(1, 10_000, 'Replications of each point.').optional(),
  },
  'What `lvs-sim sweep` varies.',
)
