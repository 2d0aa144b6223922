// `--set PATH=VALUE`: changes one value of the raw document before it is checked. Elements of lists
// are found by their `name`. The path is not checked here: what the format does not know is refused
// like any unknown key.
import { isObject } from './presets.ts'
import { ScenarioError, type Problem } from './problems.ts'
import { wantsText } from './schema-json.ts'

/** 'services.web.scheduler=sed' in parts. */
export interface Override {
  text: string
  path: string[]
  value: unknown
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Takes the text of a --set apart; a value that is JSON is that, anything else is a text. */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=')
  const path = text.slice(0, equals).split('.')
  if (equals < 1 || path.some((step) => step === '')) {
    throw refusal(text, `expected PATH=VALUE, like services.web.scheduler=sed, got "${text}"`)
  }
  const forbidden = path.find((step) => FORBIDDEN.has(step))
  if (forbidden !== undefined) throw refusal(text, `"${forbidden}" is no part of a scenario`)
  const given = text.slice(equals + 1)
  return { text, path, value: wantsText(path) ? given : parseValue(given) }
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** A copy of the document with the value in its place. */
export function applyOverride(document: unknown, { text, path, value }: Override): unknown {
  return place(document, path, value, text)
}

function place(node: unknown, path: readonly string[], value: unknown, text: string): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(node)) {
    const index = indexIn(node, step)
    if (index < 0) {
      const names = node.map((item: unknown) => (isObject(item) ? String(item['name']) : '?'))
      throw refusal(text, `there is no "${step}" in this list, only ${names.join(', ')}`)
    }
    return node.map((item: unknown, i) => (i === index ? place(item, rest, value, text) : item))
  }
  if (node !== undefined && !isObject(node)) {
    throw refusal(text, `"${step}" would lie inside ${JSON.stringify(node)}`)
  }
  const entries = Object.entries(node ?? {})
  const old = entries.find(([key]) => key === step)?.[1]
  const next = place(old, rest, value, text)
  return Object.fromEntries([...entries.filter(([key]) => key !== step), [step, next]])
}

/** By name, else by place. */
function indexIn(list: readonly unknown[], step: string): number {
  const named = list.findIndex((item) => isObject(item) && item['name'] === step)
  if (named >= 0) return named
  return /^\d+$/.test(step) && Number(step) < list.length ? Number(step) : -1
}

function refusal(text: string, message: string): ScenarioError {
  return new ScenarioError([problemOfOption(`--set ${text}`, message)])
}

/** A problem whose place is an option of the command line. */
export function problemOfOption(option: string, message: string): Problem {
  return {
    severity: 'error',
    message,
    path: '',
    file: option,
    line: null,
    column: null,
    length: 0,
    expected: null,
    got: null,
    suggestion: null,
    sourceLine: null,
  }
}
