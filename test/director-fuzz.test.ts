// Random directors and packets, fast path against byte path. `npm run fuzz` runs many more, FUZZ=n
// so many; a seed that fails is printed, and `FUZZ_SEED=... npm run fuzz` runs it alone.
import { expect, test } from 'vitest'
import { DirectorFuzz } from './support/director-fuzz.ts'

const MANY = process.env['npm_lifecycle_event'] === 'fuzz' ? 20_000 : 150
const COUNT = Number(process.env['FUZZ'] ?? MANY)
const STEPS = 120
const only = process.env['FUZZ_SEED']
const seeds =
  only === undefined ? Array.from({ length: COUNT }, (_, index) => `fuzz-${index}`) : [only]

test(
  `${seeds.length} random directors decide alike on fields and on bytes`,
  { timeout: 3_600_000 },
  () => {
    let forwarded = 0
    for (const seed of seeds) {
      const fuzz = new DirectorFuzz(seed)
      try {
        for (let step = 0; step < STEPS; step++) fuzz.step()
      } catch (error) {
        throw new Error(`FUZZ_SEED=${seed}, step ${fuzz.steps}: ${(error as Error).message}`, {
          cause: error,
        })
      }
      forwarded += fuzz.forwarded
    }
    // A fuzzer that sends nothing anywhere finds nothing.
    expect(forwarded).toBeGreaterThan(seeds.length * 8)
  },
)
