// A run's fingerprint: 64 bits that change when any number or word of its results does. Made of two
// lanes of 32 bits in the manner of MurmurHash3 (Austin Appleby, public domain); it finds
// accidents, not forgers.
import { assert } from '../assert.ts'

/** What a value is comes before what it holds, so that 1, '1' and [1] differ. */
const NULL = 1
const FALSE = 2
const TRUE = 3
const NUMBER = 4
const STRING = 5
const LIST = 6
const OBJECT = 7

const bits = new DataView(new ArrayBuffer(8))

/** 16 hexadecimal digits of a plain JSON value. Keys count in the order in which they stand. */
export function fingerprintOf(value: unknown): string {
  const fingerprint = new Fingerprint()
  fingerprint.value(value)
  return fingerprint.toString()
}

/** Takes in numbers, words and whole values one after the other. */
export class Fingerprint {
  private first = 0x243f6a88
  private second = 0x85a308d3
  private words = 0

  /** By its IEEE bits; -0 is 0, as in JSON, and NaN has no bits that all engines agree on. */
  number(value: number): void {
    assert(value === value, 'a fingerprint of NaN')
    this.mix(NUMBER)
    bits.setFloat64(0, value + 0)
    this.mix(bits.getInt32(0))
    this.mix(bits.getInt32(4))
  }

  string(value: string): void {
    this.mix(STRING)
    this.mix(value.length)
    for (let index = 0; index < value.length; index++) this.mix(value.charCodeAt(index))
  }

  /** A plain JSON value; like JSON it skips keys that are undefined. */
  value(value: unknown): void {
    if (value === null) this.mix(NULL)
    else if (typeof value === 'boolean') this.mix(value ? TRUE : FALSE)
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'string') this.string(value)
    else if (Array.isArray(value)) this.list(value)
    else this.object(value)
  }

  toString(): string {
    let first = this.first ^ this.words
    let second = this.second ^ this.words
    first = (first + second) | 0
    second = (second + first) | 0
    first = avalanche(first)
    second = avalanche(second)
    first = (first + second) | 0
    second = (second + first) | 0
    return hex(first) + hex(second)
  }

  private list(values: unknown[]): void {
    this.mix(LIST)
    this.mix(values.length)
    for (const value of values) this.value(value)
  }

  private object(value: unknown): void {
    // Others (Map, typed array, undefined) would look empty or alike.
    const isPlain = Object.prototype.toString.call(value) === '[object Object]'
    assert(isPlain, 'a fingerprint of something that is not plain JSON')
    const entries = Object.entries(value as object).filter(([, each]) => each !== undefined)
    this.mix(OBJECT)
    this.mix(entries.length)
    for (const [key, each] of entries) {
      this.string(key)
      this.value(each)
    }
  }

  private mix(word: number): void {
    const left = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
    const right = Math.imul(rotate(Math.imul(word, 0x85ebca6b), 16), 0xc2b2ae35)
    this.first = (Math.imul(rotate(this.first ^ left, 13) + this.second, 5) + 0xe6546b64) | 0
    this.second = (Math.imul(rotate(this.second ^ right, 17) + this.first, 5) + 0x561ccd1b) | 0
    this.words++
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

/** MurmurHash3's last step: every bit of the input reaches every bit of the output. */
function avalanche(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return word ^ (word >>> 16)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
