// Packets without connections of a file in base units.
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from '../tcp/flags.ts'
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import { nearest } from './nearest.ts'
import type { PacketsSpec } from './packets-spec.ts'
import { IDLE, readRate } from './read-rate.ts'
import type { PhaseSpec } from './scenario.ts'
import type { Document } from './schema.ts'
import type { TCP_FLAGS } from './schema-packets.ts'

type PacketsDocument = NonNullable<NonNullable<Document['workload']>['packets']>[string]

const FLAGS: Record<(typeof TCP_FLAGS)[number], number> = {
  syn: TCP_SYN,
  ack: TCP_ACK,
  fin: TCP_FIN,
  rst: TCP_RST,
  psh: TCP_PSH,
}

/** Everything written out. */
export function completePackets(packets: PacketsDocument, serves: 'udp' | 'tcp'): PacketsDocument {
  const protocol = packets.protocol ?? serves
  return {
    protocol,
    ...(protocol === 'tcp' ? { flags: ['syn'] as const satisfies PacketsDocument['flags'] } : {}),
    size: '64B',
    arrivals: 'poisson',
    onAnswer: 'nothing',
    ...packets,
  }
}

export function readPackets(
  document: Document,
  phases: readonly PhaseSpec[],
  findings: Findings,
): PacketsSpec[] {
  return Object.entries(document.workload?.packets ?? {}).flatMap(([name, given]) => {
    const path = ['workload', 'packets', name]
    const size = readDistribution('size', given.size!, [...path, 'size'], findings)
    checkFlags(given, path, findings)
    const { arrivals } = given
    const rates = readRates(given, phases, path, findings)
    if (size === null) return []
    return [
      {
        name,
        clients: given.from,
        protocol: given.protocol!,
        tcpFlags: (given.flags ?? []).reduce((bits, flag) => bits | FLAGS[flag], 0),
        size,
        arrivals:
          typeof arrivals === 'object'
            ? { kind: 'bursts', size: arrivals.size }
            : { kind: arrivals! },
        onAnswer: given.onAnswer!,
        rates,
      },
    ]
  })
}

function checkFlags({ protocol, flags }: PacketsDocument, path: string[], findings: Findings) {
  if (protocol === 'udp' && flags !== undefined) {
    findings.error([...path, 'flags'], 'packets of UDP have no flags', undefined, 'key')
  }
}

function readRates(
  { rate, rates }: PacketsDocument,
  phases: readonly PhaseSpec[],
  path: string[],
  findings: Findings,
): PacketsSpec['rates'] {
  if ((rate === undefined) === (rates === undefined)) {
    const message = 'give "rate", the same in all phases, or "rates" by phase, like'
    const example = `{ "${phases.at(-1)?.name ?? 'attack'}": "50kpps" }`
    findings.error(path, `${message} ${example}`, undefined, 'key')
    return phases.map(() => IDLE)
  }
  const names = phases.map(({ name }) => name)
  for (const name of Object.keys(rates ?? {}).filter((each) => !names.includes(each))) {
    const meant = nearest(name, names)
    findings.error(
      [...path, 'rates', name],
      `there is no phase "${name}", only ${names.map((each) => `"${each}"`).join(', ')}`,
      meant && `"${meant}"`,
      'key',
    )
  }
  return phases.map(({ name, durationPs }) => {
    if (rate !== undefined) return readRate(rate, durationPs, [...path, 'rate'], findings)
    const own = rates?.[name]
    if (own === undefined) return IDLE
    return readRate(own, durationPs, [...path, 'rates', name], findings)
  })
}
