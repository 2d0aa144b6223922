// The checks of the tidy test. Each takes sources and returns its findings as `path:line what is
// wrong`; none of them reads a file, so that each can be shown to fail on a small source made for
// it.
import { isBuiltin } from 'node:module'
import ts from 'typescript'
import {
  importsOf,
  isRelative,
  lineOf,
  loadGraph,
  packageOf,
  parse,
  reachable,
  resolveImport,
  type Source,
  walk,
} from './imports.ts'
import {
  EDGES,
  NODE_FILES,
  ENTRIES,
  EXACT_MATH,
  IMPURE_GLOBALS,
  LAYERS,
  LOCAL_METHODS,
  LONG_FILES,
  MACHINE_PATHS,
  MOST_COLUMNS,
  MOST_FILE_LINES,
  MOST_FUNCTION_LINES,
  NODE_PACKAGES,
  PACKAGES,
  SHAPELESS_NAMES,
  UNFINISHED,
} from './tidy-rules.ts'

/** 'src/kernel/time.ts' is in 'kernel', 'src/index.ts' in ''. */
export function folderOf(path: string): string {
  const parts = path.split('/')
  return parts.length > 2 ? parts[1]! : ''
}

const PROPERTIES = 'test/support/properties.ts'

/** Properties are tried with seeds that stay: fast-check comes from the one file that sets them. */
export function strayProperties(tests: Source[]): string[] {
  return tests
    .filter(({ path }) => path !== PROPERTIES)
    .flatMap((source) =>
      importsOf(source)
        .filter(({ specifier }) => specifier === 'fast-check')
        .map((each) => `${at(source, each)} takes fast-check from elsewhere than ${PROPERTIES}`),
    )
}

/** Imports go downwards only, as the table of layers says. */
export function importDirection(sources: Source[]): string[] {
  const findings: string[] = []
  for (const source of sources) {
    const layer = LAYERS[folderOf(source.path)]
    if (layer === undefined) {
      findings.push(`${source.path}: the folder is not in the table of layers`)
      continue
    }
    for (const each of importsOf(source)) {
      if (!isRelative(each.specifier)) continue
      const path = resolveImport(source.path, each.specifier)
      const target = folderOf(path)
      const allowed =
        path === 'src/assert.ts' ||
        target === folderOf(source.path) ||
        layer.imports.includes(target) ||
        (each.typeOnly && layer.types?.includes(target) === true)
      if (!path.startsWith('src/')) findings.push(`${at(source, each)} leaves src: ${path}`)
      else if (!allowed) findings.push(`${at(source, each)} may not import ${path}`)
    }
  }
  return findings
}

/** No file loads itself, however long the way round. Imports of types do not load anything. */
export function importCycles(sources: Source[]): string[] {
  const graph = loadGraph(sources)
  const done = new Set<string>()
  const findings: string[] = []
  const visit = (path: string, way: string[]): void => {
    const start = way.indexOf(path)
    if (start >= 0) findings.push(`cycle: ${[...way.slice(start), path].join(' -> ')}`)
    if (start >= 0 || done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...way, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return findings
}

/** Packages and Node's own modules are used only where the table says. */
export function packageUse(sources: Source[]): string[] {
  const findings: string[] = []
  for (const source of sources) {
    const folder = folderOf(source.path)
    for (const each of importsOf(source)) {
      if (isRelative(each.specifier)) continue
      const name = packageOf(each.specifier)
      const allowed = isBuiltin(each.specifier)
        ? EDGES.includes(folder) || NODE_FILES.includes(source.path)
        : PACKAGES[name]?.includes(folder) === true
      if (!allowed) findings.push(`${at(source, each)} may not use ${each.specifier}`)
    }
  }
  return findings
}

/** The engine runs in a browser worker: nothing it loads may need Node. */
export function engineNeedsNode(sources: Source[], entry: string): string[] {
  const loaded = reachable(loadGraph(sources), entry)
  return sources
    .filter((source) => loaded.has(source.path))
    .flatMap((source) =>
      importsOf(source)
        .filter((each) => !each.typeOnly && !isRelative(each.specifier))
        .filter(
          ({ specifier }) => isBuiltin(specifier) || NODE_PACKAGES.includes(packageOf(specifier)),
        )
        .map((each) => `${at(source, each)} loads ${each.specifier}, and ${entry} loads it`),
    )
}

/** Files of src that no other file of src imports. */
export function unusedFiles(sources: Source[]): string[] {
  const used = new Set(ENTRIES)
  for (const source of sources) {
    for (const { specifier } of importsOf(source)) {
      const path = isRelative(specifier) ? resolveImport(source.path, specifier) : source.path
      if (path !== source.path) used.add(path)
    }
  }
  return sources
    .filter(({ path }) => !used.has(path))
    .map(({ path }) => `${path}: nobody imports it`)
}

/** Files over the limit; on a finding the longest files are named too, to see what comes next. */
export function longFiles(sources: Source[]): string[] {
  const sized = sources
    .filter(({ path }) => !LONG_FILES.some((folder) => path.startsWith(folder)))
    .map((source) => ({ path: source.path, lines: linesOf(source).length }))
    .sort((a, b) => b.lines - a.lines)
  const findings = sized.filter(({ lines }) => lines > MOST_FILE_LINES)
  if (findings.length === 0) return []
  return sized.slice(0, findings.length + 5).map(({ path, lines }) => {
    const verdict = lines > MOST_FILE_LINES ? `over ${MOST_FILE_LINES}` : 'still allowed'
    return `${path}: ${lines} lines, ${verdict}`
  })
}

export function longFunctions(sources: Source[]): string[] {
  const findings: string[] = []
  for (const source of sources) {
    const file = parse(source)
    walk(file, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return
      const first = lineOf(file, node)
      const last = file.getLineAndCharacterOfPosition(node.getEnd()).line + 1
      const lines = last - first + 1
      if (lines <= MOST_FUNCTION_LINES) return
      const name = node.name?.getText(file) ?? 'a function without a name'
      findings.push(`${source.path}:${first} ${name} has ${lines} lines`)
    })
  }
  return findings
}

export function longLines(sources: Source[]): string[] {
  return sources.flatMap((source) =>
    linesOf(source).flatMap((line, index) =>
      line.length > MOST_COLUMNS ? [`${source.path}:${index + 1} ${line.length} columns`] : [],
    ),
  )
}

/** A file says first what it models and where the behaviour comes from. */
export function missingOpening(sources: Source[]): string[] {
  return sources
    .filter(({ text }) => !/^(#!.*\n)?(\/\/ ?\S|\/\*)/.test(text))
    .map(({ path }) => `${path}: does not open with a comment`)
}

export function shapelessNames(paths: string[]): string[] {
  return paths
    .filter((path) => SHAPELESS_NAMES.test(path))
    .map((path) => `${path}: a name that says nothing`)
}

/** Words of work left undone, and paths of somebody's machine. */
export function strayWords(sources: Source[]): string[] {
  const word = new RegExp(`\\b(${UNFINISHED.join('|')})\\b`)
  return sources.flatMap((source) =>
    linesOf(source).flatMap((line, index) => {
      const place = `${source.path}:${index + 1}`
      const unfinished = word.exec(line)?.[0]
      const path = MACHINE_PATHS.find((each) => line.includes(each))
      return [
        ...(unfinished === undefined ? [] : [`${place} ${unfinished}`]),
        ...(path === undefined ? [] : [`${place} path of one machine: ${path}`]),
      ]
    }),
  )
}

/**
 * What would give other bytes on another engine, machine or day, outside the folders at the edge.
 */
export function impureCode(sources: Source[]): string[] {
  const findings: string[] = []
  for (const source of sources) {
    if (EDGES.includes(folderOf(source.path))) continue
    const file = parse(source)
    walk(file, (node) => {
      const what = impurity(node)
      if (what !== null) findings.push(`${source.path}:${lineOf(file, node)} ${what}`)
    })
  }
  return findings
}

function impurity(node: ts.Node): string | null {
  if (
    node.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
    node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken
  ) {
    return '** differs between engines'
  }
  if (ts.isPropertyAccessExpression(node) && LOCAL_METHODS.has(node.name.text)) {
    return `${node.name.text} depends on the language of the machine`
  }
  if (!ts.isIdentifier(node) || !isReference(node)) return null
  if (node.text === 'Math') return inexactMath(node)
  return IMPURE_GLOBALS.has(node.text) ? `${node.text} is not for the engine` : null
}

/**
 * `Math` may only stand before one of the exact functions: no alias, no destructuring, no index.
 */
function inexactMath(node: ts.Identifier): string | null {
  const { parent } = node
  if (!ts.isPropertyAccessExpression(parent)) return 'Math under another name'
  const name = parent.name.text
  return EXACT_MATH.has(name) ? null : `Math.${name} is not exact`
}

/** A use of a variable: not the name of a property, a type or something declared here. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isQualifiedName(parent)) return parent.left === node
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node
  return !('name' in parent && parent.name === node)
}

/** npm's lock file must not tie an install to one registry. */
export function lockedAddresses(lock: string): string[] {
  const { packages } = JSON.parse(lock) as { packages: Record<string, { resolved?: string }> }
  return Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([name, entry]) => `${name} is tied to ${entry.resolved}`)
}

/** Scripts that a document tells to run and package.json does not have. */
export function unknownScripts(documents: Source[], scripts: string[]): string[] {
  return documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)]
      .map((match) => ({ name: match[1]!, isRun: match[0].includes(' run ') }))
      .filter(({ name, isRun }) => isRun || name === 'test' || name === 'start')
      .filter(({ name }) => !scripts.includes(name))
      .map(({ name }) => `${path} tells to run the script ${name}`),
  )
}

function linesOf(source: Source): string[] {
  return source.text.replace(/\n$/, '').split('\n')
}

function at(source: Source, found: { line: number }): string {
  return `${source.path}:${found.line}`
}
