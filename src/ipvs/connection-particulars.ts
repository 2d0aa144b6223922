// What few connections have: the firewall mark of the packet that opened them, and the sequence
// numbers of a rewritten stream. Other directors are told both (spec 7.4).

export class Particulars {
  private readonly marks = new Map<number, number>()
  private readonly sequences = new Map<number, Uint8Array>()

  get count(): number {
    return this.marks.size + this.sequences.size
  }

  markOf(id: number): number {
    return this.marks.get(id) ?? 0
  }

  setMark(id: number, mark: number): void {
    this.marks.set(id, mark)
  }

  /** Both streams' numbers, as messages have them; null: none is rewritten. */
  sequenceOf(id: number): Uint8Array | null {
    return this.sequences.get(id) ?? null
  }

  setSequence(id: number, sequence: Uint8Array): void {
    this.sequences.set(id, sequence)
  }

  forget(id: number): void {
    this.marks.delete(id)
    this.sequences.delete(id)
  }
}
