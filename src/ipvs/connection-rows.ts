// The connection table as readers see it: one row for each entry, templates included.
import {
  ASSURED,
  DEADLINE,
  STATE_MASK,
  SYNCED,
  TEMPLATE,
  TIMES_SHIFT,
} from './connection-record.ts'
import { ANY_PROTOCOL, SCTP, TCP, UDP } from './headers.ts'
import type { Ipvs } from './ipvs.ts'
import { SCTP_STATE_NAMES } from './sctp-states.ts'
import { STATE_NAMES } from './tcp-states.ts'
import type { Address } from '../wire/address.ts'

export interface ConnectionRow {
  /** TCP, UDP, SCTP; IP for the template of a service by firewall mark. */
  protocol: string
  client: Address
  clientPort: number
  /** The firewall mark, written as an IPv4 address, of such a template. */
  virtual: Address
  virtualPort: number
  server: Address
  serverPort: number
  state: string
  /** Whole seconds until it expires, 0 while it is overdue. */
  secondsLeft: number
  /** Learnt from another director. */
  isSynced: boolean
  /** Persistence engine and what it goes by; '' and '' without one. */
  engine: string
  engineData: string
}

const PROTOCOL_NAMES: Record<number, string> = {
  [ANY_PROTOCOL]: 'IP',
  [TCP]: 'TCP',
  [UDP]: 'UDP',
  [SCTP]: 'SCTP',
}
const TICKS_PER_SECOND = 250

/** In no order that means anything: the kernel's is that of a hash with a random seed. */
export function connectionRows(ipvs: Ipvs, now: number): ConnectionRow[] {
  const rows: ConnectionRow[] = []
  const { connections } = ipvs
  connections.forEach((id) => {
    const protocol = connections.protocolOf(id)
    const callId = connections.has(id, TEMPLATE) ? ipvs.sip.callIdOf(id) : null
    rows.push({
      protocol: PROTOCOL_NAMES[protocol] ?? `IP_${protocol}`,
      client: connections.clientOf(id),
      clientPort: connections.clientPortOf(id),
      virtual: connections.virtualOf(id),
      virtualPort: connections.virtualPortOf(id),
      server: connections.serverOf(id),
      serverPort: connections.serverPortOf(id),
      state: stateName(ipvs, id, protocol),
      secondsLeft: secondsLeft(ipvs, id, now),
      isSynced: connections.has(id, SYNCED),
      engine: callId === null ? '' : 'sip',
      engineData: callId ?? '',
    })
  })
  return rows
}

function stateName({ connections }: Ipvs, id: number, protocol: number): string {
  const state = connections.stateOf(id)
  if (connections.has(id, TEMPLATE)) return (state & STATE_MASK) === ASSURED ? 'ASSURED' : 'NONE'
  if (protocol === UDP) return 'UDP'
  const names = protocol === SCTP ? SCTP_STATE_NAMES : STATE_NAMES
  return names[state] ?? 'ERR!'
}

/** In whole ticks, as the kernel counts. */
function secondsLeft({ connections, clock }: Ipvs, id: number, now: number): number {
  const deadline = connections.times[(id << TIMES_SHIFT) + DEADLINE]!
  const ticks = clock.tickAt(deadline) - clock.tickAt(now)
  return Math.max(0, Math.floor(ticks / TICKS_PER_SECOND))
}
