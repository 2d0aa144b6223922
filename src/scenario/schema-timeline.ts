// The parts of a scenario that happen by order: faults of hosts and wires.
import { z } from 'zod'
import { name, object, quantity } from './schema-fields.ts'

const moment = {
  at: quantity('time', 'When it begins, from the start of the run.', '140ms'),
  for: quantity(
    'time',
    'How long it lasts; to the end of the run unless given.',
    '40ms',
  ).optional(),
}

const host = name.meta({ description: 'A host by its name, like "rs3".' })

const place = {
  host: host.optional().meta({ description: 'The host whose port it is; every host of the link.' }),
  link: name.optional().meta({ description: 'The network; every one that the host is on.' }),
}

export const fault = z.discriminatedUnion('kind', [
  object(
    { kind: z.literal('host-down'), host, ...moment },
    'A host crashes: packets to it vanish, and when it is back it knows no connection any more.',
  ),
  object(
    { kind: z.literal('host-hang'), host, ...moment },
    'A host hangs: it takes nothing and sends nothing, and goes on later where it was.',
  ),
  object(
    { kind: z.literal('keepalived-stop'), host, ...moment },
    'The keepalived of a director is stopped (SIGTERM): a master says goodbye and gives its ' +
      'addresses up. It is started again at the end.',
  ),
  object(
    { kind: z.literal('app-down'), host, ...moment },
    'The program of a real server ends: connections are closed, and its port answers with RST or ' +
      'port unreachable.',
  ),
  object(
    { kind: z.literal('app-hang'), host, ...moment },
    'The program of a real server hangs: the kernel goes on with handshakes until the accept ' +
      'queue is full, and nothing is answered.',
  ),
  object(
    {
      kind: z.literal('slow-host'),
      host,
      factor: z
        .number()
        .positive()
        .max(1_000_000)
        .meta({ description: 'How many times as long requests take that begin meanwhile.' }),
      ...moment,
    },
    'A real server becomes slow.',
  ),
  object(
    { kind: z.literal('link-cut'), ...place, ...moment },
    'Wires are cut: of a host (a switch that loses its port), or of all hosts of a network.',
  ),
  object(
    {
      kind: z.literal('link-loss'),
      loss: quantity('share', 'Share of the frames, in each direction.', '1%'),
      ...place,
      ...moment,
    },
    'Wires lose frames.',
  ),
  object(
    {
      kind: z.literal('link-rate'),
      rate: quantity('bitRate', 'What they carry meanwhile.', '100Mbps'),
      ...place,
      ...moment,
    },
    'Wires carry less, as after a negotiation that went wrong.',
  ),
])
