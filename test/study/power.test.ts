// `compare` finds a true difference of 1 % that independent runs of the same length miss:
// `npm run power` in small.
import { expect, test } from 'vitest'
import { powerOver } from '../coverage/power.ts'

test('1 % longer latency: pairs show it, independent runs miss it', async () => {
  const tries = 20
  const [pairs, independent] = await powerOver(tries)
  // A power of 95 % shows less than 15 of 20 once in 3,000 times (binomial).
  expect(pairs!.shown).toBeGreaterThanOrEqual(15)
  // 5 % show more than 6 of 20 once in 30,000 times.
  expect(independent!.shown + independent!.wrong).toBeLessThanOrEqual(6)
  // Of 95 % less than 15 of 20 hold it once in 3,000 times.
  expect(pairs!.covered).toBeGreaterThanOrEqual(15)
  expect(independent!.covered).toBeGreaterThanOrEqual(15)
  expect(independent!.width).toBeGreaterThan(5 * pairs!.width)
}, 120_000)
