// The cluster that is put around a log, a capture or a table of arrivals when nothing else is
// given: one director in DR on a 10G LAN, eight servers, and client addresses for all that it has.
import { isProblem, isTrafficFormat } from '../traffic/recording.ts'
import { readTraffic } from '../traffic/read-traffic.ts'
import { problemText } from '../scenario/replay.ts'
import { ContentError, UsageError } from './errors.ts'
import type { Input } from './input.ts'
import { documentText } from './templates.ts'
import type { Values } from './command.ts'

/** Of the preset's subnet. */
const ADDRESSES = 65_536
/** For files with more clients than that. */
const LARGE_SUBNET = '11.0.0.0/8'
const MOST_ADDRESSES = 16_777_000

/** The text of a scenario that replays the input. */
export function aroundTraffic({ file, stem, bytes, kind }: Input, values: Values): string {
  if (!isTrafficFormat(kind)) throw new Error(`${file} is no file of requests`)
  if (values['load'] !== undefined) {
    throw new UsageError('--load goes with rules of ipvsadm', `${file} says itself what is asked.`)
  }
  const read = readTraffic(bytes, kind, null)
  if (isProblem(read)) throw new ContentError(problemText(file, read))
  const isLarge = read.clients > ADDRESSES
  const addresses = Math.min(MOST_ADDRESSES, read.clients)
  return documentText({
    format: 'lvs-sim/1',
    name: nameFrom(stem),
    title: `The requests of ${file}`,
    extends: 'preset:one-director-10g',
    ...(isLarge ? { clients: { users: { subnet: LARGE_SUBNET, addresses } } } : {}),
    services: {
      web: {
        protocol: read.protocol ?? 'tcp',
        ...(read.protocol === 'udp' ? {} : { vip: '10.0.0.10:80' }),
        forwarding: 'dr',
        scheduler: 'wlc',
      },
    },
    workload: { replay: { file, format: kind } },
  })
}

/** Names of scenarios have letters, digits and . _ - only. */
function nameFrom(stem: string): string {
  const name = stem.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
  return name.slice(0, 60) || 'replay'
}
