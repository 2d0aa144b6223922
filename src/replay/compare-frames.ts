// Frames beside those of a recording: side, receiver, words and bytes. What a kernel draws at
// random (the identification of packets that the director makes, source ports of GUE, its own
// sequence numbers) and what follows from that, a checksum, is masked; nothing else.
import { fromHex, toHex } from '../wire/hex.ts'
import { describe, type PacketWords } from './describe.ts'
import type { Comparison } from './difference.ts'
import type { SaidFrame } from './outcome.ts'
import { TraceError } from './problem.ts'
import { arrayAt, objectAt } from './trace.ts'

const MASKED_BYTE = '..'

export function compareFrames(
  recorded: unknown,
  said: readonly SaidFrame[],
  guePorts: readonly number[],
  comparison: Comparison,
): void {
  const frames = arrayAt(recorded ?? [], 'frames').map((frame) => objectAt(frame, 'frames'))
  if (frames.length !== said.length) {
    comparison.differs('frames', list(frames.map(summary)), list(said.map(summaryOf)))
    return
  }
  frames.forEach((frame, index) =>
    compareFrame(`frames[${index}]`, frame, said[index]!, guePorts, comparison),
  )
}

function compareFrame(
  what: string,
  recorded: Record<string, unknown>,
  said: SaidFrame,
  guePorts: readonly number[],
  comparison: Comparison,
): void {
  const { side, to, hex, arp, ...words } = recorded
  comparison.tally.packets++
  comparison.same(`${what}.side`, side, said.side)
  comparison.same(`${what}.to`, to, said.to)
  if (arp !== undefined || said.arp !== '') {
    comparison.same(`${what}.arp`, arp, said.arp === '' ? undefined : said.arp)
    return
  }
  const masked = randomWords(said, guePorts)
  compareWords(what, words, { ...said.words! }, masked, comparison)
  if (typeof hex === 'string') compareBytes(`${what}.hex`, hex, said, comparison)
}

/** The words that come out otherwise when the random bytes do. */
function randomWords({ bytes, random, words }: SaidFrame, guePorts: readonly number[]): Mask {
  if (random.length === 0) return {}
  const other = bytes.slice()
  for (const [from, to] of random) for (let at = from; at < to; at++) other[at]! ^= 0x5a
  return maskOf(words!, describe(other, guePorts))
}

interface Mask {
  [word: string]: true | Mask
}

function maskOf(words: PacketWords, others: PacketWords): Mask {
  const mask: Mask = {}
  for (const [word, value] of Object.entries(words) as [string, unknown][]) {
    const other = (others as unknown as Record<string, unknown>)[word]
    if (typeof value === 'object') mask[word] = maskOf(value as PacketWords, other as PacketWords)
    else if (value !== other && !word.endsWith('csum')) mask[word] = true
  }
  return mask
}

function compareWords(
  what: string,
  recorded: Record<string, unknown>,
  said: Record<string, unknown>,
  mask: Mask,
  comparison: Comparison,
): void {
  for (const word of new Set([...Object.keys(recorded), ...Object.keys(said)])) {
    const masked = mask[word]
    if (masked === true && word in recorded && word in said) continue
    const [kernel, ours] = [recorded[word], said[word]]
    const isNested = typeof masked === 'object' && typeof kernel === 'object' && kernel !== null
    if (isNested && typeof ours === 'object') {
      const [left, right] = [kernel, ours] as Record<string, unknown>[]
      compareWords(`${what}.${word}`, left!, right!, masked, comparison)
    } else {
      comparison.same(`${what}.${word}`, kernel, ours)
    }
  }
}

function compareBytes(what: string, hex: string, said: SaidFrame, comparison: Comparison): void {
  let kernel: Uint8Array
  try {
    kernel = fromHex(hex)
  } catch (error) {
    throw new TraceError(what, (error as Error).message)
  }
  comparison.tally.bytes += kernel.length
  const [left, right] = [masked(kernel, said.random), masked(said.bytes, said.random)]
  if (left !== right) comparison.differs(what, left, right)
}

function masked(bytes: Uint8Array, random: readonly [number, number][]): string {
  if (random.length === 0) return toHex(bytes)
  const isRandom = (at: number): boolean => random.some(([from, to]) => at >= from && at < to)
  return Array.from(bytes, (byte, at) =>
    isRandom(at) ? MASKED_BYTE : byte.toString(16).padStart(2, '0'),
  ).join('')
}

function summary({ side, to, proto, arp }: Record<string, unknown>): string {
  return `${String(proto ?? arp)} to ${String(to)} (${String(side)} side)`
}

function summaryOf({ side, to, words, arp }: SaidFrame): string {
  return `${words?.proto ?? arp} to ${to} (${side} side)`
}

function list(items: string[]): string {
  return items.length === 0 ? 'no frame' : items.join(', ')
}
