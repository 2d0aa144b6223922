// Greatest common divisors of weights, by Euclid, for wrr and mh.

/** Of all positive values; 0 when there is none. */
export function commonDivisor(values: readonly number[]): number {
  let divisor = 0
  for (const value of values) if (value > 0) divisor = greatestCommonDivisor(divisor, value)
  return divisor
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}
