// The access log of nginx or Apache, in the common or the combined format: one line for each
// request, written at its end, with the second in which it came (nginx: in which it ended) and the
// bytes of the answer's body. A server that dies or is asked nonsense writes broken lines: few are
// skipped and counted, many mean that the file is something else. Logs of several virtual hosts
// name one in front of the client (Apache's vhost_combined, "%v:%p %h %l %u ..."): all are read.
import { parseAddress } from '../wire/address-text.ts'
import { counted } from './counted.ts'
import {
  inOrder,
  recordingOf,
  UNTOLD,
  type Arrival,
  type Recording,
  type TrafficProblem,
} from './recording.ts'

// Names, [stamp], "request", status, bytes; the combined format has two texts more.
const LINE =
  /^(\S+ [^[\]"]{1,500}?) ?\[([^\]]{20,40})\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d{1,15}|-)(?:\s|$)/
/** A name or an address in brackets, and a port: what no client is logged as. */
const HOST_AND_PORT = /^(?:[^:]+|\[[^\]]+\]):\d{1,5}$/
/** The client, a name by identd (RFC 1413), and a user, whose name may have spaces. */
const LEAST_NAMES = 3
const STAMP = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
/** At most one line of so many may be broken. */
const BROKEN_ONE_OF = 10

export function readAccessLog(text: string): Recording | TrafficProblem {
  const arrivals: Arrival[] = []
  let lines = 0
  let broken = 0
  let firstBroken: number | null = null
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    lines++
    const arrival = arrivalOf(line)
    if (arrival !== null) return void arrivals.push(arrival)
    broken++
    firstBroken ??= index + 1
  })
  if (lines === 0) return { problem: 'the file is empty', line: null }
  const count = `${broken} of ${counted(lines, 'line')}`
  if (broken * BROKEN_ONE_OF > lines) {
    const what = 'no line of an access log (common or combined format)'
    return { problem: `${count}, more than a tenth, ${are(broken)} ${what}`, line: firstBroken }
  }
  const notes =
    broken === 0 ? [] : [`${count} ${are(broken)} broken and skipped, line ${firstBroken} first`]
  return recordingOf(inOrder(arrivals), { wholeSeconds: true, protocol: 'tcp', notes })
}

/** Whether the first line that says something is one of a log. */
export function looksLikeAccessLog(text: string): boolean {
  const lines = text.slice(0, 20_000).split('\n')
  // The first may be broken, and the last is cut.
  return lines.slice(0, 5).some((line) => arrivalOf(line) !== null)
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are'
}

function arrivalOf(line: string): Arrival | null {
  const match = LINE.exec(line)
  if (match === null) return null
  const seconds = secondsOf(match[2]!)
  const client = clientOf(match[1]!)
  if (seconds === null || client === null) return null
  return {
    seconds,
    fractionPs: 0,
    client,
    requestBytes: UNTOLD,
    responseBytes: match[5] === '-' ? 0 : Number(match[5]),
  }
}

/**
 * Of the names in front of the stamp, the client; null when there are too few. A virtual host
 * before it has its port, or an address behind it: identd tells no address.
 */
function clientOf(text: string): string | null {
  const names = text.split(' ')
  const [first = '', second = ''] = names
  const isHost = HOST_AND_PORT.test(first) || parseAddress(second) !== null
  if (names.length < LEAST_NAMES) return null
  return isHost && names.length > LEAST_NAMES ? second : first
}

/** Seconds since 1970 of a stamp like 10/Oct/2000:13:55:36 -0700; null: there is no such time. */
function secondsOf(stamp: string): number | null {
  const match = STAMP.exec(stamp)
  if (match === null) return null
  const [day, year, hour, minute, second, zoneHours, zoneMinutes] = [1, 3, 4, 5, 6, 8, 9].map(
    (group) => Number(match[group]),
  ) as [number, number, number, number, number, number, number]
  const month = MONTHS.indexOf(match[2]!)
  const isTime = hour < 24 && minute < 60 && second <= 60 && zoneHours < 24 && zoneMinutes < 60
  if (month < 0 || day < 1 || day > daysIn(month, year) || !isTime) return null
  const zone = (zoneHours * 60 + zoneMinutes) * 60 * (match[7] === '-' ? -1 : 1)
  const days = daysBefore(year) + daysToMonth(month, year) + day - 1
  return ((days * 24 + hour) * 60 + minute) * 60 + second - zone
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

function daysIn(month: number, year: number): number {
  if (month === 1) return isLeap(year) ? 29 : 28
  return [3, 5, 8, 10].includes(month) ? 30 : 31
}

function daysToMonth(month: number, year: number): number {
  let days = 0
  for (let before = 0; before < month; before++) days += daysIn(before, year)
  return days
}

/** Days from 1970 to the first of January, in the Gregorian calendar. */
function daysBefore(year: number): number {
  const leaps = (last: number) =>
    Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400)
  return (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
}
