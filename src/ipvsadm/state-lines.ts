// `ipvsadm -L --timeout` and `--daemon` (spec 8.7).
import { formatAddress } from '../wire/address-text.ts'
import type { ControlPlane, Daemon, DaemonRole } from './control-plane.ts'

export function timeoutLine({ ipvs }: ControlPlane): string {
  const { tcp, tcpFin, udp } = ipvs.machine.timeouts
  return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`
}

export function daemonLines({ daemons }: ControlPlane): string {
  const roles: DaemonRole[] = ['master', 'backup']
  return roles
    .flatMap((role) => {
      const daemon = daemons.get(role)
      return daemon === undefined ? [] : [daemonLine(role, daemon)]
    })
    .join('')
}

function daemonLine(role: DaemonRole, daemon: Daemon): string {
  const fields = [
    `mcast=${daemon.interface}`,
    `syncid=${daemon.syncId}`,
    `maxlen=${daemon.maxLength}`,
    `group=${formatAddress(daemon.group)}`,
    `port=${daemon.port}`,
    `ttl=${daemon.ttl}`,
  ]
  return `${role} sync daemon (${fields.join(', ')})\n`
}
