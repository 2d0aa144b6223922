// VRRP between directors, in keepalived's words: who may hold the virtual addresses, and how they
// agree on it.
import { z } from 'zod'
import { name, object, quantity, text, whole } from './schema-fields.ts'

const advert = quantity(
  'time',
  'Between two advertisements (advert_int): whole seconds with version 2, hundredths of a second ' +
    'with version 3.',
  '1s',
)
const vrid = whole(1, 255, 'Number of the virtual router; the same for all members.')
const password = text('Of version 2 (auth_pass); eight letters count.')
const preempt = z.boolean().meta({
  description: 'Whether a member takes the addresses back from one of lower priority.',
})

const member = object(
  {
    director: text('A director.'),
    priority: whole(
      1,
      255,
      'The highest that is there becomes master; 100 unless given.',
    ).optional(),
    advert: advert.optional(),
    vrid: vrid.optional(),
    password: password.optional(),
    preempt: preempt.optional(),
  },
  'A director of the group; what it says differs from the others.',
)

const gratuitousArp = object(
  {
    count: whole(1, 1000, 'Of each address in a burst (garp_master_repeat).').optional(),
    interval: quantity('time', 'Between two of them (garp_interval).', '1ms').optional(),
    delay: quantity(
      'time',
      'A second burst so long after the first (garp_master_delay); 0s: none.',
      '5s',
    ).optional(),
    refresh: quantity(
      'time',
      'Repeated by a master so often (garp_master_refresh); 0s: not.',
      '60s',
    ).optional(),
  },
  'How a new master announces its addresses.',
)

const script = object(
  {
    interval: quantity(
      'time',
      'From one run to the next (interval), in whole seconds; 1s unless given.',
      '2s',
    ).optional(),
    weight: whole(
      -253,
      253,
      'Added to the priority: a negative one while the script fails, a positive one while it ' +
        'succeeds. 0, unless given: a member whose script fails gives up.',
    ).optional(),
    rise: whole(1, 1000, 'Successes in a row until it counts as well again (rise).').optional(),
    fall: whole(1, 1000, 'Failures in a row until it counts as failed (fall).').optional(),
  },
  'A script (vrrp_script) that every member runs on its own machine. It succeeds, but while a ' +
    'fault "script-fails" is in force.',
)

const settings = {
  members: z
    .array(member)
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'Directors that may hold the addresses.' }),
  addresses: z
    .array(text('An address without a port.'))
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'Virtual addresses; those of all services that the members serve.' }),
  vrid: vrid.optional(),
  version: z
    .union([z.literal(2), z.literal(3)])
    .optional()
    .meta({ description: 'Of VRRP: 2, or 3 where the interval is no whole number of seconds.' }),
  advert: advert.optional(),
  downAdverts: whole(
    1,
    100,
    'Advertisements missed before a backup takes over (down_timer_adverts).',
  ).optional(),
  password: password.optional(),
  authentication: z
    .enum(['pass', 'ah'])
    .optional()
    .meta({
      description:
        'How the password is used (auth_type): pass (unless given) sends it, ah proves by a hash ' +
        'over each advertisement that it is known.',
    }),
  preempt: preempt.optional(),
  preemptDelay: quantity(
    'time',
    'How long a member that has come back obeys one of lower priority.',
    '60s',
  ).optional(),
  gratuitousArp: gratuitousArp.optional(),
  track: z
    .record(name, script)
    .optional()
    .meta({ description: 'Scripts that members follow (track_script), by their names.' }),
  unicast: z.boolean().optional().meta({
    description: 'Advertisements go to the other members one by one, not to the group 224.0.0.18.',
  }),
}

const sync = object(
  {
    role: z
      .enum(['follows', 'both'])
      .optional()
      .meta({
        description:
          'follows (unless given, with one instance): the master tells, the others listen, as ' +
          'keepalived does it. both: every director tells and listens.',
      }),
    threshold: whole(
      0,
      1_000_000,
      "Client's packet with which a connection is told first (sync_threshold); 3 unless given.",
    ).optional(),
    period: whole(
      0,
      1_000_000,
      'It is told again after so many packets; 50 unless given, 0: not.',
    ).optional(),
    refresh: quantity(
      'time',
      'It is told again after so long (sync_refresh_period); by packets alone unless given.',
      '10s',
    ).optional(),
    id: whole(1, 255, 'Number of the group; the VRID unless given.').optional(),
  },
  'Synchronisation of connections.',
)

export const vrrp = object(
  {
    ...settings,
    instances: z
      .record(name, object(settings, 'A virtual router: members and addresses.'))
      .optional()
      .meta({
        description:
          'Several virtual routers, as for two directors that are each master of one address. ' +
          'What is said beside holds for all of them.',
      }),
    syncConnections: z
      .union([z.boolean(), sync])
      .optional()
      .meta({
        description:
          'Whether directors tell each other of their connections (lvs_sync_daemon); false ' +
          'unless given.',
      }),
    gateway: text(
      'With nat: the address that real servers have as gateway, which moves with the others.',
    ).optional(),
    start: z
      .enum(['settled', 'cold'])
      .optional()
      .meta({
        description:
          'settled (unless given): masters have been elected before the run. cold: every ' +
          'keepalived starts when the run begins.',
      }),
  },
  'keepalived on several directors: who holds the virtual addresses.',
)
