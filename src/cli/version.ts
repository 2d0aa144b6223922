// What a report of a fault needs to know about the installation.
import { readFileSync } from 'node:fs'

export const FORMAT = 'lvs-sim/1'

/** Of package.json, which lies two folders above this file, built or not. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

export function versionText(): string {
  return `lvs-sim ${version()}
Node ${process.version} (V8 ${process.versions.v8})
${process.platform} ${process.arch}
scenario format ${FORMAT}
`
}

/** -V or --version anywhere before `--`, whatever else was typed. */
export function asksForVersion(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  const options = end === -1 ? words : words.slice(0, end)
  return options.includes('-V') || options.includes('--version')
}
