// What the whole scenario knows of its sweep: that the paths exist, that ranges go somewhere, that
// lists are as long as each other.
import { axisOf, lacksStep, type Axis } from './axes.ts'
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import { isObject } from './presets.ts'
import { keysAt } from './schema-json.ts'
import { MOST_POINTS } from './schema-sweep.ts'
import type { Document } from './schema.ts'

/** What names the plan, or is the plan. */
const FIXED = ['$schema', 'format', 'name', 'extends', 'sweep', 'note']

/** Everything that is wrong with the sweep of a complete document. */
export function checkSweep(document: Document, findings: Findings): void {
  const { sweep } = document
  if (sweep === undefined) return
  const mode = sweep.mode ?? 'grid'
  const axes: Axis[] = []
  for (const [path, given] of Object.entries(sweep.vary ?? {})) {
    const at = ['sweep', 'vary', path]
    const wrong = wrongStep(document, path)
    if (wrong !== null) findings.error(at, wrong.message, wrong.suggestion, 'key')
    const axis = axisOf(path, given, mode === 'latin-hypercube')
    if (typeof axis === 'string') findings.error(at, axis)
    else axes.push(axis)
    if (lacksStep(given, mode === 'latin-hypercube')) {
      const words = JSON.stringify(given)
      findings.warn(
        at,
        `${words} is one value, a ramp: a range has its step behind a /, as in ` +
          `"2Mpps..14Mpps/2Mpps"; a ramp that is meant is told without this as [${words}]`,
      )
    }
  }
  if (findings.hasErrors) return
  if (mode === 'latin-hypercube') {
    if (sweep.samples === undefined) {
      findings.error(
        ['sweep', 'mode'],
        'a Latin hypercube needs the number of its samples: 20, say',
      )
    }
    return
  }
  if (sweep.samples !== undefined) {
    findings.error(['sweep', 'samples'], `samples are of a Latin hypercube, the mode is ${mode}`)
  }
  for (const { path, between } of axes) {
    if (between === null) continue
    findings.error(['sweep', 'vary', path], 'a range has a step, but for a Latin hypercube')
  }
  checkSizes(axes, mode, findings)
}

function checkSizes(axes: readonly Axis[], mode: 'grid' | 'list', findings: Findings): void {
  if (mode === 'grid') {
    const count = axes.reduce((product, { values }) => product * values.length, 1)
    if (count <= MOST_POINTS) return
    findings.error(['sweep', 'vary'], `${count} points are more than ${MOST_POINTS}`)
    return
  }
  const [first] = axes
  const other = axes.find(({ values }) => values.length !== first!.values.length)
  if (other === undefined) return
  findings.error(
    ['sweep', 'vary', other.path],
    `with mode "list" all paths have equally many values: "${first!.path}" has ` +
      `${first!.values.length}, this one ${other.values.length}`,
  )
}

/** Where a path leaves what the scenario has and the format knows. */
function wrongStep(
  document: Document,
  path: string,
): { message: string; suggestion: string | undefined } | null {
  const steps = path.split('.')
  let node: unknown = document
  for (const [index, step] of steps.entries()) {
    const inner = childOf(node, step)
    const before = steps.slice(0, index)
    const known = keysAt(before)
    const names = [...new Set([...namesIn(node), ...known])].filter(
      (name) => index > 0 || !FIXED.includes(name),
    )
    const isThere = inner !== undefined || known.includes(step)
    if (isThere && (index > 0 || !FIXED.includes(step))) {
      node = inner
      continue
    }
    const where = index === 0 ? 'a scenario' : before.join('.')
    const meant = nearest(step, names)
    const suggestion =
      meant === undefined
        ? undefined
        : `"${[...before, meant, ...steps.slice(index + 1)].join('.')}"`
    if (isThere) return { message: `"${step}" cannot be varied`, suggestion: undefined }
    const list = names.length === 0 ? 'nothing' : names.join(', ')
    return { message: `there is no "${step}" in ${where}, only ${list}`, suggestion }
  }
  return null
}

/** Elements of lists are found by their names, or by their place. */
function childOf(node: unknown, step: string): unknown {
  if (Array.isArray(node)) {
    const named: unknown = node.find((item) => isObject(item) && item['name'] === step)
    return named ?? (/^\d+$/.test(step) ? (node[Number(step)] as unknown) : undefined)
  }
  return isObject(node) && Object.hasOwn(node, step) ? node[step] : undefined
}

function namesIn(node: unknown): string[] {
  if (Array.isArray(node)) {
    return node.flatMap((item: unknown) => (isObject(item) ? [String(item['name'])] : []))
  }
  return isObject(node) ? Object.keys(node) : []
}
