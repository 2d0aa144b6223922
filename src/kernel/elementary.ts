// Logarithm, exponential and gamma function in plain arithmetic: Math.log and its kin may differ in
// the last bit between engines, and a run must give the same bytes on all of them. Method and
// coefficients of `ln` and `exp` are those of fdlibm 5.3 (e_log.c, e_exp.c), whose notice asks to
// be kept:
//
// Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy,
// modify, and distribute this software is freely granted, provided that this notice is preserved.

/** One double, seen as its two halves: sign, exponent and leading bits are in the high one. */
const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0
const LOW = 1 - HIGH

const LN2_HIGH = 6.9314718036912381649e-1
const LN2_LOW = 1.90821492927058770002e-10
const SMALLEST_NORMAL = 2.2250738585072014e-308
const TWO_TO_54 = 18_014_398_509_481_984
/** High half of sqrt(1/2), and of 1: the mantissa is brought between sqrt(1/2) and sqrt(2). */
const HALF_ROOT = 0x3fe6a09e
const ONE = 0x3ff00000

/** Natural logarithm, within one unit in the last place. */
export function ln(x: number): number {
  if (!(x < Infinity)) return x
  let exponent = 0
  if (x < SMALLEST_NORMAL) {
    if (x <= 0) return x === 0 ? -Infinity : NaN
    exponent = -54
    x *= TWO_TO_54
  }
  double[0] = x
  const high = halves[HIGH]! + (ONE - HALF_ROOT)
  exponent += (high >> 20) - 0x3ff
  halves[HIGH] = (high & 0xfffff) + HALF_ROOT
  const f = double[0] - 1
  const halfSquare = 0.5 * f * f
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even =
    w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1))
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)))
  return s * (halfSquare + odd + even) + exponent * LN2_LOW - halfSquare + f + exponent * LN2_HIGH
}

/** Exponential function, within one unit in the last place. */
export function exp(x: number): number {
  if (x !== x) return x
  if (x > 709.782712893384) return Infinity
  if (x < -745.1332191019412) return 0
  const exponent = Math.floor(x * 1.442695040888963387 + 0.5)
  const high = x - exponent * LN2_HIGH
  const low = exponent * LN2_LOW
  const r = high - low
  const z = r * r
  const c =
    r -
    z *
      (1.66666666666666019037e-1 +
        z *
          (-2.77777777770155933842e-3 +
            z *
              (6.61375632143793436117e-5 +
                z * (-1.6533902205465251539e-6 + z * 4.13813679705723846039e-8))))
  return scale(1 + ((r * c) / (2 - c) - low + high), exponent)
}

/** x * 2^exponent; outside the normal range in two steps, so that it rounds once. */
function scale(x: number, exponent: number): number {
  if (exponent > 1023) return x * 2 * powerOfTwo(exponent - 1)
  if (exponent < -1021) return x * powerOfTwo(exponent + 1000) * powerOfTwo(-1000)
  return x * powerOfTwo(exponent)
}

/** 2^exponent for exponents of normal numbers. */
function powerOfTwo(exponent: number): number {
  halves[LOW] = 0
  halves[HIGH] = (exponent + 1023) << 20
  return double[0]!
}

/** x to the power of y, for x > 0; good to about |y ln x| units in the last place. */
export function power(x: number, y: number): number {
  return exp(y * ln(x))
}

/** Cube root, within a unit or two in the last place: Newton's step on what `power` gives. */
export function cbrt(x: number): number {
  if (x === 0 || x !== x || x === Infinity || x === -Infinity) return x
  if (x < 0) return -cbrt(-x)
  const y = exp(ln(x) / 3)
  return y - (y - x / (y * y)) / 3
}

/**
 * Gamma function for x > 0, good to 13 digits: Stirling's series above 16 (Abramowitz and Stegun,
 * 6.1.41),
 * brought there by gamma(x) = gamma(x + 1) / x.
 */
export function gamma(x: number): number {
  let divisor = 1
  for (; x < 16; x++) divisor *= x
  const z = 1 / (x * x)
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / x
  return (exp((x - 0.5) * ln(x) - x + series) * Math.sqrt(2 * Math.PI)) / divisor
}
