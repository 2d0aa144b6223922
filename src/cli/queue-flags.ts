// Flags of the commands that meet at a queue.
import { addressOf, type Address } from '../study/queue-connection.ts'
import type { Flag, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { milliseconds, quantity } from './flags.ts'

export type { Address } from '../study/queue-connection.ts'

export const addressFlag: Flag = {
  kind: 'text',
  value: 'URL',
  describe: 'Redis 6.2 or later, or Valkey: redis://host:6379, rediss://user:secret@host/2',
  common: true,
  parse: (text): Address => {
    const address = addressOf(text)
    if (address !== null) return address
    throw new UsageError(
      `--queue is the address of a Redis, got "${text}"`,
      'For instance --queue redis://localhost:6379.',
    )
  },
}

export const patienceFlag: Flag = {
  kind: 'text',
  value: 'TIME',
  describe: 'how long to wait for a Redis that went away [default: 5min]',
  parse: quantity('time', 'a time with its unit, like 30s or 5min'),
}

export function patienceMs(values: Values): number {
  return milliseconds((values['patience'] as string | undefined) ?? '5min')
}
