// The load of a file: arrivals of a table, a web server's log or a capture take the place of the
// phases. One phase, "replay", lasts as long as the file, and its rate is the file's mean: that is
// what arithmetic knows of it.
import { PS_PER_SECOND } from '../kernel/time.ts'
import {
  isProblem,
  type Recording,
  type TrafficFormat,
  type TrafficProblem,
} from '../traffic/recording.ts'
import { readTraffic } from '../traffic/read-traffic.ts'
import { protocolOf } from './complete.ts'
import type { Findings } from './findings.ts'
import { keptRecording, notKeptNote, recordingName, type KeptRecording } from './kept-recording.ts'
import { LONGEST_PS } from './phases.ts'
import type { ReplaySpec } from './scenario.ts'
import { isObject } from './presets.ts'
import type { Document } from './schema.ts'
import { formatQuantity } from './units.ts'

const PLACE = ['workload', 'replay', 'file']
const US = 1_000_000
const SPREAD =
  'stamps are whole seconds; requests of one second are spread over it at random, anew in every ' +
  'replication'

export interface Replayed {
  document: Document
  replay: ReplaySpec | null
  /** What results keep of the file. */
  kept: KeptRecording | null
}

/**
 * The document with the phase "replay" and what its file says. A file that cannot be read throws
 * what `readBytes` throws.
 */
export function readReplay(
  document: Document,
  readBytes: ((path: string) => Uint8Array) | undefined,
  findings: Findings,
): Replayed {
  const { replay: given, phases = [] } = document.workload ?? {}
  if (given === undefined) return { document, replay: null, kept: null }
  const { file, format = null, speed = 1 } = given
  const bytes = bytesOf(file, readBytes, findings)
  const read = bytes === null ? null : readRecording(file, format, document, bytes, findings)
  if (bytes === null || read === null) return { document, replay: null, kept: null }
  const replaced = phases.map(({ name }) => name).filter((name) => name !== 'replay')
  if (replaced.length > 0) {
    const names = replaced.map((name) => `"${name}"`).join(', ')
    findings.warn(
      ['workload', 'phases'],
      `not used: ${file} says when requests leave, in one phase "replay"; thresholds of ${names} ` +
        `are checked there`,
    )
  }
  for (const note of read.notes) findings.warn(PLACE, `${file}: ${note}`)
  const kept = keptRecording(file, bytes)
  const replay = specOf(recordingName(file), read, speed)
  replay.notes.push(...notKeptNote(file, kept, bytes.length))
  const durationPs = durationOf(replay)
  if (durationPs > LONGEST_PS && document.time?.duration === undefined) {
    const faster = Math.ceil((durationPs / LONGEST_PS) * speed * 1.01)
    findings.error(
      ['workload', 'replay', 'speed'],
      `${file} lasts ${lengthText(durationPs)}, a run 2 h 30 min at most: replay it ` +
        `faster, or give time.duration`,
      `"speed": ${faster}`,
    )
    // A duration that nobody wrote is no second mistake.
    return { document, replay: null, kept: null }
  }
  const rate = (replay.atPs.length / durationPs) * PS_PER_SECOND
  const phase = {
    name: 'replay',
    for: formatQuantity('time', durationPs),
    rate: `${rate.toFixed(9).replace(/\.?0+$/, '')}pps`,
  }
  const workload = { ...document.workload, phases: [phase] }
  const thresholds = renamed(document.thresholds, replaced)
  return { document: { ...document, workload, ...thresholds }, replay, kept }
}

function lengthText(durationPs: number): string {
  const minutes = durationPs / 60e12
  return minutes < 10_000 ? `${Math.round(minutes)}min` : `${Math.round(minutes / 1440)} days`
}

/** The document of a finished run, which has the phase "replay" already. */
export function asItWasRun(document: Document): Replayed {
  const { replay, ...workload } = document.workload ?? {}
  const own = replay === undefined ? document : { ...document, workload }
  return { document: own, replay: null, kept: null }
}

/** Thresholds of phases that the file replaces are those of the phase "replay". */
function renamed(
  thresholds: Document['thresholds'],
  replaced: readonly string[],
): Pick<Document, 'thresholds'> {
  if (thresholds === undefined) return {}
  const rename = <T>(check: T): T => {
    const isReplaced = isObject(check) && replaced.includes(String(check['phase']))
    return isReplaced ? { ...check, phase: 'replay' } : check
  }
  const entries = Object.entries(thresholds).map(([name, checks]) => [
    name,
    Array.isArray(checks) ? checks.map(rename) : rename(checks),
  ])
  return { thresholds: Object.fromEntries(entries) as Document['thresholds'] }
}

function bytesOf(
  file: string,
  readBytes: ((path: string) => Uint8Array) | undefined,
  findings: Findings,
): Uint8Array | null {
  if (readBytes !== undefined) return readBytes(file)
  findings.error(PLACE, `a file of requests, "${file}", cannot be read here`)
  return null
}

function readRecording(
  file: string,
  format: TrafficFormat | null,
  document: Document,
  bytes: Uint8Array,
  findings: Findings,
): Recording | null {
  const read = readTraffic(bytes, format, protocolOf(document))
  if (!isProblem(read)) return read
  findings.error(PLACE, problemText(file, read))
  return null
}

/** With the name of the file and its line, as far as it is about one. */
export function problemText(file: string, { problem, line }: TrafficProblem): string {
  return line === null ? `${file}: ${problem}` : `${file}, line ${line}: ${problem}`
}

function specOf(file: string, recording: Recording, speed: number): ReplaySpec {
  const { atPs, client, requestBytes, responseBytes, clients, wholeSeconds } = recording
  return {
    atPs: speed === 1 ? atPs : atPs.map((at) => Math.floor(at / speed)),
    client,
    requestBytes,
    responseBytes,
    coarsePs: wholeSeconds ? Math.max(1, Math.floor(PS_PER_SECOND / speed)) : 0,
    clients,
    notes: [
      ...recording.notes.map((note) => `${file}: ${note}`),
      ...(wholeSeconds ? [`${file}: ${SPREAD}`] : []),
    ],
  }
}

/**
 * To the end of the last second, where stamps are whole seconds; else one mean gap behind the last
 * request, so that the mean rate is that of the gaps. In whole microseconds.
 */
function durationOf({ atPs, coarsePs }: ReplaySpec): number {
  const last = atPs[atPs.length - 1]!
  const gapPs = atPs.length > 1 ? last / (atPs.length - 1) : PS_PER_SECOND
  const end = coarsePs > 0 ? last + coarsePs : last + gapPs
  return Math.max(1, Math.floor(end / US) + 1) * US
}
