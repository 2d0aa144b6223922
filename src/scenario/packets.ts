// Packets without connections of a file in base units.
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from '../tcp/flags.ts'
import { readDistribution } from './distribution.ts'
import type { Findings } from './findings.ts'
import type { PacketsSpec } from './packets-spec.ts'
import { readRates } from './phase-rates.ts'
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
    const rates = readRates(given, phases, path, '50kpps', findings)
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
