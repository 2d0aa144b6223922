// MD5 (RFC 1321) and the keyed hash made of it (RFC 2104), as the authentication header of VRRP
// version 2 needs them (RFC 2403). Nothing here is a secret of anybody's.
const BLOCK_BYTES = 64
const DIGEST_BYTES = 16
/** The bytes that follow a message in its last block: one that is set, and its length in bits. */
const TAIL_BYTES = 9
const INNER = 0x36
const OUTER = 0x5c
const BEGIN = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const
/** How far each step turns its sum, by round and by step modulo 4. */
const TURNS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const
/** In each round a step takes the word at `factor * step + first`, modulo 16. */
const WORDS = [
  [1, 0],
  [5, 1],
  [3, 5],
  [7, 0],
] as const
/** The whole part of 2^32 |sin(step + 1)|: as a table, because engines differ in their sines. */
const SINES: readonly number[] = [
  ...[0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a],
  ...[0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be],
  ...[0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340],
  ...[0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8],
  ...[0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8],
  ...[0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c],
  ...[0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa],
  ...[0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665],
  ...[0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92],
  ...[0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1],
  ...[0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391],
]

export function md5(message: Uint8Array): Uint8Array {
  const bytes = padded(message)
  const view = new DataView(bytes.buffer)
  const state = Int32Array.from(BEGIN)
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) compress(state, view, at)
  const digest = new Uint8Array(DIGEST_BYTES)
  const out = new DataView(digest.buffer)
  state.forEach((word, index) => out.setInt32(4 * index, word, true))
  return digest
}

export function hmacMd5(key: Uint8Array, message: Uint8Array): Uint8Array {
  const own = new Uint8Array(BLOCK_BYTES)
  own.set(key.length > BLOCK_BYTES ? md5(key) : key)
  const keyed = (pad: number, text: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(BLOCK_BYTES + text.length)
    bytes.set(own.map((byte) => byte ^ pad))
    bytes.set(text, BLOCK_BYTES)
    return md5(bytes)
  }
  return keyed(OUTER, keyed(INNER, message))
}

/** Whole blocks; of messages below 512 MiB, whose length in bits has a low word alone. */
function padded(message: Uint8Array): Uint8Array {
  const blocks = Math.ceil((message.length + TAIL_BYTES) / BLOCK_BYTES)
  const bytes = new Uint8Array(blocks * BLOCK_BYTES)
  bytes.set(message)
  bytes[message.length] = 0x80
  new DataView(bytes.buffer).setUint32(bytes.length - 8, message.length * 8, true)
  return bytes
}

function compress(state: Int32Array, view: DataView, at: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (let step = 0; step < 64; step++) {
    const round = step >>> 4
    const [factor, first] = WORDS[round]!
    const word = view.getInt32(at + 4 * ((factor * step + first) & 15), true)
    const sum = (a + mixed(round, b, c, d) + SINES[step]! + word) | 0
    const turn = TURNS[round]![step & 3]!
    a = d
    d = c
    c = b
    b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
}

function mixed(round: number, b: number, c: number, d: number): number {
  switch (round) {
    case 0:
      return (b & c) | (~b & d)
    case 1:
      return (b & d) | (c & ~d)
    case 2:
      return b ^ c ^ d
    default:
      return c ^ (b | ~d)
  }
}
