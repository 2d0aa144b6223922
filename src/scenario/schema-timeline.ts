// The parts of a scenario that happen by order: faults of hosts and wires, and what operators do.
import { z } from 'zod'
import { name, object, quantity, text, whole } from './schema-fields.ts'

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
    {
      kind: z.literal('script-fails'),
      host,
      script: text('A script that the keepalived of the director follows (vrrp_script, or track).'),
      ...moment,
    },
    'A tracked script of a director fails, whenever it is run.',
  ),
  object(
    {
      kind: z.literal('process-down'),
      host,
      process: text('A process that the keepalived follows (vrrp_track_process), by its name.'),
      ...moment,
    },
    'A tracked process of a director is not there.',
  ),
  object(
    {
      kind: z.literal('file-value'),
      host,
      file: text('A file that the keepalived follows (track_file, FILE_CHECK), by its name.'),
      value: z.int().min(-2_147_483_648).max(2_147_483_647).meta({
        description: 'The number in it meanwhile; before and after it is 0.',
      }),
      ...moment,
    },
    'A tracked file of a director has another number in it.',
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

const at = quantity('time', 'When, from the start of the run.', '10s')
const director = name.optional().meta({ description: 'On which director; the only one there is.' })
const lines = (what: string) => z.union([text(what), z.array(text('A line.')).max(10_000)])
const length = quantity(
  'time',
  'For so long; then it is as it was. Or to the end.',
  '30s',
).optional()

export const operation = z.discriminatedUnion('kind', [
  object(
    {
      kind: z.literal('ipvsadm'),
      at,
      director,
      run: lines('A command line of ipvsadm, or several.').meta({
        description: 'A command line of ipvsadm, or a list of them.',
      }),
    },
    'An operator runs ipvsadm on a director; what the kernel refuses is told.',
  ),
  object(
    {
      kind: z.literal('weight'),
      at,
      host,
      weight: whole(0, 2_147_483_647, 'Its weight from then on.'),
      for: length,
    },
    'A real server gets another weight, in all services of all directors.',
  ),
  object(
    { kind: z.literal('drain'), at, host, for: length },
    'A real server gets weight 0: no new connections, those that exist go on.',
  ),
  object(
    {
      kind: z.literal('restart'),
      at,
      host: host.optional(),
      servers: name.optional().meta({
        description: 'A group of real servers, restarted one after the other.',
      }),
      drain: quantity('time', 'Weight 0 for so long before each program ends.', '30s').optional(),
      down: quantity('time', 'How long each program is not there.', '5s'),
      pause: quantity('time', 'Between one server and the next.', '10s').optional(),
    },
    'The programs of real servers are restarted; their connections are closed.',
  ),
  object(
    { kind: z.literal('withdraw'), at, director, for: length },
    'A director withdraws its route (with ecmp): packets go to the others at once, and it goes ' +
      'on serving what still comes.',
  ),
  object(
    {
      kind: z.literal('reload'),
      at,
      director,
      keepalived: lines('Text of a keepalived.conf, or the name of a file with it.').meta({
        description: 'A keepalived.conf: its text, a list of lines, or the name of a file.',
      }),
    },
    'keepalived reads another configuration (SIGHUP): what is in both keeps its state.',
  ),
])
