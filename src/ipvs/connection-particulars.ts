// What few connections have: the firewall mark of the packet that opened them, and the sequence
// numbers of a rewritten stream, of which other directors are told (spec 7.4); and the mode of an
// FTP session.

export interface FtpSession {
  isPassive: boolean
}

export class Particulars {
  private readonly marks = new Map<number, number>()
  private readonly sequences = new Map<number, Uint8Array>()
  private readonly sessions = new Map<number, FtpSession>()

  get count(): number {
    return this.marks.size + this.sequences.size + this.sessions.size
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

  /** The session of a control connection that has asked for a mode; it is one object for life. */
  ftpOf(id: number): FtpSession | null {
    return this.sessions.get(id) ?? null
  }

  isPassive(id: number): boolean {
    return this.sessions.get(id)?.isPassive === true
  }

  setPassive(id: number, isPassive: boolean): void {
    const session = this.sessions.get(id)
    if (session === undefined) this.sessions.set(id, { isPassive })
    else session.isPassive = isPassive
  }

  forget(id: number): void {
    this.sessions.delete(id)
    this.marks.delete(id)
    this.sequences.delete(id)
  }
}
