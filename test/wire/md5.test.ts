// MD5 and HMAC-MD5 against the suites of their RFCs, and against OpenSSL for whatever else.
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/wire/hex.ts'
import { hmacMd5, md5 } from '../../src/wire/md5.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

test.each([
  // RFC 1321, A.5
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  [
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
    'd174ab98d277d9f5a5611c2c9f419d9f',
  ],
  ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
])('md5 of "%s"', (text, digest) => {
  expect(toHex(md5(bytes(text)))).toBe(digest)
})

test.each([
  // RFC 2202, 2
  ['0b'.repeat(16), toHex(bytes('Hi There')), '9294727a3638bb1c13f48ef8158bfc9d'],
  [
    toHex(bytes('Jefe')),
    toHex(bytes('what do ya want for nothing?')),
    '750c783e6ab0b503eaa86e310a5db738',
  ],
  ['aa'.repeat(16), 'dd'.repeat(50), '56be34521d144c88dbb8c733f0e8b3f6'],
  [
    '0102030405060708090a0b0c0d0e0f10111213141516171819',
    'cd'.repeat(50),
    '697eaf0aca3a3aea3a75164746ffaa79',
  ],
  [
    'aa'.repeat(80),
    toHex(bytes('Test Using Larger Than Block-Size Key - Hash Key First')),
    '6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd',
  ],
])('hmac with key %s', (key, message, digest) => {
  expect(toHex(hmacMd5(fromHex(key), fromHex(message)))).toBe(digest)
})

test('whatever the length', () => {
  const any = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(any, any, (key, message) => {
      expect(toHex(md5(message))).toBe(createHash('md5').update(message).digest('hex'))
      const digest = createHmac('md5', key).update(message).digest('hex')
      expect(toHex(hmacMd5(key, message))).toBe(digest)
    }),
  )
})
