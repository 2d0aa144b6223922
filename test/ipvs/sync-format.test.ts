// Synchronisation messages as bytes: what is written is read again, a recorded message is written
// to the last byte, and whatever is wrong with a message costs as much of it as the spec says.
import fc from '../support/properties.ts'
import { describe, expect, test } from 'vitest'
import { readRecord0, sizeOfRecord0, writeRecord0 } from '../../src/ipvs/sync-format-0.ts'
import {
  endOfRecord1,
  readRecord1,
  sizeOfRecord1,
  writeHeader1,
  writeRecord1,
} from '../../src/ipvs/sync-format-1.ts'
import { SyncBackup } from '../../src/ipvs/sync-backup.ts'
import { emptyRecord, type SyncRecord } from '../../src/ipvs/sync-record.ts'
import { ipv4, ipv6 } from '../../src/wire/address.ts'
import { parseAddress } from '../../src/wire/address-text.ts'
import { fromHex, toHex } from '../../src/wire/hex.ts'

const port = fc.nat(0xffff)
const word = fc.nat(0xffffffff)
const sequence = fc.uint8Array({ minLength: 24, maxLength: 24 })
const callId = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 255 })

function record(isIpv6: boolean): fc.Arbitrary<SyncRecord> {
  const address = isIpv6
    ? fc.tuple(word, word, word, word).map(([a, b, c, d]) => ipv6(a, b, c, d))
    : word.map(ipv4)
  return fc
    .record({
      protocol: fc.nat(255),
      state: fc.nat(0xffff),
      ...{ clientPort: port, virtualPort: port, serverPort: port, mark: word },
      ...{ timeoutSeconds: word, client: address, virtual: address, server: address },
      sequence: fc.option(sequence),
      engineData: fc.option(callId),
    })
    .map(({ engineData, ...rest }) => ({
      ...{ ...rest, isIpv6, flags: rest.sequence === null ? 0x1100 : 0x700 },
      ...{ engine: engineData === null ? '' : 'sip', engineData: engineData ?? '' },
    }))
}

describe('version 1', () => {
  test.each([false, true])('what is written is read again (IPv6: %s)', (isIpv6) => {
    fc.assert(
      fc.property(record(isIpv6), (written) => {
        const size = sizeOfRecord1(written)
        const bytes = new Uint8Array(size)
        writeRecord1(written, bytes, 0)
        expect(endOfRecord1(bytes, 0)).toBe(size)
        const read = emptyRecord()
        expect(readRecord1(bytes, 0, size, read)).toBe(size)
        expect(read).toEqual(written)
      }),
    )
  })

  test('a record of the kernel', () => {
    const bytes = new Uint8Array(36)
    const addresses = {
      client: parseAddress('198.51.103.151')!,
      virtual: parseAddress('10.0.0.100')!,
      server: parseAddress('10.0.1.207')!,
    }
    const ports = { clientPort: 40_878, virtualPort: 80, serverPort: 80 }
    const rest = { protocol: 6, flags: 0x100, state: 7, timeoutSeconds: 60 }
    writeRecord1({ ...emptyRecord(), ...addresses, ...ports, ...rest }, bytes, 0)
    expect(toHex(bytes)).toBe(
      '000600240000010000079fae00500050000000000000003cc63367970a0000640a0001cf',
    )
  })
})

test('version 0: what is written is read again, as far as it has a place', () => {
  fc.assert(
    fc.property(record(false), (written) => {
      const bytes = new Uint8Array(sizeOfRecord0(written))
      writeRecord0(written, bytes, 0)
      const read = emptyRecord()
      expect(readRecord0(bytes, 0, read)).toBe(bytes.length)
      const lost = { mark: 0, timeoutSeconds: 0, engine: '', engineData: '' }
      expect(read).toEqual({ ...written, ...lost })
    }),
  )
})

/** A message of three records, of which the second has a persistence engine's data. */
function message(): Uint8Array {
  const plain = { ...emptyRecord(), protocol: 6, state: 1, clientPort: 1 }
  const records = [
    plain,
    { ...plain, flags: 0x1000, clientPort: 0, engine: 'sip', engineData: 'abc' },
    { ...plain, clientPort: 3 },
  ]
  const bytes = new Uint8Array(8 + 36 + 48 + 36)
  writeHeader1(bytes, 7, records.length)
  ;[8, 44, 92].forEach((at, place) => writeRecord1(records[place]!, bytes, at))
  return bytes
}
const SECOND = 44

describe('a message that is not as it should be', () => {
  type Tally = [taken: number, skipped: number, broken: number, foreign: number]
  const nothing: Tally = [0, 0, 1, 0]

  test.each<[string, (bytes: Uint8Array) => unknown, Tally]>([
    ['nothing wrong', () => 0, [3, 0, 0, 0]],
    ['another id', (bytes) => (bytes[1] = 8), [0, 0, 0, 1]],
    ['another size than it says', (bytes) => (bytes[3]! += 4), nothing],
    ['fewer records than there are', (bytes) => (bytes[4] = 2), [2, 0, 0, 0]],
    ['more records than there are', (bytes) => (bytes[4] = 4), [3, 0, 1, 0]],
    ['another version: read as version 0', (bytes) => (bytes[5] = 2), [0, 0, 0, 0]],
    ['spare bytes in use: read as version 0', (bytes) => (bytes[6] = 1), [0, 0, 0, 0]],
    ['a record that is longer than the message', (bytes) => (bytes[SECOND + 2] = 1), [1, 0, 1, 0]],
    ['a record that is too short', (bytes) => (bytes[SECOND + 3] = 35), [1, 0, 1, 0]],
    ['a record of another version', (bytes) => (bytes[SECOND + 2] = 0x10), [1, 0, 1, 0]],
    ['an unknown type', (bytes) => (bytes[SECOND] = 2), [1, 0, 1, 0]],
    ['an option of no length', (bytes) => (bytes[SECOND + 37] = 0), [1, 0, 1, 0]],
    ['an option beyond the end', (bytes) => (bytes[SECOND + 42] = 9), [1, 0, 1, 0]],
    ['an option twice', (bytes) => (bytes[SECOND + 41] = 2), [1, 0, 1, 0]],
    ['sequence data of a wrong size', (bytes) => (bytes[SECOND + 36] = 1), [1, 0, 1, 0]],
    ['an unknown option', (bytes) => (bytes[SECOND + 36] = 9), [2, 1, 0, 0]],
    ['an unknown option of no need', (bytes) => (bytes[SECOND + 36] = 0x49), [3, 0, 0, 0]],
    ['an unknown engine', (bytes) => (bytes[SECOND + 43] = 0x78), [2, 1, 0, 0]],
    ['a template that waits for a port', (bytes) => (bytes[SECOND + 6] = 0x18), [2, 1, 0, 0]],
    ['a state of no template', (bytes) => (bytes[SECOND + 9] = 2), [2, 1, 0, 0]],
    ['one-packet scheduling', (bytes) => (bytes[8 + 6] = 0x20), [2, 1, 0, 0]],
    ['a state of no TCP', (bytes) => (bytes[8 + 9] = 11), [2, 1, 0, 0]],
    ['a protocol that nobody balances', (bytes) => (bytes[8 + 1] = 47), [2, 1, 0, 0]],
  ])('%s', (_, change, expected) => {
    const bytes = message()
    change(bytes)
    const taken: number[] = []
    const table = { apply: ({ clientPort }: SyncRecord) => taken.push(clientPort) }
    const backup = new SyncBackup(7, table)
    backup.receive(bytes, 0)
    const { tally } = backup
    expect([tally.taken, tally.skipped, tally.broken, tally.foreign]).toEqual(expected)
    expect(taken).toHaveLength(tally.taken)
  })

  test('an id of 0 takes every message', () => {
    const backup = new SyncBackup(0, { apply: () => {} })
    backup.receive(message(), 0)
    expect(backup.tally.taken).toBe(3)
  })

  test('sequence data of version 0 that are cut off', () => {
    const bytes = fromHex(`0107001c${'00'.repeat(20)}02000001`)
    const backup = new SyncBackup(0, { apply: () => {} })
    backup.receive(bytes, 0)
    expect(backup.tally).toEqual({ taken: 0, skipped: 0, broken: 1, foreign: 0 })
  })
})
