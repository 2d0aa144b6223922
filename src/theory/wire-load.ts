// What one request takes of a wire: bits, and of which frames.
import type { LinkSpec } from '../scenario/network-spec.ts'
import { describe, wireBits } from './frames.ts'
import type { Carried } from './passages.ts'

export class WireLoad {
  bits = 0
  /** Bits of the frames alone, which rate limits count. */
  frameBits = 0
  private readonly words = new Set<string>()

  add({ frames, isCut }: Carried, share: number, { overheadBytes }: LinkSpec): void {
    this.bits += share * wireBits(frames, overheadBytes)
    this.frameBits += share * wireBits(frames, 0)
    this.words.add(isCut ? `${describe(frames)}, cut for the MTU` : describe(frames))
  }

  /** '64B frames and 84B frames' */
  get text(): string {
    return [...this.words].join(' and ')
  }
}

/** The load of that name, which begins as none. */
export function loadAt<Key>(loads: Map<Key, WireLoad>, key: Key): WireLoad {
  const load = loads.get(key) ?? new WireLoad()
  loads.set(key, load)
  return load
}
