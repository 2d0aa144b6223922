// What is to happen during a run, in base units: faults of hosts and wires. Each begins at a time
// of the run and lasts for a while, or to the end. A new kind has its shape in schema-timeline.ts,
// its meaning in faults.ts and what it does in timeline.ts.

interface Moment {
  atPs: number
  /** Null: to the end of the run. */
  forPs: number | null
}

/** Of one host: a real server or a director, by its name ('rs3'). */
export type HostFaultSpec = Moment & { host: string } & (
    | { kind: 'host-down' | 'host-hang' }
    /** Of the keepalived alone; directors with VRRP alone. */
    | { kind: 'keepalived-stop' }
    /** Of the program that answers, while the machine goes on; real servers alone. */
    | { kind: 'app-down' | 'app-hang' }
    /** Requests take that many times as long; real servers alone. */
    | { kind: 'slow-host'; factor: number }
    | FollowedFault
  )

/** Of something that the keepalived of a director follows, by its name there. */
export type FollowedFault =
  | { kind: 'script-fails'; script: string }
  | { kind: 'process-down'; process: string }
  | { kind: 'file-value'; file: string; value: number }

/** Of the port of one host, or of all ports of a network; both directions. */
export type LinkFaultSpec = Moment & {
  /** Null: on every network that the host is on. */
  link: string | null
  /** Null: every host of the network. */
  host: string | null
} & (
    | { kind: 'link-cut' }
    /** Share of the frames, on top of what the link loses anyway. */
    | { kind: 'link-loss'; share: number }
    | { kind: 'link-rate'; rateBps: number }
  )

export type FaultSpec = HostFaultSpec | LinkFaultSpec

export function isLinkFault(fault: FaultSpec): fault is LinkFaultSpec {
  return fault.kind === 'link-cut' || fault.kind === 'link-loss' || fault.kind === 'link-rate'
}

/** The name of what is followed; null for a fault of anything else. */
export function followedBy(fault: FaultSpec): string | null {
  switch (fault.kind) {
    case 'script-fails':
      return fault.script
    case 'process-down':
      return fault.process
    case 'file-value':
      return fault.file
    default:
      return null
  }
}

/** When it ends, if the run lasts that long. */
export function endOf({ atPs, forPs }: Moment): number {
  return forPs === null ? Infinity : atPs + forPs
}
