// What a field is when a scenario leaves it out: found by completing small scenarios, so that it
// cannot differ from what runs. Shown only where it hangs on nothing else but the protocol.
import { complete } from '../scenario/complete.ts'
import { isObject } from '../scenario/presets.ts'
import type { Document } from '../scenario/schema.ts'

type Protocol = 'udp' | 'tcp'

/** 'default "64B" (TCP: "200B")'; null where there is none, or where it hangs on other fields. */
export function defaultOf(path: readonly string[]): string | null {
  const [udp, tcp, other] = [
    valueAt(path, SMALL.udp),
    valueAt(path, SMALL.tcp),
    valueAt(path, OTHER),
  ]
  if (!isShown(udp) || JSON.stringify(udp) !== JSON.stringify(other)) return null
  const [usual, forTcp] = [JSON.stringify(udp), JSON.stringify(tcp)]
  return `default ${usual}${usual === forTcp ? '' : ` (TCP: ${forTcp})`}`
}

/** A value of its own: objects tell theirs field by field, an empty list or text says nothing. */
function isShown(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && !value.some(isObject)
  return value !== undefined && value !== '' && !isObject(value)
}

/** The value there; a name that people choose stands for the only one of its kind. */
function valueAt(path: readonly string[], document: unknown): unknown {
  return path.reduce<unknown>((node, step) => {
    if (!isObject(node)) return undefined
    if (Object.hasOwn(node, step)) return node[step]
    const [only, ...more] = Object.values(node)
    return more.length === 0 && isObject(only) ? only : undefined
  }, document)
}

const SMALL: Record<Protocol, Document> = {
  udp: complete(small('udp', 'a', 16)),
  tcp: complete(small('tcp', 'a', 16)),
}

/** Everything that others could hang on is different here. */
const OTHER: Document = complete(small('udp', 'b', 2))

function small(protocol: Protocol, name: string, size: number): Document {
  return {
    format: 'lvs-sim/1',
    name,
    links: { [name]: {} },
    clients: { [name]: name === 'a' ? {} : { count: size, addresses: 5 } },
    directors: {
      [name]: {
        cpu: name === 'a' ? {} : { cores: size },
        nics: { [name]: name === 'a' ? {} : { card: 'e810' } },
      },
    },
    realServers: { [name]: {} },
    services: { [name]: { protocol } },
    workload: { phases: [{ name, for: `${size}ms`, rate: '1kpps' }] },
  }
}
