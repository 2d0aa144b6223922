// What a recorded kernel did to packets, done again with the formats alone: from the packet that
// went in and the addresses of the frame that came out, every byte of the frame must follow. Which
// of the ways a packet takes is read off the frame; choosing it is the director's part.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isIpv6 } from '../../src/wire/address.ts'
import { read16, read32 } from '../../src/wire/bytes.ts'
import { fragmentIpv4 } from '../../src/wire/fragments.ts'
import { fromHex, toHex } from '../../src/wire/hex.ts'
import { buildIcmpError, isIcmpError, isIcmpv6Error } from '../../src/wire/icmp.ts'
import { readIp, spendHop, type IpHeader } from '../../src/wire/ip.ts'
import { identification, isFragment } from '../../src/wire/ipv4.ts'
import { GRE, ICMP, ICMPV6, IPIP, IPV6_IN_IP, UDP } from '../../src/wire/protocols.ts'
import { Reassembler } from '../../src/wire/reassembly.ts'
import { hasPorts, translate, translateError } from '../../src/wire/translate.ts'
import { encapsulate, tunnelBytes, type Encapsulation } from '../../src/wire/tunnel.ts'

interface Trace {
  topology: { mtu?: { cl?: number; sv?: number }; gue_ports?: number[] }
  steps: { do: string; args?: string | string[]; saw: { in?: string[]; frames?: Frame[] } }[]
}

interface Frame {
  side: string
  hex?: string
}

interface Arrived {
  packet: Uint8Array
  /** No larger pieces than these leave. */
  mtu: number
}

const folder = join(import.meta.dirname, '../golden/rewriting')
/** An error of the director's own stack about a packet that was translated before it got there. */
const TRANSLATED_BEFORE = 'mix-local-and-remote.json'
const traces = readdirSync(folder)
  .filter((name) => name !== TRANSLATED_BEFORE)
  .sort()
  .map((name): [string, Trace] => [
    name.replace('.json', ''),
    JSON.parse(readFileSync(join(folder, name), 'utf8')) as Trace,
  ])

function arrive(fragments: Uint8Array[], mtu: number): Arrived | null {
  const reassembler = new Reassembler(30_000)
  let arrived: Arrived | null = null
  for (const fragment of fragments) {
    if (fragment[0]! >> 4 === 6 || !isFragment(fragment, 0)) return { packet: fragment, mtu }
    const whole = reassembler.add(fragment, 0)
    if (whole !== null) {
      arrived = { packet: whole.packet, mtu: Math.min(mtu, whole.largestBytes) }
    }
  }
  return arrived
}

function leave({ packet, mtu }: Arrived): string[] {
  return (packet[0]! >> 4 === 6 ? [packet] : fragmentIpv4(packet, mtu)).map(toHex)
}

function isErrorMessage(ip: Uint8Array, header: IpHeader): boolean {
  const type = ip[header.transportAt]!
  if (header.protocol === ICMP) return isIcmpError(type)
  return header.protocol === ICMPV6 && isIcmpv6Error(type)
}

/** How the frame wraps a packet; null if it does not. */
function wrapping(frame: Uint8Array, header: IpHeader, guePorts: number[]): Encapsulation | null {
  const at = header.transportAt
  if (header.protocol === IPIP || header.protocol === IPV6_IN_IP) return { kind: 'ipip' }
  if (header.protocol === GRE) return { kind: 'gre', checksum: read16(frame, at) !== 0 }
  if (header.protocol !== UDP || !guePorts.includes(read16(frame, at + 2))) return null
  const [sourcePort, destinationPort] = [read16(frame, at), read16(frame, at + 2)]
  const checksum = read16(frame, at + 6) !== 0
  return { kind: 'gue', sourcePort, destinationPort, checksum }
}

function wrapped(arrived: Arrived, frame: Uint8Array, out: IpHeader, way: Encapsulation): Arrived {
  const inner = arrived.packet.slice()
  spendHop(inner)
  const { src, dst, dontFragment } = out
  const id = isIpv6(dst) ? 0 : identification(frame, 0)
  const packet = encapsulate(inner, { src, dst, dontFragment, id }, way)
  expect(packet.length - inner.length).toBe(tunnelBytes(way, dst))
  return { packet, mtu: arrived.mtu }
}

/** The complaint about the packet; those after the hop was spent quote it as it was then. */
function complaint(packet: Uint8Array, frame: Uint8Array, out: IpHeader): Uint8Array {
  const quotedAt = out.transportAt + 8
  const quoted = packet.slice()
  if (readIp(quoted)!.ttl !== readIp(frame, quotedAt)!.ttl) spendHop(quoted)
  const error = buildIcmpError(quoted, {
    type: frame[out.transportAt]!,
    code: frame[out.transportAt + 1]!,
    rest: read32(frame, out.transportAt + 4),
    src: out.src,
    dst: out.dst,
    id: out.version === 6 ? 0 : identification(frame, 0),
  })
  // The flow label of IPv6 is a hash under a key of the boot.
  if (out.version === 6) error.set(frame.subarray(1, 4), 1)
  return error
}

/** Sent on, translated where the frame's addresses or ports are not the packet's. */
function forwarded(arrived: Arrived, frame: Uint8Array, out: IpHeader): Arrived {
  const packet = arrived.packet.slice()
  const old = readIp(packet)!
  spendHop(packet)
  // An error about a service by mark is forwarded first and then once more by IPVS (spec 3.8).
  if (isErrorMessage(packet, old) && old.ttl === out.ttl + 2) spendHop(packet)
  const at = out.transportAt
  if (isErrorMessage(packet, old)) {
    const quotedPorts = at + 8 + (out.version === 6 ? 40 : (frame[at + 8]! & 15) * 4)
    if (out.dst !== old.dst) {
      translateError(packet, 'destination', out.dst, read16(frame, quotedPorts))
    }
    if (out.src !== old.src)
      translateError(packet, 'source', out.src, read16(frame, quotedPorts + 2))
  } else {
    const port = (place: number): number => (hasPorts(out.protocol) ? read16(frame, place) : 0)
    if (out.dst !== old.dst) translate(packet, 'destination', out.dst, port(at + 2))
    if (out.src !== old.src) translate(packet, 'source', out.src, port(at))
  }
  return { packet, mtu: arrived.mtu }
}

/** What an error quotes from inside a tunnel; nothing if it quotes no tunnel's packet. */
function tunnelled(packet: Uint8Array): Uint8Array | null {
  const header = readIp(packet)!
  if (!isErrorMessage(packet, header)) return null
  const quoted = readIp(packet, header.transportAt + 8)
  return quoted?.protocol === IPIP ? packet.slice(quoted.transportAt) : null
}

/** The frames as they should be; null for answers that are not made of the formats alone. */
function expected(arrived: Arrived, frame: Uint8Array, guePorts: number[]): string[] | null {
  const out = readIp(frame)!
  const way = wrapping(frame, out, guePorts)
  if (way !== null) return leave(wrapped(arrived, frame, out, way))
  const inner = tunnelled(arrived.packet)
  if (inner !== null) return [toHex(complaint(inner, frame, out))]
  if (readIp(arrived.packet)!.src !== out.dst) return leave(forwarded(arrived, frame, out))
  return isErrorMessage(frame, out) ? [toHex(complaint(arrived.packet, frame, out))] : null
}

describe('the kernel', () => {
  let checked = 0
  const others = new Set<string>()

  test.each(traces)('%s', (name, { topology, steps }) => {
    const mtus: Record<string, number> = { cl: 1500, sv: 1500, ...topology.mtu }
    for (const { do: kind, args, saw } of steps) {
      const link = /dev (cl|sv) mtu lock (\d+)/.exec(String(args))
      if (link !== null) mtus[link[1]!] = Number(link[2])
      if (kind !== 'packet') continue
      const [first] = saw.frames!
      const frames = saw.frames!.flatMap(({ hex }) => (hex === undefined ? [] : [hex]))
      const mtu = mtus[first?.side === 'client' ? 'cl' : 'sv']!
      const arrived = arrive(saw.in!.map(fromHex), mtu)
      if (arrived === null) expect(frames).toEqual([])
      if (arrived === null || frames.length === 0) continue
      const same = expected(arrived, fromHex(frames[0]!), topology.gue_ports ?? [])
      if (same === null) others.add(name)
      else expect(frames).toEqual(same)
      if (same !== null) checked++
    }
  })

  test('only what its own TCP and its own echo answer is left out', () => {
    expect(checked).toBeGreaterThan(440)
    expect([...others]).toEqual([
      'rewrite-icmp-nat-ipv6',
      'rewrite-local-node-dr',
      'rewrite-local-node-nat',
      'rewrite-local-node-tun',
      'rewrite-no-destination',
      'rewrite-no-service',
    ])
  })
})
