// What keepalived has to say about a configuration file, in its order.

export interface Complaint {
  /** Where it stands: the file as it was named, and the line, counted from 1. */
  file: string
  line: number
  message: string
}

/** Ends the reading: keepalived gives up after its last complaint, and nothing is configured. */
export class ConfStop extends Error {
  constructor() {
    super('keepalived gives up on this configuration')
    this.name = 'ConfStop'
  }
}

export class Complaints {
  readonly all: Complaint[] = []
  /** Braces that were never closed, and other faults of the file as a whole. */
  readonly ofWhole: string[] = []

  add(file: string, line: number, message: string): void {
    this.all.push({ file, line, message })
  }
}
