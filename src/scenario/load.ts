// From the text of a file to a scenario: reads it, puts it over its preset, applies what the
// command line changes, checks shape, then meaning. All problems of a stage are told at once, in
// the order of the file.
import { complete } from './complete.ts'
import { Findings, type Finding } from './findings.ts'
import { nearest } from './nearest.ts'
import { applyOverride, parseOverride, problemOfOption, type Override } from './overrides.ts'
import { isObject, merge, PRESETS } from './presets.ts'
import { ScenarioError, type Problem } from './problems.ts'
import { resolve } from './resolve.ts'
import { withRuleHosts } from './rule-hosts.ts'
import { readRateFiles } from './rate-files.ts'
import type { KeptRecording } from './kept-recording.ts'
import { asItWasRun, readReplay } from './replay.ts'
import { readReloads, readRulesText } from './rules-text.ts'
import type { Scenario } from './scenario.ts'
import { schema, type Document } from './schema.ts'
import { keysAt } from './schema-json.ts'
import { placeOf, shapeFindings, shown, type Issue } from './shape-problems.ts'
import { readSource, type Path, type Source } from './source.ts'

export interface LoadOptions {
  /** For messages: the path as given. */
  file: string
  /** 'services.web.scheduler=sed', in this order. */
  set?: readonly string[]
  /** Cuts the phases there: '50ms'. */
  duration?: string
  seed?: string
  replications?: number
  /** Further changes, each with the words of the command line that ask for it. */
  changes?: readonly LoadChange[]
  /** Reads a file that the scenario names; without it such a name is refused. */
  readFile?: (path: string) => string
  /** Reads a keepalived.conf with what it includes; without it nothing is included. */
  readConf?: (path: string) => string
  /** Reads a log or a capture that it names. */
  readBytes?: (path: string) => Uint8Array
  /** The scenario of a finished run: what it replayed is not read again, and need not be there. */
  isFinished?: boolean
}

export interface LoadChange {
  path: string[]
  value: unknown
  option: string
}

export interface Loaded {
  scenario: Scenario
  /** The same with all defaults, as a file would say it. */
  document: Document
  /** What results keep of a file that is replayed; null: none is. */
  kept: KeptRecording | null
  /** Legal, but doubtful. */
  warnings: readonly Problem[]
}

/** Reads a scenario. Throws a ScenarioError with everything that is wrong. */
export function loadScenario(text: string, options: LoadOptions): Loaded {
  const source = readSource(text, options.file)
  if (source.problems.length > 0) throw new ScenarioError(inOrder(source.problems))
  const changes = changesOf(options)
  const tell = new Teller(source, changes)
  const own = plainValue(source, tell)
  const changed = changes.reduce((document, { override }) => applyOverride(document, override), own)
  const parsed = schema.safeParse(underPreset(changed, tell), { reportInput: true })
  if (!parsed.success) {
    tell.all(shapeFindings(parsed.error.issues as unknown as Issue[], keysAt))
    throw new ScenarioError(tell.problems())
  }
  const findings = new Findings()
  const ruled = readRateFiles(
    readReloads(readRulesText(parsed.data, options, findings), options, findings),
    options.readFile,
    findings,
  )
  const {
    document: given,
    replay,
    kept,
  } = options.isFinished === true
    ? asItWasRun(ruled)
    : readReplay(ruled, options.readBytes, findings)
  // Parsed once more: keys come out in the order of the format, whatever that of the file was.
  const document = schema.parse(complete(withRuleHosts(given, findings)))
  const scenario = resolve(document, replay, findings)
  tell.all(findings.all)
  tell.stopIfWrong()
  return { scenario: scenario!, document, kept, warnings: tell.problems() }
}

/** A change from outside the file, and how it was written. */
interface Change {
  override: Override
  option: string
}

function changesOf(options: LoadOptions): Change[] {
  const { set = [], seed, duration, replications } = options
  const changes = set.map((text) => ({ override: parseOverride(text), option: `--set ${text}` }))
  const add = (option: string, path: string[], value: string | number | undefined) => {
    if (value === undefined) return
    changes.push({ option: `${option} ${value}`, override: { text: String(value), path, value } })
  }
  add('--seed', ['seed'], seed)
  add('--duration', ['time', 'duration'], duration)
  add('--replications', ['time', 'replications'], replications)
  for (const { path, value, option } of options.changes ?? []) {
    changes.push({ option, override: { text: option, path, value } })
  }
  return changes
}

/** What the file says, an object without keys that would mean something to JavaScript. */
function plainValue(source: Source, tell: Teller): unknown {
  const { value } = source
  if (!isObject(value)) {
    const message =
      'expected a scenario, an object like { "format": "lvs-sim/1", "name": "my", ... }'
    throw new ScenarioError([source.problemAt(source.spanOf([], 'value'), { message })])
  }
  tell.all(forbidden(value, []))
  tell.stopIfWrong()
  return value
}

/** The document over the preset that it extends. */
function underPreset(document: unknown, tell: Teller): unknown {
  const preset = isObject(document) ? document['extends'] : undefined
  if (preset === undefined) return document
  if (typeof preset === 'string' && Object.hasOwn(PRESETS, preset)) {
    return merge(PRESETS[preset], document)
  }
  const known = Object.keys(PRESETS)
  const meant = typeof preset === 'string' ? nearest(preset, known) : undefined
  const suggestion = meant === undefined ? undefined : `"${meant}"`
  const choices = known.map((name) => `"${name}"`).join(', ')
  const message = `expected a preset, one of ${choices}, got ${shown(preset)}`
  tell.all([{ path: ['extends'], message, severity: 'error', part: 'value', suggestion }])
  return document
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Keys that mean something to JavaScript and nothing to a scenario. */
function forbidden(value: unknown, path: Path): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => forbidden(item, [...path, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]): Finding[] => {
    const at = [...path, key]
    if (!FORBIDDEN.has(key)) return forbidden(inner, at)
    return [{ path: at, message: `"${key}" cannot be a key`, severity: 'error', part: 'key' }]
  })
}

/**
 * Turns findings into problems with their place: in the file, or in an option of the command line.
 */
class Teller {
  private readonly source: Source
  private readonly changes: readonly Change[]
  private readonly told: Problem[] = []

  constructor(source: Source, changes: readonly Change[]) {
    this.source = source
    this.changes = changes
  }

  all(findings: readonly Finding[]): void {
    for (const finding of findings) this.told.push(this.problemOf(finding))
  }

  problems(): Problem[] {
    return inOrder(this.told)
  }

  /** Throws when there is an error among them; warnings alone do not stop. */
  stopIfWrong(): void {
    if (this.told.some(({ severity }) => severity === 'error'))
      throw new ScenarioError(this.problems())
  }

  private problemOf({ path, message, severity, part, suggestion }: Finding): Problem {
    const place = placeOf(part === 'key' ? path.slice(0, -1) : path)
    const change = this.changes.findLast(({ override }) => covers(override.path, path))
    if (change !== undefined) {
      const problem = problemOfOption(change.option, message)
      return { ...problem, severity, path: place, suggestion: suggestion ?? null }
    }
    const span = this.source.spanOf(path, part)
    return this.source.problemAt(span, {
      message,
      severity,
      path: place,
      suggestion: suggestion ?? null,
    })
  }
}

/**
 * Whether a place lies in what a change has put there. Lists are addressed by names there: those
 * end it.
 */
function covers(changed: readonly string[], path: Path): boolean {
  if (changed.length > path.length) return false
  return changed.every((step, index) => step === path[index] || typeof path[index] === 'number')
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const line = (problem: Problem) => problem.line ?? Number.MAX_SAFE_INTEGER
  return [...problems].sort((a, b) => line(a) - line(b) || (a.column ?? 0) - (b.column ?? 0))
}
