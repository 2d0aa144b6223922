// TCP settings of a file in base units, and what they are when a file says nothing: as in Linux.
import { LINUX_LISTEN, LINUX_TCP, type ListenOptions, type TcpOptions } from '../tcp/options.ts'
import type { Findings } from './findings.ts'
import type { Document } from './schema.ts'
import { LARGEST_MSS, SMALLEST_MSS } from './schema-tcp.ts'
import type { Path } from './source.ts'
import { formatQuantity, parseQuantity } from './units.ts'

type ClientTcp = NonNullable<NonNullable<Document['clients']>[string]['tcp']>
type ServerTcp = NonNullable<NonNullable<Document['realServers']>[string]['tcp']>

/** The least that Linux sets aside for a socket (tcp_rmem, tcp_wmem), and the most it takes. */
const LEAST_BUFFER_BYTES = 4096
const MOST_BUFFER_BYTES = 2_147_483_647

/** Every setting written out; one that says nothing by itself stays out. */
export function completeClientTcp(tcp: ClientTcp | undefined): ClientTcp {
  const { advmss: _byMtu, rmem, wmem, ...rest } = LINUX_TCP
  const sizes = { rmem: formatQuantity('size', rmem), wmem: formatQuantity('size', wmem) }
  return { ...rest, ...sizes, ...tcp }
}

export function completeServerTcp(tcp: ServerTcp | undefined): ServerTcp {
  return { ...completeClientTcp(undefined), ...LINUX_LISTEN, ...tcp }
}

export function readClientTcp(
  tcp: ClientTcp | undefined,
  path: Path,
  findings: Findings,
): TcpOptions {
  const { note: _note, advmss: announced, ...whole } = { ...completeClientTcp(tcp) }
  const bytes = (key: 'rmem' | 'wmem') => readBuffer(whole[key]!, [...path, key], findings)
  const advmss = announced === undefined ? null : readMss(announced, [...path, 'advmss'], findings)
  return { ...LINUX_TCP, ...defined(whole), advmss, rmem: bytes('rmem'), wmem: bytes('wmem') }
}

export function readServerTcp(
  tcp: ServerTcp | undefined,
  path: Path,
  findings: Findings,
): TcpOptions & ListenOptions {
  const { somaxconn, maxSynBacklog, syncookies, abortOnOverflow, ...ends } = tcp ?? {}
  const listening = defined({ somaxconn, maxSynBacklog, syncookies, abortOnOverflow })
  return { ...LINUX_LISTEN, ...listening, ...readClientTcp(ends, path, findings) }
}

function readBuffer(text: string, path: Path, findings: Findings): number {
  const bytes = parseQuantity('size', text)!
  const fits = bytes >= LEAST_BUFFER_BYTES && bytes <= MOST_BUFFER_BYTES
  if (fits && Number.isInteger(bytes)) return bytes
  findings.error(path, `a buffer is 4KiB to ${MOST_BUFFER_BYTES}B, got "${text}"`)
  return LEAST_BUFFER_BYTES
}

function readMss(given: string | number, path: Path, findings: Findings): number {
  const bytes = typeof given === 'number' ? given : parseQuantity('size', given)!
  const fits = bytes >= SMALLEST_MSS && bytes <= LARGEST_MSS
  if (fits && Number.isInteger(bytes)) return bytes
  findings.error(path, `an MSS is ${SMALLEST_MSS}B to ${LARGEST_MSS}B, got "${given}"`)
  return SMALLEST_MSS
}

/** Without the keys that are not set. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
