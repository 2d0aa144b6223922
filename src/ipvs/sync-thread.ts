// One thread of a master: records gather in a message until it is full or two seconds old, full
// messages wait in a queue, and the thread sends them when it is woken or wakes by itself (spec
// 7.3).
import { HEADER_0_BYTES, sizeOfRecord0, writeHeader0, writeRecord0 } from './sync-format-0.ts'
import {
  HEADER_1_BYTES,
  paddingBefore1,
  sizeOfRecord1,
  writeHeader1,
  writeRecord1,
} from './sync-format-1.ts'
import type { SyncRecord } from './sync-record.ts'
import type { Sysctls } from './sysctls.ts'
import type { Tasks } from './tasks.ts'
import { HZ, type TickClock } from './ticks.ts'

/** A queue that was empty is looked at so long after its first message. */
const QUEUE_TICKS = HZ / 50
/** Or at once when it has got so many. */
const LONG_QUEUE = 8
const SLEEP_TICKS = HZ
const OLD_TICKS = 2 * HZ
/** Their number is one byte. */
const MOST_RECORDS = 255

export interface SyncThreadOptions {
  sysctls: Sysctls
  tasks: Tasks
  clock: TickClock
  syncId: number
  /** Largest message, B; a record that is larger still has one to itself. */
  maxBytes: number
  send: (message: Uint8Array, now: number) => void
}

interface Gathering {
  version: number
  bytes: Uint8Array
  usedBytes: number
  records: number
  /** The tick at which it was begun. */
  begun: number
}

export class SyncThread {
  /** Messages that found no room in the queue. */
  discarded = 0
  private readonly options: SyncThreadOptions
  private current: Gathering | null = null
  private queue: Gathering[] = []
  /** Since the queue was last empty. */
  private queued = 0
  private isWakePlanned = false
  /** Counts its sleeps: one that was cut short is not ended by its own alarm. */
  private sleeps = 0
  private isStopped = false

  constructor(options: SyncThreadOptions, now: number) {
    this.options = options
    this.run(now)
  }

  /** What has not been sent by now never is. */
  stop(): void {
    this.isStopped = true
    this.current = null
    this.queue = []
  }

  add(record: SyncRecord, version: number, now: number): void {
    const size = version === 0 ? sizeOfRecord0(record) : sizeOfRecord1(record)
    if (this.current !== null && !hasRoom(this.current, version, size)) {
      const full = this.current
      this.current = null
      this.enqueue(full, now)
    }
    this.current ??= this.begin(version, size, now)
    const message = this.current
    if (version === 0) writeRecord0(record, message.bytes, message.usedBytes)
    else {
      message.usedBytes += paddingBefore1(message.usedBytes)
      writeRecord1(record, message.bytes, message.usedBytes)
    }
    message.usedBytes += size
    message.records++
  }

  private begin(version: number, size: number, now: number): Gathering {
    const header = version === 0 ? HEADER_0_BYTES : HEADER_1_BYTES
    const bytes = new Uint8Array(Math.max(this.options.maxBytes, header + size))
    const begun = this.options.clock.tickAt(now)
    return { version, bytes, usedBytes: header, records: 0, begun }
  }

  private enqueue(message: Gathering, now: number): void {
    const { sysctls, tasks } = this.options
    if (this.queue.length >= sysctls.sync_qlen_max) {
      this.discarded++
      return
    }
    if (this.queue.length === 0) {
      this.queued = 0
      if (!this.isWakePlanned) {
        this.isWakePlanned = true
        tasks.after(QUEUE_TICKS, now, (then) => this.wake(then))
      }
    }
    this.queue.push(message)
    if (++this.queued === LONG_QUEUE) this.run(now)
  }

  private wake(now: number): void {
    this.isWakePlanned = false
    if (!this.isStopped) this.run(now)
  }

  /** Sends what there is to send, and sleeps. */
  private run(now: number): void {
    for (const message of this.queue.splice(0)) this.send(message, now)
    const { clock, tasks } = this.options
    const { current } = this
    if (current !== null && clock.tickAt(now) - current.begun >= OLD_TICKS) {
      this.current = null
      this.send(current, now)
    }
    const sleep = ++this.sleeps
    tasks.after(SLEEP_TICKS, now, (then) => {
      if (sleep === this.sleeps && !this.isStopped) this.run(then)
    })
  }

  private send({ version, bytes, usedBytes, records }: Gathering, now: number): void {
    const message = bytes.slice(0, usedBytes)
    const { syncId } = this.options
    if (version === 0) writeHeader0(message, syncId, records)
    else writeHeader1(message, syncId, records)
    this.options.send(message, now)
  }
}

/** A message holds records of one version alone. */
function hasRoom(message: Gathering, version: number, size: number): boolean {
  if (message.version !== version || message.records === MOST_RECORDS) return false
  const padding = version === 0 ? 0 : paddingBefore1(message.usedBytes)
  return message.usedBytes + padding + size <= message.bytes.length
}
