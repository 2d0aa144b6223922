// Who imports whom: the imports of a TypeScript source, found in its syntax tree, and the graph of
// the files of src made of them.
import { posix } from 'node:path'
import ts from 'typescript'

/** A file of ours: its path from the root of the repository, with slashes, and its text. */
export interface Source {
  path: string
  text: string
}

export interface Import {
  /** As written: './time.ts', 'node:fs', 'yargs/helpers'. */
  specifier: string
  /** Gone after compilation: `import type`. */
  typeOnly: boolean
  line: number
}

export function parse(source: Source): ts.SourceFile {
  const kind = source.path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  return ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2023, true, kind)
}

export function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
}

/** Visits every node below. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

/**
 * Everything a file imports: import and export declarations, `import()`, types by `import('...')`,
 * and workers by `new URL('./worker.js', import.meta.url)`.
 */
export function importsOf(source: Source): Import[] {
  const file = parse(source)
  const found: Import[] = []
  walk(file, (node) => {
    const named = specifierOf(node)
    if (named === null) return
    found.push({ ...named, line: lineOf(file, node) })
  })
  return found
}

function specifierOf(node: ts.Node): Omit<Import, 'line'> | null {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return literal(node.moduleSpecifier, typeOnly)
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return literal(node.moduleSpecifier, node.isTypeOnly)
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return literal(node.arguments[0], false)
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return literal(node.argument.literal, true)
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
    const [path, base] = node.arguments ?? []
    const isCode = path !== undefined && ts.isStringLiteralLike(path) && /\.[jt]s$/.test(path.text)
    return isCode && base?.getText() === 'import.meta.url' ? literal(path, false) : null
  }
  return null
}

function literal(node: ts.Node | undefined, typeOnly: boolean): Omit<Import, 'line'> | null {
  return node !== undefined && ts.isStringLiteralLike(node)
    ? { specifier: node.text, typeOnly }
    : null
}

/** Path of the file that a relative import names (`.js` of a compiled file is its `.ts`). */
export function resolveImport(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
}

export function isRelative(specifier: string): boolean {
  return specifier.startsWith('./') || specifier.startsWith('../')
}

/** 'yargs/helpers' is of 'yargs', '@a/b/c' of '@a/b'. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

/** For each file the files that it loads when it runs; imports of types are left out. */
export function loadGraph(sources: Source[]): Map<string, string[]> {
  return new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .filter((each) => !each.typeOnly && isRelative(each.specifier))
        .map((each) => resolveImport(source.path, each.specifier)),
    ]),
  )
}

/** The files loaded by an entry, itself included. */
export function reachable(graph: Map<string, string[]>, entry: string): Set<string> {
  const seen = new Set([entry])
  for (const path of seen) for (const next of graph.get(path) ?? []) seen.add(next)
  return seen
}
