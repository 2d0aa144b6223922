// Listings of a real ipvsadm are read; other texts are refused with the line that is wrong.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readListing, type Listing } from '../../src/ipvsadm/read-listing.ts'

const GOLDEN = new URL('../golden/text-formats/', import.meta.url).pathname

/** Every `--stats` and `--rate` of services that was recorded, by the command that made it. */
function recorded(): [string, string][] {
  const listings: [string, string][] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const isListing = /^ipvsadm -L?n?.*--(stats|rate)/.test(key)
      if (isListing && typeof inner === 'string' && inner.includes('->'))
        listings.push([key, inner])
      else visit(inner)
    }
  }
  for (const name of readdirSync(GOLDEN)) {
    visit(JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')))
  }
  return listings
}

const listings = recorded().filter(([, text]) => /^(TCP|UDP|SCTP|FWM)/m.test(text))

test('there are recordings to read', () => {
  expect(listings.length).toBeGreaterThan(10)
})

test.each(listings)('%s is read to its last row', (command, text) => {
  const listing = readListing(text) as Listing
  expect(listing).not.toHaveProperty('message')
  expect(listing.kind).toBe(command.includes('--stats') ? 'stats' : 'rate')
  const rows = text.split('\n').filter((line) => /^(TCP|UDP|SCTP|FWM)|^ {2}-> [^R]/.test(line))
  const read = listing.services.flatMap(({ values, servers }) => [
    values,
    ...servers.map((server) => server.values),
  ])
  expect(read).toHaveLength(rows.length)
  const numbers = rows.map((row) => row.trim().split(/\s+/).slice(-5).join(' '))
  if (command.includes('--exact')) expect(read.map((own) => own.join(' '))).toEqual(numbers)
})

const TITLE = 'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n'

test('thousands and millions are numbers again', () => {
  const listing = readListing(`${TITLE}TCP  10.0.0.1:80   123K  45M  6G  7T  8\n`) as Listing
  expect(listing.services[0]!.values).toEqual([123_000, 45e6, 6e9, 7e12, 8])
})

describe('is refused with its line', () => {
  test.each([
    ['nothing at all', '', null, 'no listing'],
    ['a plain listing', 'Prot LocalAddress:Port Scheduler Flags\n', 1, 'no listing'],
    ['no service', TITLE, null, 'no virtual service'],
    ['names for addresses', `${TITLE}TCP  web.example:http 1 2 3 4 5\n`, 2, 'address and a port'],
    ['a number too few', `${TITLE}TCP  10.0.0.1:80 1 2 3 4\n`, 2, 'five numbers'],
    ['a word for a number', `${TITLE}TCP  10.0.0.1:80 1 2 3 4 many\n`, 2, 'five numbers'],
    ['a server first', `${TITLE}  -> 10.0.0.1:80 1 2 3 4 5\n`, 2, 'before any service'],
    ['something else', `${TITLE}TCP  10.0.0.1:80 1 2 3 4 5\nhello\n`, 3, 'expected a service'],
  ])('%s', (_, text, line, words) => {
    expect(readListing(text)).toMatchObject({ line, message: expect.stringContaining(words) })
  })
})
