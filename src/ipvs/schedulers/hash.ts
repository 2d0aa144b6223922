// Hash functions of dh, sh and mh (spec 2.0, 2.12), all with fixed keys: the kernel's choices can
// be reproduced.

/** The kernel's multiplicative hash: the top bits of a product by the golden ratio. */
export function h32(value: number, bits: number): number {
  return Math.imul(value, 0x61c88647) >>> (32 - bits)
}

/**
 * SipHash-1-3 of one 32-bit word under a 128-bit key whose 64-bit halves are both `key`, cut to 32
 * bits. The four
 * 64-bit words of its state are kept as halves: a for v0 to d for v3, each high and low.
 */
export function sipHash13(value: number, key: number): number {
  let aHigh = 0x736f6d65
  let aLow = 0x70736575 ^ key
  let bHigh = 0x646f7261
  let bLow = 0x6e646f6d ^ key
  let cHigh = 0x6c796765
  let cLow = 0x6e657261 ^ key
  // The message is the word, with its length of 4 bytes in the top byte; it enters before the first
  // round.
  const lengthHigh = 4 << 24
  let dHigh = 0x74656462 ^ lengthHigh
  let dLow = 0x79746573 ^ key ^ value
  for (let round = 0; round < 4; round++) {
    // v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32)
    let low = (aLow >>> 0) + (bLow >>> 0)
    let high = (aHigh + bHigh + (low > 0xffffffff ? 1 : 0)) | 0
    low |= 0
    let rotated = (bHigh << 13) | (bLow >>> 19)
    bLow = ((bLow << 13) | (bHigh >>> 19)) ^ low
    bHigh = rotated ^ high
    aHigh = low
    aLow = high
    // v2 += v3; v3 = rotl(v3, 16) ^ v2
    low = (cLow >>> 0) + (dLow >>> 0)
    cHigh = (cHigh + dHigh + (low > 0xffffffff ? 1 : 0)) | 0
    cLow = low | 0
    rotated = (dHigh << 16) | (dLow >>> 16)
    dLow = ((dLow << 16) | (dHigh >>> 16)) ^ cLow
    dHigh = rotated ^ cHigh
    // v0 += v3; v3 = rotl(v3, 21) ^ v0
    low = (aLow >>> 0) + (dLow >>> 0)
    aHigh = (aHigh + dHigh + (low > 0xffffffff ? 1 : 0)) | 0
    aLow = low | 0
    rotated = (dHigh << 21) | (dLow >>> 11)
    dLow = ((dLow << 21) | (dHigh >>> 11)) ^ aLow
    dHigh = rotated ^ aHigh
    // v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32)
    low = (cLow >>> 0) + (bLow >>> 0)
    high = (cHigh + bHigh + (low > 0xffffffff ? 1 : 0)) | 0
    low |= 0
    rotated = (bHigh << 17) | (bLow >>> 15)
    bLow = ((bLow << 17) | (bHigh >>> 15)) ^ low
    bHigh = rotated ^ high
    cHigh = low
    cLow = high
    if (round === 0) {
      aHigh ^= lengthHigh
      aLow ^= value
      cLow ^= 0xff
    }
  }
  return (aLow ^ bLow ^ cLow ^ dLow) >>> 0
}
