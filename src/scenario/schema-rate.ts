// Rates as a file gives them: constant, a ramp, a curve of points or of a file.
import { z } from 'zod'
import { name, object, quantity, RATE_MARK, text } from './schema-fields.ts'

export const MOST_POINTS = 10_000

/** A positive number that something is multiplied by. */
export const factor = (description: string) => z.number().positive().max(1e6).meta({ description })

const point = z.tuple([
  quantity('time', 'Since the start of the phase.', '10s'),
  quantity('packetRate', 'The rate there.', '20kpps'),
])

export const rate = (description: string) =>
  z
    .union([
      z
        .string({ error: () => RATE_MARK })
        .meta({ examples: ['14Mpps', '0pps..14Mpps', '100kcps'] }),
      z.array(point).min(2).max(MOST_POINTS),
      object(
        {
          file: text(
            'A CSV of the curve with the header time,rate: seconds from its first row on, and ' +
              'requests per second.',
          ),
          speed: factor('How many times as fast as the file has it; 1 unless given.').optional(),
          scale: factor('How many times the rates of the file; 1 unless given.').optional(),
        },
        'A curve in a file.',
      ),
    ])
    .meta({ description })

/** Of what happens beside the workload's own requests: `what` it is, like "Packets". */
export const rateOfAll = (what: string) =>
  rate(`${what} per second, the same in all phases; or say rates.`)

/** The same by phase; `example` is one that a file may have. */
export const ratesByPhase = (what: string, example: string) =>
  z.record(name, rate(`${what} per second in that phase.`)).meta({
    description:
      `${what} per second by the name of the phase, as phases give theirs: ${example}. ` +
      'None in other phases.',
  })
