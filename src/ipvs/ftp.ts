// The FTP helper of NAT (spec 4.9): what is said on a control connection (RFC 959, RFC 2428)
// announces a data connection, which is expected from then on: at the same server, controlled by
// the control connection, listening for 120 s.
import { isIpv6, readAddress } from '../wire/address.ts'
import { groupsOf, parseAddress } from '../wire/address-text.ts'
import { NO_CLIENT_PORT, RECORD_SHIFT, STATE } from './connection-record.ts'
import type { ConnectionTimers } from './connection-timers.ts'
import type { Connections } from './connections.ts'
import { NAT, TCP } from './headers.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Flow } from './service.ts'
import type { StateMachine } from './state-machine.ts'
import { ESTABLISHED, LISTEN } from './tcp-states.ts'

/** The one of the module's option `ports`, as it is by default. */
const CONTROL_PORT = 21

const PASSIVE = /(?:^|\n)(?:PASV|EPSV(?: ([12]))?)\r/i
const SIX_NUMBERS = '(\\d{1,3}(?:,\\d{1,3}){5})'
const PORT = new RegExp(`(?:^|\\n)PORT ${SIX_NUMBERS}\\s*\\r`, 'i')
const EXTENDED_PORT = /(?:^|\n)EPRT (\D)([12])\1([\da-fA-F.:]+)\1(\d{1,5})\1\r/i
const PASSIVE_REPLY = new RegExp(`^(227 [^(]*\\()${SIX_NUMBERS}(?=\\))`)
const EXTENDED_REPLY = /^(229 [^(]*\((\D)\2\2)(\d{1,5})(?=\2\))/

interface Place {
  address: number
  port: number
}

export interface FtpParts {
  connections: Connections
  lifecycle: Lifecycle
  timers: ConnectionTimers
  machine: StateMachine
}

export class Ftp {
  private readonly parts: FtpParts

  constructor(parts: FtpParts) {
    this.parts = parts
  }

  /** A control connection that the helper is bound to; -1 is none. */
  isControl(id: number): boolean {
    const { connections } = this.parts
    if (id < 0 || connections.virtualPortOf(id) !== CONTROL_PORT) return false
    return connections.methodOf(id) === NAT && connections.protocolOf(id) === TCP
  }

  /** What the client has said: passive mode is remembered, a port of the client's is expected. */
  commanded(id: number, text: string, now: number): void {
    const { connections } = this.parts
    if (connections.stateOf(id) !== ESTABLISHED) return
    const passive = PASSIVE.exec(text)
    if (passive !== null) {
      const family = isIpv6(connections.virtualOf(id)) ? '2' : '1'
      if ((passive[1] ?? family) === family) connections.particulars.setPassive(id, true)
      return
    }
    const client = activePlace(text)
    if (client === null || isIpv6(client.address) !== isIpv6(connections.virtualOf(id))) return
    connections.particulars.setPassive(id, false)
    const flow = {
      ...{ protocol: TCP, src: client.address, srcPort: client.port },
      ...{ dst: connections.virtualOf(id), dstPort: connections.virtualPortOf(id) - 1 },
    }
    const server = { address: connections.serverOf(id), port: connections.serverPortOf(id) - 1 }
    this.expect(id, flow, server, now)
  }

  /** What the server has answered, as the client is to read it. */
  replied(id: number, text: string, now: number): string {
    const { connections } = this.parts
    const isPassive = connections.particulars.isPassive(id)
    if (!isPassive || connections.stateOf(id) !== ESTABLISHED) return text
    const virtual = connections.virtualOf(id)
    const flow = { protocol: TCP, src: connections.clientOf(id), srcPort: 0, dst: virtual }
    const long = PASSIVE_REPLY.exec(text)
    const server = long === null || isIpv6(virtual) ? null : placeOf(long[2]!)
    if (server !== null) {
      this.expect(id, { ...flow, dstPort: server.port }, server, now)
      const [high, low] = groupsOf(virtual).slice(6) as [number, number]
      const bytes = [high, low, server.port].flatMap((word) => [word >> 8, word & 255])
      return text.replace(PASSIVE_REPLY, `$1${bytes.join(',')}`)
    }
    const short = EXTENDED_REPLY.exec(text)
    const port = short === null ? 0 : Number(short[3])
    if (port === 0 || port > 0xffff) return text
    this.expect(id, { ...flow, dstPort: port }, { address: connections.serverOf(id), port }, now)
    return text.replace(EXTENDED_REPLY, `$1${port}`)
  }

  /** Opens the data connection, unless there is one. */
  private expect(control: number, flow: Flow, server: Place, now: number): void {
    const { connections, lifecycle, timers, machine } = this.parts
    if (connections.fromClient(flow) >= 0) return
    const flags = flow.srcPort === 0 ? NO_CLIENT_PORT : 0
    const id = lifecycle.expectData(flow, server.address, server.port, control, flags)
    connections.words[(id << RECORD_SHIFT) + STATE]! |= LISTEN
    lifecycle.setControl(id, control)
    timers.restart(id, machine.timeoutOf(TCP, LISTEN), now)
  }
}

function activePlace(text: string): Place | null {
  const six = PORT.exec(text)
  if (six !== null) return placeOf(six[1]!)
  const extended = EXTENDED_PORT.exec(text)
  if (extended === null) return null
  const address = parseAddress(extended[3]!)
  const port = Number(extended[4])
  if (address === null || port === 0 || port > 0xffff) return null
  return isIpv6(address) === (extended[2] === '2') ? { address, port } : null
}

/** "h,h,h,h,p,p" */
function placeOf(numbers: string): Place | null {
  const bytes = numbers.split(',').map(Number)
  if (bytes.some((byte) => byte > 255)) return null
  const port = (bytes[4]! << 8) | bytes[5]!
  return port === 0 ? null : { address: readAddress(Uint8Array.from(bytes), 0, 4), port }
}
