// What directors told each other beside a recording: record by record, bytes exact, each within two
// seconds. How records are grouped into datagrams depends on the millisecond and is not compared;
// nor is which of several threads sent a connection, for that hangs on its place in memory.
import { HEADER_0_BYTES, readRecord0 } from '../ipvs/sync-format-0.ts'
import { HEADER_1_BYTES, endOfRecord1, isVersion1, paddingBefore1 } from '../ipvs/sync-format-1.ts'
import { BROKEN, emptyRecord } from '../ipvs/sync-record.ts'
import { read16 } from '../wire/bytes.ts'
import { fromHex, toHex } from '../wire/hex.ts'
import type { Comparison } from './difference.ts'
import type { SyncMessage } from './outcome.ts'
import { TraceError } from './problem.ts'
import { arrayAt, numberAt, objectAt, stringAt, type Saw } from './trace.ts'

const WITHIN_MS = 2000

/** One record, with what its message said. */
interface Told {
  step: number
  ms: number
  /** Who told whom, and in which format. */
  envelope: string
  port: number
  bytes: string
}

/** The differences go to the steps of the recorded records; of one too many to the last step. */
export function compareSync(
  saw: readonly Saw[],
  outcomes: readonly { sync?: SyncMessage[] }[],
  comparisons: readonly Comparison[],
): void {
  const seen = saw.flatMap((each, step) => recordsOf(recorded(each, step), step))
  const said = outcomes.flatMap(({ sync = [] }, step) => recordsOf(sync, step))
  if (seen.length + said.length === 0) return
  const hasPorts = [seen, said].some((list) => new Set(list.map(({ port }) => port)).size > 1)
  const [left, right] = [seen, said].map((list) => inSequences(list, hasPorts))
  for (const key of new Set([...left!.keys(), ...right!.keys()])) {
    compareSequence(left!.get(key) ?? [], right!.get(key) ?? [], hasPorts, comparisons)
  }
}

function compareSequence(
  seen: readonly Told[],
  said: readonly Told[],
  hasPorts: boolean,
  comparisons: readonly Comparison[],
): void {
  for (let place = 0; place < Math.max(seen.length, said.length); place++) {
    const [kernel, ours] = [seen[place], said[place]]
    const comparison = comparisons[(kernel ?? ours)!.step]!
    if (kernel === undefined || ours === undefined) {
      comparison.differs('sync', textOf(kernel), textOf(ours))
      return
    }
    comparison.tally.decisions++
    comparison.tally.bytes += kernel.bytes.length / 2
    const isSame =
      kernel.bytes === ours.bytes &&
      kernel.envelope === ours.envelope &&
      (hasPorts || kernel.port === ours.port)
    const isInTime = Math.abs(kernel.ms - ours.ms) <= WITHIN_MS
    if (isSame && isInTime) continue
    comparison.differs('sync', textOf(kernel), textOf(ours))
    // What follows is out of step.
    if (!isSame) return
  }
}

function textOf(told: Told | undefined): string {
  if (told === undefined) return 'nothing'
  return `${told.envelope} port ${told.port} ${told.bytes} at ${told.ms.toFixed(1)} ms`
}

/** Per sender, or per sender and connection where it has several threads. */
function inSequences(list: readonly Told[], hasPorts: boolean): Map<string, Told[]> {
  const sequences = new Map<string, Told[]>()
  for (const told of list) {
    const [sender = ''] = told.envelope.split(' ')
    const key = hasPorts ? `${sender} ${connectionIn(told.bytes)}` : sender
    const known = sequences.get(key)
    if (known === undefined) sequences.set(key, [told])
    else known.push(told)
  }
  return sequences
}

/** Type, protocol and client's port, and what follows the state and timeout. */
function connectionIn(bytes: string): string {
  return `${bytes.slice(0, 4)} ${bytes.slice(20, 28)} ${bytes.slice(48)}`
}

function recorded({ sync }: Saw, step: number): SyncMessage[] {
  if (sync === undefined) return []
  return arrayAt(sync, `steps[${step}].saw.sync`).map((value, index) => {
    const place = `steps[${step}].saw.sync[${index}]`
    const { t, from, src, dst, ttl, message } = objectAt(value, place)
    return {
      ms: numberAt(t, `${place}.t`),
      from: stringAt(from, `${place}.from`),
      src: stringAt(src, `${place}.src`),
      dst: stringAt(dst, `${place}.dst`),
      ttl: numberAt(ttl, `${place}.ttl`),
      message: stringAt(message, `${place}.message`),
    }
  })
}

function recordsOf(messages: readonly SyncMessage[], step: number): Told[] {
  return messages.flatMap((message) => {
    const { ms, from, src, dst, ttl } = message
    const bytes = bytesOf(message.message, step)
    const colon = dst.lastIndexOf(':')
    const format = isVersion1(bytes) ? 1 : 0
    const route = `${from} ${src} > ${dst.slice(0, colon)} ttl ${ttl}`
    const envelope = `${route} version ${format} id ${bytes[1]}`
    const port = Number(dst.slice(colon + 1))
    const parts = format === 1 ? split1(bytes) : split0(bytes)
    return parts.map((part) => ({ step, ms, envelope, port, bytes: toHex(part) }))
  })
}

function bytesOf(hex: string, step: number): Uint8Array {
  try {
    return fromHex(hex)
  } catch (error) {
    throw new TraceError(`steps[${step}].saw.sync`, (error as Error).message)
  }
}

/** The records; the whole message where it is none that a master writes. */
function split1(message: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = HEADER_1_BYTES
  while (at < message.length) {
    const begin = at + paddingBefore1(at)
    const end = endOfRecord1(message, begin)
    if (end === BROKEN || message.subarray(at, begin).some((byte) => byte !== 0)) return [message]
    parts.push(message.subarray(begin, end))
    at = end
  }
  const isRight = read16(message, 2) === message.length && message[4] === parts.length
  return isRight ? parts : [message]
}

function split0(message: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = HEADER_0_BYTES; at < message.length;) {
    const end = readRecord0(message, at, emptyRecord())
    if (end === BROKEN) return [message]
    parts.push(message.subarray(at, end))
    at = end
  }
  const isRight = read16(message, 2) === message.length && message[0] === parts.length
  return isRight ? parts : [message]
}
