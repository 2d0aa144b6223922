// A finished run read back from its folder: the scenario as it was run, the summary and every
// replication, so that it can be compared as if it had just been simulated.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ReplicationResult } from '../measure/replication.ts'
import type { Summary } from '../measure/summary.ts'
import { loadScenario } from '../scenario/load.ts'
import type { Side } from '../study/compare.ts'
import { ContentError, FileError, fileReason } from './errors.ts'

const AGAIN = 'Run the scenario again: `lvs-sim run` writes everything that is needed.'

export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** Throws a FileError or a ContentError that names what is missing or wrong in the folder. */
export function readStored(folder: string, label: string): Side {
  const summary = readJson(join(folder, 'summary.json')) as Summary | null
  if (typeof summary?.schema !== 'string' || !summary.schema.startsWith('lvs-sim-summary/')) {
    throw new ContentError(`${folder}/summary.json is no summary of lvs-sim`, AGAIN)
  }
  const file = join(folder, 'scenario.json')
  const { scenario } = loadScenario(readText(file), { file, isFinished: true })
  return { label, scenario, summary, replications: readReplications(folder, summary) }
}

function readReplications(folder: string, summary: Summary): ReplicationResult[] {
  const inside = join(folder, 'replications')
  const names = isFolder(inside)
    ? readdirSync(inside).filter((name) => /^\d+\.json$/.test(name))
    : []
  if (names.length === 0) {
    throw new FileError(`${folder} holds no replications/*.json: nothing can be paired`, AGAIN)
  }
  if (names.length < summary.replications) {
    throw new FileError(
      `${folder} holds ${names.length} replications, its summary speaks of ${summary.replications}`,
      AGAIN,
    )
  }
  return names
    .map((name) => replicationIn(join(inside, name)))
    .sort((a, b) => a.replication - b.replication)
}

function replicationIn(path: string): ReplicationResult {
  const result = readJson(path) as Partial<ReplicationResult> | null
  if (typeof result?.replication === 'number' && Array.isArray(result.phases)) {
    return result as ReplicationResult
  }
  throw new ContentError(`${path} is no replication of lvs-sim`, AGAIN)
}

function readJson(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new ContentError(`${path} is damaged: it is not JSON to its end`, AGAIN)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FileError(`cannot read ${path}: ${fileReason(error)}`, AGAIN)
  }
}
