// fast-check with seeds that do not change from run to run: the same commit passes or fails the
// same way everywhere. `PROPERTY_SEED=fresh npm test` looks for new counterexamples; a failure
// prints its seed, which PROPERTY_SEED takes, too.
import fc from 'fast-check'

const asked = process.env['PROPERTY_SEED'] ?? '1'
if (asked !== 'fresh') {
  const seed = Number(asked)
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`PROPERTY_SEED: expected a whole number or "fresh", got "${asked}"`)
  }
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}

export default fc
