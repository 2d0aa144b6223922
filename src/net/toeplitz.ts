// The Toeplitz hash of receive-side scaling with Microsoft's key: each set bit of the input adds
// the 32 bits of the key that begin at its place. One table per input byte makes a hash of 8 or 12
// look-ups.

import { wordOf, type Address } from '../wire/address.ts'

const KEY = [
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
  0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
  0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
]
/** Source, destination, and both ports; the longest are those of IPv6. */
const INPUT_BYTES = 36

/** Contribution of byte b at place p: at p << 8 | b. */
const TABLE: Int32Array = fillTable()

function fillTable(): Int32Array {
  const table = new Int32Array(INPUT_BYTES << 8)
  for (let place = 0; place < INPUT_BYTES; place++) {
    for (let byte = 0; byte < 256; byte++) {
      let hash = 0
      for (let bit = 0; bit < 8; bit++) {
        if ((byte & (0x80 >> bit)) !== 0) hash ^= keyFrom(place * 8 + bit)
      }
      table[(place << 8) | byte] = hash
    }
  }
  return table
}

/** The 32 bits of the key from that bit on. */
function keyFrom(bit: number): number {
  let word = 0
  for (let i = bit; i < bit + 32; i++) word = (word << 1) | ((KEY[i >> 3]! >> (7 - (i & 7))) & 1)
  return word
}

/** Hash over both addresses, as cards do for UDP by default. */
export function toeplitzAddresses(src: number, dst: number): number {
  return (
    (TABLE[src >>> 24]! ^
      TABLE[0x100 | ((src >>> 16) & 255)]! ^
      TABLE[0x200 | ((src >>> 8) & 255)]! ^
      TABLE[0x300 | (src & 255)]! ^
      TABLE[0x400 | (dst >>> 24)]! ^
      TABLE[0x500 | ((dst >>> 16) & 255)]! ^
      TABLE[0x600 | ((dst >>> 8) & 255)]! ^
      TABLE[0x700 | (dst & 255)]!) >>>
    0
  )
}

/** Hash over addresses and ports. */
export function toeplitzPorts(src: number, dst: number, srcPort: number, dstPort: number): number {
  return (
    (toeplitzAddresses(src, dst) ^
      TABLE[0x800 | (srcPort >>> 8)]! ^
      TABLE[0x900 | (srcPort & 255)]! ^
      TABLE[0xa00 | (dstPort >>> 8)]! ^
      TABLE[0xb00 | (dstPort & 255)]!) >>>
    0
  )
}

/** Hash over two addresses of IPv6, and over the ports if there are any to hash. */
export function toeplitzIpv6(
  src: Address,
  dst: Address,
  ports: { srcPort: number; dstPort: number } | null,
): number {
  let hash = 0
  for (let word = 0; word < 8; word++) {
    const value = wordOf(word < 4 ? src : dst, word & 3)
    for (let byte = 0; byte < 4; byte++) {
      hash ^= TABLE[((4 * word + byte) << 8) | ((value >>> (24 - 8 * byte)) & 255)]!
    }
  }
  if (ports !== null) {
    const value = (ports.srcPort << 16) | ports.dstPort
    for (let byte = 0; byte < 4; byte++) {
      hash ^= TABLE[((32 + byte) << 8) | ((value >>> (24 - 8 * byte)) & 255)]!
    }
  }
  return hash >>> 0
}
