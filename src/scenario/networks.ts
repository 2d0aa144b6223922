// Networks and routers of a file in base units.
import type { LossOptions } from '../net/loss.ts'
import type { Clamp } from '../net/mss.ts'
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import type { LinkSpec, RateLimit, RouterPortSpec, RouterSpec } from './network-spec.ts'
import type { Document } from './schema.ts'
import type { Path } from './source.ts'
import { parseQuantity } from './units.ts'

type LinkDocument = NonNullable<Document['links']>[string]
type RouterDocument = NonNullable<Document['routers']>[string]

const MOST_DELAY_PS = 10_000_000_000_000
const MOST_BUFFER_BYTES = 17_179_869_184
const SMALLEST_MTU = 68
/** A smaller MSS is no use: the largest header of IP and TCP alone has 120. */
const SMALLEST_MSS = 48
const BURST = '64KiB'
const QUEUE = '256KiB'

export function readLink(name: string, link: LinkDocument, findings: Findings): LinkSpec {
  const path = ['links', name]
  const rateBps = readRate(link.rate!, [...path, 'rate'], findings)
  const delayPs = Math.round(parseQuantity('time', link.delay!)!)
  if (delayPs > MOST_DELAY_PS)
    findings.error([...path, 'delay'], `at most 10s, got "${link.delay}"`)
  const mtuBytes = parseQuantity('size', link.mtu!)!
  if (!Number.isInteger(mtuBytes) || mtuBytes < SMALLEST_MTU || mtuBytes > 65_535) {
    findings.error([...path, 'mtu'], `an MTU is 68B to 65535B (RFC 791), got "${link.mtu}"`)
  }
  const overheadBytes = parseQuantity('size', link.overhead!)!
  if (!Number.isInteger(overheadBytes) || overheadBytes > 1000) {
    findings.error([...path, 'overhead'], `whole bytes, 1000B at most, got "${link.overhead}"`)
  }
  const bufferBytes = parseQuantity('size', link.buffer!)
  const bufferPackets = parseQuantity('packets', link.buffer!)
  if ((bufferBytes ?? bufferPackets)! > MOST_BUFFER_BYTES) {
    findings.error([...path, 'buffer'], `at most 16GiB, got "${link.buffer}"`)
  }
  const kind = link.kind!
  return {
    ...{ name, kind, rateBps, delayPs, mtuBytes, overheadBytes, bufferBytes, bufferPackets },
    ...readSharedBuffer(link, path, findings),
    loss: link.loss === undefined ? null : readLoss(link.loss, [...path, 'loss'], findings),
    jitter:
      link.jitter === undefined
        ? null
        : readDistribution('time', link.jitter, [...path, 'jitter'], findings),
  }
}

function readSharedBuffer(
  { sharedBuffer, alpha, kind }: LinkDocument,
  path: string[],
  findings: Findings,
): Pick<LinkSpec, 'sharedBufferBytes' | 'alpha'> {
  if (sharedBuffer === undefined) {
    if (alpha !== undefined) {
      findings.error([...path, 'alpha'], 'alpha divides a sharedBuffer, and there is none')
    }
    return { sharedBufferBytes: null, alpha: 1 }
  }
  const sharedBufferBytes = parseQuantity('size', sharedBuffer)!
  if (sharedBufferBytes > MOST_BUFFER_BYTES) {
    findings.error([...path, 'sharedBuffer'], `at most 16GiB, got "${sharedBuffer}"`)
  }
  if (kind === 'wire') {
    findings.error([...path, 'sharedBuffer'], 'a wire has no switch whose ports could share memory')
  }
  return { sharedBufferBytes, alpha: alpha ?? 1 }
}

function readLoss(
  loss: NonNullable<LinkDocument['loss']>,
  path: string[],
  findings: Findings,
): LossOptions | null {
  const share = (text: string, at: string[]) => readShare(text, at, findings)
  if (typeof loss === 'string') {
    const good = share(loss, path)
    return good === 0 ? null : { good, bad: 0, toBad: 0, toGood: 1 }
  }
  const inner = (key: 'good' | 'bad' | 'toBad' | 'toGood', otherwise: string) =>
    share(loss[key] ?? otherwise, [...path, key])
  const options = {
    good: inner('good', '0%'),
    bad: inner('bad', '100%'),
    toBad: inner('toBad', '0%'),
    toGood: inner('toGood', '0%'),
  }
  if (options.toBad > 0 && options.toGood === 0) {
    findings.error([...path, 'toGood'], 'must be more than 0%: the bad state would never end')
  }
  return options
}

export function readRouter(name: string, router: RouterDocument, findings: Findings): RouterSpec {
  const path = ['routers', name]
  const links = Object.entries(router.links)
  if (links.length < 2) {
    const has = links.length === 0 ? 'none' : `"${links[0]![0]}" alone`
    findings.error([...path, 'links'], `a router joins two networks at least, this one has ${has}`)
  }
  return {
    name,
    icmp: router.icmp !== false,
    clampMss: readClamp(router.clampMss, [...path, 'clampMss'], findings),
    ports: links.map(([link, port]) => readPort(link, port, [...path, 'links', link], findings)),
  }
}

function readPort(
  link: string,
  { shaper, policer }: RouterDocument['links'][string],
  path: string[],
  findings: Findings,
): RouterPortSpec {
  const limit = (
    { rate, burst = BURST }: { rate: string; burst?: string | undefined },
    at: string[],
  ): RateLimit => ({
    rateBps: readRate(rate, [...at, 'rate'], findings),
    burstBytes: readBytes(burst, [...at, 'burst'], findings),
  })
  const queue = shaper?.queue ?? QUEUE
  return {
    link,
    shaper:
      shaper === undefined
        ? null
        : {
            ...limit(shaper, [...path, 'shaper']),
            queueBytes: readBytes(queue, [...path, 'shaper', 'queue'], findings),
          },
    policer: policer === undefined ? null : limit(policer, [...path, 'policer']),
  }
}

/** Null when nothing is clamped. */
export function readClamp(
  given: string | number | undefined,
  path: string[],
  findings: Findings,
): Clamp | null {
  if (given === undefined) return null
  if (given === 'mtu') return 'mtu'
  const bytes = typeof given === 'number' ? given : parseQuantity('size', given)!
  if (!Number.isInteger(bytes) || bytes < SMALLEST_MSS || bytes > 65_535) {
    findings.error(path, `an MSS is ${SMALLEST_MSS}B to 65535B, or "mtu", got "${given}"`)
  }
  return bytes
}

export function readShare(text: string, path: Path, findings: Findings): number {
  const value = parseQuantity('share', text)!
  if (value > 1) findings.error(path, `a share is 0% to 100%, got "${text}"`)
  return value
}

export function readRate(text: string, path: Path, findings: Findings): number {
  const rateBps = parseQuantity('bitRate', text)!
  if (rateBps < 1000 || rateBps > 1e13 || rateBps % 1000 !== 0) {
    findings.error(path, `a rate is a whole number of kbps from 1kbps to 10Tbps, got "${text}"`)
  }
  return rateBps
}

function readBytes(text: string, path: string[], findings: Findings): number {
  const bytes = parseQuantity('size', text)!
  if (bytes <= MOST_BUFFER_BYTES) return bytes
  findings.error(path, `at most 16GiB, got "${text}"`)
  return MOST_BUFFER_BYTES
}
