// The addresses of an interface in the order in which the kernel lists them.
import { ipv4Value } from '../wire/address.ts'
import { parseAddress } from '../wire/address-text.ts'

/** With one more: second addresses of a network come after all first ones. */
export function withAddress(held: readonly string[], text: string): string[] {
  if (held.includes(text)) return [...held]
  const isSecond = (each: string, place: number, all: readonly string[]): boolean =>
    all.slice(0, place).some((other) => networkOf(other) === networkOf(each))
  const list = [...held]
  const first = list.findIndex(isSecond)
  const isOwnSecond = isSecond(text, list.length, [...list, text])
  list.splice(isOwnSecond || first < 0 ? list.length : first, 0, text)
  return list
}

function networkOf(text: string): string {
  const [address = '', length = ''] = text.split('/')
  const mask = length === '0' ? 0 : -1 << (32 - Number(length))
  return `${ipv4Value(parseAddress(address)!) & mask}/${length}`
}
