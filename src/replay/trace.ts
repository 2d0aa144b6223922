// A recording of a real kernel: what was done to a director, step by step, and what it did. The
// replayer gets the first without the second; only the times are told to both.
import { TraceError } from './problem.ts'

/**
 * Which bench a recording was made on: one director, two that are joined, one with servers, or
 * machines that elect one of them.
 */
const KINDS = ['director', 'sync', 'health', 'vrrp'] as const
export type Kind = (typeof KINDS)[number]

export interface Topology {
  kind: Kind
  vips: string[]
  servers: string[]
  mtu: { cl: number; sv: number }
  ipv6: boolean
  guePorts: number[]
}

export interface VrrpNode {
  name: string
  ip: string
  conf: string
}

/** One step as it was asked for. */
export interface Step {
  do: StepKind
  /** Everything else that the step says, as written. */
  words: Record<string, unknown>
  /** When it began and ended, ms since the recording began; when each event of a burst began. */
  clock: Clock
}

export interface Clock {
  begin: number
  end: number
  /** When the next step began: whatever was looked at was looked at before. */
  next: number
  events: number[]
}

/** What was seen in a step, as recorded. */
export type Saw = Record<string, unknown>

export interface Trace {
  name: string
  family: Family
  /** Package of the kernel, and versions of the tools, by name. */
  tools: Record<string, string>
  topology: Topology
  /** Of a bench with several machines: each with a keepalived. */
  nodes: VrrpNode[]
  /** What is looked at after every step that does not say itself. */
  watch: string[]
  /** The kernel's tick counter when the recording began. */
  jiffies: number
  steps: Step[]
}

export interface Recording {
  trace: Trace
  /** By step. */
  saw: Saw[]
}

const FAMILIES = [
  ...['schedulers', 'persistence', 'tcp-states', 'rewriting', 'text-formats', 'defaults', 'sync'],
  ...['keepalived-import', 'vrrp', 'healthcheck'],
] as const
export type Family = (typeof FAMILIES)[number]

const STEP_KINDS = [
  ...['ipvsadm', 'nft', 'ip', 'sysctl', 'packet', 'burst', 'sleep', 'show', 'conns', 'dests'],
  ...['sysctls', 'kernel', 'listen', 'note', 'server', 'keepalived', 'start'],
  ...['signal', 'link', 'address'],
] as const
export type StepKind = (typeof STEP_KINDS)[number]

/** The only format there is so far: recordings do not number it. */
const FORMAT = 1
const USUAL_MTU = 1500
/** After the last step a listing may still have been a little later than its step. */
const LAST_STEP_MS = 100

/** Reads a recording; throws a TraceError at the first thing that is wrong. */
export function readRecording(text: string): Recording {
  const root = objectAt(parse(text), '')
  checkFormat(root)
  const family = familyOf(root)
  const steps = arrayAt(root['steps'], 'steps')
  if (steps.length === 0) throw new TraceError('steps', 'a recording without steps')
  const saw = steps.map((step, index) => {
    const place = `steps[${index}]`
    const { saw: seen } = objectAt(step, place)
    if (seen === undefined) {
      const suggestion = 'a scenario becomes a recording when a kernel has played it'
      throw new TraceError(place, 'nothing was recorded: there is no "saw"', { suggestion })
    }
    return objectAt(seen, `${place}.saw`)
  })
  const trace: Trace = {
    name: stringAt(root['name'], 'name'),
    family,
    tools: toolsOf(root['kernel']),
    topology: topologyOf(root['topology'] ?? {}),
    nodes: nodesOf(objectAt(root['topology'] ?? {}, 'topology')),
    watch: stringsAt(root['watch'] ?? [], 'watch'),
    jiffies: root['jiffies'] === undefined ? 0 : numberAt(root['jiffies'], 'jiffies'),
    steps: steps.map((step, index) => stepOf(step, index, saw)),
  }
  return { trace, saw }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const isShort = /Unexpected end|Unterminated/.test(String(error))
    if (isShort) {
      throw new TraceError('', 'the file ends too early: it was cut short', {
        suggestion: 'copy or record it again',
      })
    }
    throw new TraceError('', `not JSON: ${(error as Error).message.replace(/\s+/g, ' ')}`, {
      suggestion: 'a trace is one JSON object, as the kernel lab writes it',
    })
  }
}

function checkFormat(root: Record<string, unknown>): void {
  const format = root['format'] ?? FORMAT
  if (format === FORMAT) return
  throw new TraceError('format', `expected ${FORMAT}, got ${JSON.stringify(format)}`, {
    suggestion: 'the trace is of a newer format: verify it with a newer lvs-sim',
  })
}

function familyOf(root: Record<string, unknown>): Family {
  const kind = topologyKind(root)
  const family = stringAt(root['family'], 'family')
  if (!KINDS.some((each) => each === kind)) {
    throw new TraceError('topology.kind', `${kind}: not yet`, {
      isNotYet: true,
      suggestion: `benches are ${KINDS.join(', ')}`,
    })
  }
  const known = FAMILIES.find((each) => each === family)
  if (known !== undefined) return known
  throw new TraceError('family', `expected one of ${FAMILIES.join(', ')}, got "${family}"`)
}

function topologyKind(root: Record<string, unknown>): string {
  const topology = root['topology'] === undefined ? {} : objectAt(root['topology'], 'topology')
  return topology['kind'] === undefined ? 'director' : stringAt(topology['kind'], 'topology.kind')
}

function topologyOf(value: unknown): Topology {
  const topology = objectAt(value, 'topology')
  const mtu = objectAt(topology['mtu'] ?? {}, 'topology.mtu')
  return {
    kind: KINDS.find((each) => each === topology['kind']) ?? 'director',
    vips: stringsAt(topology['vips'] ?? ['10.0.0.100'], 'topology.vips'),
    servers: stringsAt(topology['servers'] ?? [], 'topology.servers'),
    mtu: {
      cl: numberAt(mtu['cl'] ?? USUAL_MTU, 'topology.mtu.cl'),
      sv: numberAt(mtu['sv'] ?? USUAL_MTU, 'topology.mtu.sv'),
    },
    ipv6: topology['ipv6'] === true,
    guePorts: arrayAt(topology['gue_ports'] ?? [], 'topology.gue_ports').map((port, index) =>
      numberAt(port, `topology.gue_ports[${index}]`),
    ),
  }
}

function nodesOf(topology: Record<string, unknown>): VrrpNode[] {
  const nodes = objectAt(topology['nodes'] ?? {}, 'topology.nodes')
  return Object.entries(nodes).map(([name, value]) => {
    const place = `topology.nodes.${name}`
    const { ip, conf } = objectAt(value, place)
    return { name, ip: stringAt(ip, `${place}.ip`), conf: stringAt(conf, `${place}.conf`) }
  })
}

function stepOf(value: unknown, index: number, saw: readonly Saw[]): Step {
  const place = `steps[${index}]`
  const { saw: _, ...words } = objectAt(value, place)
  const kind = stringAt(words['do'], `${place}.do`)
  const known = STEP_KINDS.find((each) => each === kind)
  if (known === undefined) {
    throw new TraceError(`${place}.do`, `unknown step "${kind}"`, {
      suggestion: `steps are ${STEP_KINDS.join(', ')}`,
    })
  }
  return { do: known, words, clock: clockOf(index, saw) }
}

function clockOf(index: number, saw: readonly Saw[]): Clock {
  const { t, t_end: end, at = [] } = saw[index]!
  const begin = numberAt(t, `steps[${index}].saw.t`)
  const until = end === undefined ? begin : numberAt(end, `steps[${index}].saw.t_end`)
  const following = saw[index + 1]?.['t']
  const next =
    following === undefined
      ? until + LAST_STEP_MS
      : numberAt(following, `steps[${index + 1}].saw.t`)
  if (until < begin || next < until) {
    throw new TraceError(`steps[${index}].saw.t`, 'time runs backwards here')
  }
  const events = arrayAt(at, `steps[${index}].saw.at`).map((each, event) =>
    numberAt(each, `steps[${index}].saw.at[${event}]`),
  )
  return { begin, end: until, next, events }
}

function toolsOf(value: unknown): Record<string, string> {
  const tools = value === undefined ? {} : objectAt(value, 'kernel')
  return Object.fromEntries(
    Object.entries(tools).map(([name, version]) => [name, stringAt(version, `kernel.${name}`)]),
  )
}

export function objectAt(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw expected(place, 'an object', value)
}

export function arrayAt(value: unknown, place: string): unknown[] {
  if (Array.isArray(value)) return value
  throw expected(place, 'a list', value)
}

export function stringAt(value: unknown, place: string): string {
  if (typeof value === 'string') return value
  throw expected(place, 'a text', value)
}

export function numberAt(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw expected(place, 'a number', value)
}

export function stringsAt(value: unknown, place: string): string[] {
  return arrayAt(value, place).map((each, index) => stringAt(each, `${place}[${index}]`))
}

function expected(place: string, what: string, got: unknown): TraceError {
  const text = got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 60)
  return new TraceError(place, `expected ${what}, got ${text}`)
}
