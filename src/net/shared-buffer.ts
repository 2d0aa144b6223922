// Packet memory that all ports of a switch share, with dynamic thresholds: a port's queue may grow
// while it is shorter than alpha times what is free (A. Choudhury, E. Hahne, "Dynamic queue length
// thresholds for shared-memory packet switches", IEEE/ACM ToN 6(2), 1998). With one port busy it
// gets alpha / (1 + alpha) of the memory, with n of them alpha / (1 + n alpha) each.
import type { Time } from '../kernel/time.ts'

/** A queue in that memory. */
export interface SharingQueue {
  /** Bytes that it holds now. */
  waitingBytes(now: Time): number
}

export class SharedBuffer {
  private readonly sizeBytes: number
  private readonly alpha: number
  /** Queues that were not empty when they were looked at last. */
  private readonly active: SharingQueue[] = []

  constructor(sizeBytes: number, alpha: number) {
    this.sizeBytes = sizeBytes
    this.alpha = alpha
  }

  /** Whether a frame may join that queue, which holds so many bytes. */
  admits(queue: SharingQueue, queueBytes: number, frameBytes: number, now: Time): boolean {
    if (!this.active.includes(queue)) this.active.push(queue)
    const free = this.sizeBytes - this.usedBytes(now)
    return queueBytes < this.alpha * free && frameBytes <= free
  }

  /** What all queues hold; those found empty are not looked at again until they grow. */
  private usedBytes(now: Time): number {
    const { active } = this
    let used = 0
    let kept = 0
    for (const queue of active) {
      const bytes = queue.waitingBytes(now)
      used += bytes
      if (bytes > 0) active[kept++] = queue
    }
    active.length = kept
    return used
  }
}
