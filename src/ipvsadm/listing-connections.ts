// `ipvsadm -Lc` (spec 8.6): one row for each entry of the connection table, in the table's order.
import type { ConnectionRow } from '../ipvs/connection-rows.ts'
import type { ControlPlane } from './control-plane.ts'
import { endName, type ProtocolName } from './names.ts'

const TITLE = 'pro expire state       source             virtual            destination'
const TITLE_WITH_ENGINE = `${TITLE}        pe name          pe_data`

export function listConnections(
  plane: ControlPlane,
  isNumeric: boolean,
  withEngine: boolean,
): string {
  const lines = ['IPVS connection entries', withEngine ? TITLE_WITH_ENGINE : TITLE]
  for (const row of plane.connections()) lines.push(connectionRow(row, isNumeric, withEngine))
  return `${lines.join('\n')}\n`
}

function connectionRow(row: ConnectionRow, isNumeric: boolean, withEngine: boolean): string {
  const known = ['TCP', 'UDP', 'SCTP'].includes(row.protocol)
  const protocol = (known ? row.protocol.toLowerCase() : 'tcp') as ProtocolName
  const name = (address: number, port: number): string =>
    endName(address, port, protocol, isNumeric)
  const server = name(row.server, row.serverPort)
  const hasEngine = withEngine && row.engine !== ''
  const cells = [
    row.protocol.padEnd(3),
    clock(row.secondsLeft).padEnd(6),
    row.state.padEnd(11),
    name(row.client, row.clientPort).padEnd(18),
    name(row.virtual, row.virtualPort).padEnd(18),
    hasEngine ? `${server.padEnd(18)} ${row.engine.padEnd(16)} ${row.engineData}` : server,
  ]
  return cells.join(' ')
}

/** `14:57`; an hour is sixty minutes. */
function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return `${`${minutes}`.padStart(2, '0')}:${`${seconds % 60}`.padStart(2, '0')}`
}
