// Listings beside those of a recording. A listing was taken at some moment between two steps, so
// seconds left and rows that come or go are right if they are right at some moment between. The
// order of connections and of services is a hash's with a random seed: those rows are sorted.
import type { Comparison } from './difference.ts'
import type { DestinationLines, Window } from './outcome.ts'

/** A row of a connection listing without its seconds, which are apart. */
interface Row {
  key: string
  seconds: number
}

/** Lines as `conns` has them: the seconds are the sixth word. */
export function compareConnections(
  recorded: readonly string[],
  said: Window<readonly string[]>,
  comparison: Comparison,
): void {
  comparison.tally.listings++
  const rows = (lines: readonly string[]): Row[] => lines.map(rowOfConns)
  compareRows(
    'conns',
    rows(recorded),
    { early: rows(said.early), late: rows(said.late) },
    comparison,
  )
}

function rowOfConns(line: string): Row {
  const words = line.split(' ')
  const [seconds] = words.splice(5, 1)
  return { key: words.join(' '), seconds: Number(seconds) }
}

/** Every row must have been there at the first moment or at the last, with seconds between. */
function compareRows(
  what: string,
  recorded: readonly Row[],
  said: Window<readonly Row[]>,
  comparison: Comparison,
): void {
  const [kernel, early, late] = [recorded, said.early, said.late].map(byKey) as [
    Map<string, number[]>,
    Map<string, number[]>,
    Map<string, number[]>,
  ]
  for (const key of new Set([...kernel.keys(), ...early.keys(), ...late.keys()])) {
    const [seen, first, last] = [kernel, early, late].map((rows) => rows.get(key) ?? []) as [
      number[],
      number[],
      number[],
    ]
    const least = Math.min(first.length, last.length)
    const most = Math.max(first.length, last.length)
    if (seen.length < least || seen.length > most) {
      comparison.differs(`${what} ${key}`, times(seen), times(first))
      continue
    }
    seen.forEach((seconds, place) => {
      if (isBetween(seconds, first[place], last[place])) return
      comparison.differs(`${what} ${key}`, `${seconds} s left`, left(first[place], last[place]))
    })
  }
}

function byKey(rows: readonly Row[]): Map<string, number[]> {
  const map = new Map<string, number[]>()
  for (const { key, seconds } of rows) map.set(key, [...(map.get(key) ?? []), seconds])
  for (const all of map.values()) all.sort((a, b) => a - b)
  return map
}

/** An entry that goes counts down; one that was restarted in between is at either end of it. */
function isBetween(seconds: number, first: number | undefined, last: number | undefined): boolean {
  if (first === undefined) return seconds >= last!
  if (last === undefined) return seconds <= first
  if (last > first) return seconds <= first || seconds >= last
  return seconds <= first && seconds >= last
}

function times(seconds: readonly number[]): string {
  return seconds.length === 0 ? 'not there' : seconds.map((each) => `${each} s left`).join(', ')
}

function left(first: number | undefined, last: number | undefined): string {
  if (first === last) return `${first} s left`
  return `${first ?? 'not there'} to ${last ?? 'gone'} s left`
}

/** Services in any order, each with its servers in the director's. */
export function compareDestinations(
  recorded: DestinationLines,
  said: Window<DestinationLines>,
  comparison: Comparison,
): void {
  comparison.tally.listings++
  const { early, late } = said
  for (const service of new Set([...Object.keys(recorded), ...Object.keys(early)])) {
    const kernel = recorded[service]
    const [first, last] = [early[service], late[service]]
    if (kernel === undefined || first === undefined || kernel.length !== first.length) {
      comparison.same(`dests ${service}`, kernel, first)
      continue
    }
    kernel.forEach((row, place) => {
      if (row === first[place] || row === last?.[place]) return
      comparison.differs(`dests ${service}`, row, first[place]!)
    })
  }
}

/** The text of a command or file. */
export function compareListing(
  name: string,
  recorded: string,
  said: Window<string>,
  comparison: Comparison,
): void {
  comparison.tally.listings++
  comparison.tally.bytes += recorded.length
  if (recorded === said.early || recorded === said.late) return
  const words = name.split(' ')
  if (isConnectionListing(words)) return compareConnectionListing(name, recorded, said, comparison)
  const isUnsorted = name === '/proc/net/ip_vs' || words.includes('--nosort')
  const form = (text: string): string => (isUnsorted ? inBlocks(text) : text)
  const kernel = form(recorded)
  if (kernel === form(said.early) || kernel === form(said.late)) return
  compareLines(`show ${name}`, kernel, form(said.early), comparison)
}

function isConnectionListing(words: readonly string[]): boolean {
  if (words[0]!.startsWith('/proc/net/ip_vs_conn')) return true
  return words[0] === 'ipvsadm' && /^-[A-Za-z]*c/.test(words[1] ?? '')
}

/** Titles in order; rows in any. */
function compareConnectionListing(
  name: string,
  recorded: string,
  said: Window<string>,
  comparison: Comparison,
): void {
  const isFile = name.startsWith('/proc')
  const titles = isFile ? 1 : 2
  const read = (text: string): [string, Row[]] => {
    const lines = text.split('\n')
    const rows = lines.slice(titles, -1).map((line) => rowOfListing(line, isFile))
    // What stands behind the last line's end belongs to no row.
    return [[...lines.slice(0, titles), lines.at(-1)].join('\n'), rows]
  }
  const [title, rows] = read(recorded)
  const [ourTitle, early] = read(said.early)
  comparison.same(`show ${name}`, title, ourTitle)
  const late = read(said.late)[1]
  compareRows(`show ${name}:`, rows, { early, late }, comparison)
}

/** The seconds of `ipvsadm -Lc` are `14:57`, those of the files a number of seven columns. */
function rowOfListing(line: string, isFile: boolean): Row {
  const pattern = isFile ? /^(.*\S\s)(\s*\d+)((?: sip .*)?)$/ : /^(\S+\s+)(\d+:\d\d\s+)(.*)$/
  const match = pattern.exec(line)
  if (match === null) return { key: line, seconds: 0 }
  const [, before = '', time = '', after = ''] = match
  const [minutes = '0', seconds] = time.trim().split(':')
  const total = seconds === undefined ? Number(minutes) : 60 * Number(minutes) + Number(seconds)
  // The width of the column belongs to the format.
  return { key: `${before}${'#'.repeat(time.length)}${after}`, seconds: total }
}

/** Services with what is below them, sorted. */
function inBlocks(text: string): string {
  const blocks: string[] = []
  for (const line of text.split('\n')) {
    const isPart = line.startsWith('  ->') || line.startsWith('IP ') || line.startsWith('Prot ')
    if (isPart && blocks.length > 0) blocks.push(`${blocks.pop()!}\n${line}`)
    else blocks.push(line)
  }
  return blocks.sort().join('\n')
}

/** The first line that differs, with its number. */
function compareLines(what: string, kernel: string, ours: string, comparison: Comparison): void {
  const [left, right] = [kernel.split('\n'), ours.split('\n')]
  const place = left.findIndex((line, index) => line !== right[index])
  const at = place < 0 ? left.length : place
  comparison.differs(`${what} line ${at + 1}`, left[at] ?? 'the end', right[at] ?? 'the end')
}
