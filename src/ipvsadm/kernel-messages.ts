// The kernel's errors in the words of ipvsadm (spec 5), which depend on the command.
import type { CommandName } from './options.ts'

const COMMON: Record<string, string> = {
  EPERM: 'Permission denied (you must be root)',
  EINVAL: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
  ENOPROTOOPT: 'Protocol not available',
  ENOMEM: 'Memory allocation problem',
  EOPNOTSUPP: 'Operation not supported with IPv6',
  EAFNOSUPPORT: 'Operation not supported with specified address family',
  ERANGE: 'Numerical result out of range',
  ENODEV: 'No such device',
}

const BY_COMMAND: Partial<Record<CommandName, Record<string, string>>> = {
  'add-service': {
    EEXIST: 'Service already exists',
    ENOENT: 'Scheduler or persistence engine not found',
  },
  'edit-service': {
    ESRCH: 'No such service',
    ENOENT: 'Scheduler or persistence engine not found',
  },
  'delete-service': { ESRCH: 'No such service' },
  zero: { ESRCH: 'No such service' },
  'add-server': { ESRCH: 'Service not defined', EEXIST: 'Destination already exists' },
  'edit-server': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'delete-server': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'start-daemon': { EEXIST: 'Daemon has already run' },
  'stop-daemon': { ESRCH: 'No daemon is running' },
}

export function kernelMessage(command: CommandName, code: string): string {
  return BY_COMMAND[command]?.[code] ?? COMMON[code] ?? code
}
