// What results keep of the file that a run replayed, so that their scenario.json can be run again
// from any place: a copy beside it, under the file's own name. Whatever else a scenario names
// (rules, a keepalived.conf, curves of rates) stands in the document itself once it is read.
import type { Document } from './schema.ts'

export interface KeptRecording {
  /** Below the results folder, with `/` between its parts; what the scenario there says. */
  path: string
  /** Null for a file too large to be kept: who repeats the run puts it there. */
  bytes: Uint8Array | null
}

/** Every run and every point of a sweep has its copy: some 80,000 lines of a log. */
const MOST_BYTES = 8 * 1024 * 1024

/** A folder of its own: a table called latency.csv is not the one of the results. */
const FOLDER = 'recorded'

export function keptRecording(file: string, bytes: Uint8Array): KeptRecording {
  const isSmall = bytes.length <= MOST_BYTES
  return { path: `${FOLDER}/${recordingName(file)}`, bytes: isSmall ? bytes : null }
}

/**
 * The name of a file without its folders, which are of one machine, and without what some file
 * systems do not take; standard input is "stdin". The name of a copy is the same again.
 */
export function recordingName(file: string): string {
  const name = file.split(/[/\\]/).at(-1)!
  const plain = name.replace(/[<>:"|?*\p{Cc}]/gu, '').replace(/^[. ]+|[. ]+$/g, '')
  return plain === '' ? 'requests' : plain
}

/** For the summary, when the file is not kept. */
export function notKeptNote(file: string, { path, bytes }: KeptRecording, size: number): string[] {
  if (bytes !== null) return []
  const megabytes = Math.round(size / 1_000_000)
  return [
    `${recordingName(file)} has ${megabytes} MB and is not kept with the results: to repeat the ` +
      `run, put it at ${path} beside scenario.json`,
  ]
}

/** The document as it stands in the results folder. */
export function documentOfResults(document: Document, kept: KeptRecording | null): Document {
  const { workload } = document
  if (kept === null || workload?.replay === undefined) return document
  return { ...document, workload: { ...workload, replay: { ...workload.replay, file: kept.path } } }
}
