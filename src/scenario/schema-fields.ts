// Kinds of fields that the format is made of: quantities as texts with a unit, whole numbers,
// names, distributions. Every object takes a `note` and refuses keys it does not know.
import { z } from 'zod'
import { PUBLISHED } from './profiles/published-distributions.ts'
import { QUANTITIES, type QuantityKind } from './units.ts'

/** The messages of wrong quantities; shape-problems.ts knows by them what was expected. */
export const QUANTITY_MARK = 'quantity:'
export const RATE_MARK = 'rate'

export function quantity(kind: QuantityKind, description: string, example: string) {
  const units = QUANTITIES[kind].units.map(([unit]) => unit).join('|')
  const shape = new RegExp(`^\\d+(?:\\.\\d+)?(?:${units}${kind === 'time' ? '|µs' : ''})$`)
  return z
    .string({ error: () => QUANTITY_MARK + kind })
    .regex(shape, { error: () => QUANTITY_MARK + kind })
    .meta({ description, examples: [example] })
}

export function whole(low: number, high: number, description: string) {
  return z.int().min(low).max(high).meta({ description })
}

export function object<T extends z.ZodRawShape>(shape: T, description: string) {
  const note = z.string().meta({ description: 'Ignored: a remark of yours.' }).optional()
  return z.strictObject({ note, ...shape }).meta({ description })
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/
export const name = z.string().regex(NAME).max(60)
export const text = (description: string) => z.string().max(10_000).meta({ description })

export const distributions = (kind: 'time' | 'size', what: string) => {
  const q = (description: string, example: string) => quantity(kind, description, example)
  const [small, large] = kind === 'time' ? ['10us', '100us'] : ['64B', '1500B']
  const scv = z
    .number()
    .positive()
    .max(1e6)
    .meta({ description: 'Squared coefficient of variation.' })
  const shape = z.number().positive().max(1000).meta({ description: 'Shape parameter.' })
  const point = z.tuple([q('Value.', small), z.number().min(0).max(1)])
  return z.union([
    q(what, small),
    z.discriminatedUnion('kind', [
      object({ kind: z.literal('constant'), value: q('The value.', small) }, 'Always the same.'),
      object(
        { kind: z.literal('uniform'), low: q('Least.', small), high: q('Most.', large) },
        'Equally likely between two values.',
      ),
      object({ kind: z.literal('exponential'), mean: q('Mean.', small) }, 'Exponential.'),
      object(
        { kind: z.literal('erlang'), shape: whole(1, 1000, 'Stages.'), mean: q('Mean.', small) },
        'Sum of equal exponential stages.',
      ),
      object(
        {
          kind: z.literal('hyperexponential'),
          mean: q('Mean.', small),
          scv: z.number().min(1).max(1e6),
        },
        'Mixture of two exponentials with balanced means.',
      ),
      object({ kind: z.literal('lognormal'), mean: q('Mean.', small), scv }, 'Lognormal.'),
      object(
        {
          kind: z.literal('pareto'),
          shape,
          low: q('Least.', small),
          high: q('Most; without it unbounded.', large).optional(),
        },
        'Pareto.',
      ),
      object({ kind: z.literal('weibull'), shape, scale: q('Scale.', small) }, 'Weibull.'),
      object(
        {
          kind: z.literal('published'),
          name: z.enum(Object.keys(PUBLISHED[kind])).meta({
            description: Object.entries(PUBLISHED[kind])
              .map(([name, { about }]) => `${name}: ${about}`)
              .join('; '),
          }),
        },
        'One that was measured and published.',
      ),
      object(
        { kind: z.literal('empirical'), points: z.array(point).min(2).max(10_000) },
        'Points [value, share of values up to it], linear between.',
      ),
    ]),
  ])
}
