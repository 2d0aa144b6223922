// What is counted, and what readers see of it (spec 6): every two seconds the estimator takes a
// snapshot of the counters and moves five averages towards the last interval's rates. Zeroing
// moves the base that readers subtract; the counters themselves only grow.

/** What is counted of a destination and of a service (spec 6.1); bytes include the IP header. */
export class Counters {
  connections = 0
  inPackets = 0
  outPackets = 0
  inBytes = 0
  outBytes = 0

  reset(): void {
    this.connections = 0
    this.inPackets = 0
    this.outPackets = 0
    this.inBytes = 0
    this.outBytes = 0
  }

  add(other: Counters): void {
    this.connections += other.connections
    this.inPackets += other.inPackets
    this.outPackets += other.outPackets
    this.inBytes += other.inBytes
    this.outBytes += other.outBytes
  }
}

/** What `ipvsadm --stats` and `--rate` print. */
export interface StatisticsReading {
  connections: number
  inPackets: number
  outPackets: number
  inBytes: number
  outBytes: number
  cps: number
  inPps: number
  outPps: number
  /** Bytes a second. */
  inBps: number
  outBps: number
}

const COUNTS = 5
/** Of connections and packets: events a second are kept in units of 2^-10. */
const EVENT_SCALE = 1024
/** Bytes a second are kept in units of 2^-5. */
const BYTE_SCALE = 32
const INTERVAL_SECONDS = 2

function scaleOf(place: number): number {
  return place < 3 ? EVENT_SCALE : BYTE_SCALE
}

export class Statistics {
  private readonly counters: Counters
  private readonly snapshot = new Float64Array(COUNTS)
  private readonly zeroBase = new Float64Array(COUNTS)
  private readonly last = new Float64Array(COUNTS)
  private readonly averages = new Float64Array(COUNTS)

  constructor(counters: Counters) {
    this.counters = counters
  }

  /** The estimator's two seconds are over: an eighth-life average that only knows integers. */
  tick(): void {
    this.read()
    const { snapshot, last, averages } = this
    for (let place = 0; place < COUNTS; place++) {
      const rate = ((snapshot[place]! - last[place]!) * scaleOf(place)) / INTERVAL_SECONDS
      last[place] = snapshot[place]!
      averages[place]! += Math.floor((rate - averages[place]!) / 4)
    }
  }

  /**
   * By an operator, or of a destination that returns to another service: events since the last
   * snapshot survive it and appear afterwards.
   */
  zero(): void {
    this.zeroBase.set(this.snapshot)
    this.last.set(this.snapshot)
    this.averages.fill(0)
  }

  get reading(): StatisticsReading {
    const shown = (place: number): number => this.snapshot[place]! - this.zeroBase[place]!
    return {
      connections: shown(0),
      inPackets: shown(1),
      outPackets: shown(2),
      inBytes: shown(3),
      outBytes: shown(4),
      cps: this.rate(0),
      inPps: this.rate(1),
      outPps: this.rate(2),
      inBps: this.rate(3),
      outBps: this.rate(4),
    }
  }

  /** To the nearest, exact halves down. */
  private rate(place: number): number {
    const scale = scaleOf(place)
    return Math.floor((this.averages[place]! + scale / 2 - 1) / scale)
  }

  private read(): void {
    const { snapshot, counters } = this
    snapshot[0] = counters.connections
    snapshot[1] = counters.inPackets
    snapshot[2] = counters.outPackets
    snapshot[3] = counters.inBytes
    snapshot[4] = counters.outBytes
  }
}
