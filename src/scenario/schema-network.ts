// The parts of a scenario that join the others: networks and the routers between them.
import { z } from 'zod'
import { distributions, name, object, quantity, whole } from './schema-fields.ts'

const share = (description: string) => quantity('share', description, '0.1%')

const loss = z
  .union([
    share('Share of the frames, each by itself.'),
    object(
      {
        kind: z.literal('bursts'),
        good: share('Loss in the good state.').optional(),
        bad: share('Loss in the bad state.').optional(),
        toBad: share('Chance that a frame finds the good state turned bad.'),
        toGood: share('Chance that a frame finds the bad state turned good.'),
      },
      'Bursts (Gilbert and Elliott); 0% and 100% of the frames are lost unless said otherwise.',
    ),
  ])
  .meta({ description: 'Frames that a crossing loses: a share of them, or bursts.' })

export const link = object(
  {
    kind: z.enum(['switch', 'wire']).optional().meta({
      description:
        'A non-blocking switch, every host with a port of its own; or one wire between two hosts.',
    }),
    rate: quantity('bitRate', 'Rate of every port.', '10Gbps').optional(),
    delay: quantity('time', 'One crossing, without sending the frame.', '1us').optional(),
    mtu: quantity('size', 'Largest IP packet.', '1500B').optional(),
    buffer: z
      .union([
        quantity('size', 'Queue in front of each port.', '2MiB'),
        quantity('packets', 'The same in packets.', '1000packets'),
      ])
      .optional()
      .meta({
        description:
          'Queue in front of each port of a switch or at each end of a wire, in bytes or packets.',
      }),
    sharedBuffer: quantity(
      'size',
      'Memory that all ports of the switch share; a port gets no more than its buffer of it.',
      '12MiB',
    ).optional(),
    alpha: z
      .number()
      .positive()
      .max(1024)
      .optional()
      .meta({
        description:
          'A queue may grow while it is shorter than alpha times the free part of sharedBuffer ' +
          '(Choudhury and Hahne); 1 unless given.',
      }),
    loss: loss.optional(),
    jitter: distributions('time', 'Delay on top.').optional().meta({
      description: 'Delay of each frame on top, a distribution; frames keep their order.',
    }),
    overhead: quantity('size', 'Preamble and gap beside each frame.', '20B').optional(),
  },
  'A network.',
)

export const clampMss = z
  .union([
    quantity('size', 'Largest MSS.', '1440B'),
    whole(48, 65_535, 'The same in bytes.'),
    z.literal('mtu'),
  ])
  .meta({
    description:
      'Lowers the MSS of SYN segments that pass, as iptables TCPMSS: a size, or "mtu" for what ' +
      'the way takes.',
  })

const rate = quantity('bitRate', 'Frames may take so much in the long run.', '100Mbps')
const burst = quantity('size', 'And so many bytes at once.', '64KiB').optional()

const routerPort = object(
  {
    shaper: object(
      { rate, burst, queue: quantity('size', 'What may wait.', '256KiB').optional() },
      'Holds frames back that leave too fast; burst 64KiB and queue 256KiB unless given.',
    ).optional(),
    policer: object(
      { rate, burst },
      'Drops frames that leave too fast; burst 64KiB unless given.',
    ).optional(),
  },
  'A port of a router.',
)

export const router = object(
  {
    links: z
      .record(name, routerPort)
      .meta({ description: 'Networks that it joins, two at least, by the names of links.' }),
    icmp: z
      .boolean()
      .optional()
      .meta({
        description:
          'Whether ICMP errors are sent and pass, true unless given; false makes the black hole ' +
          'of path MTU discovery.',
      }),
    clampMss: clampMss.optional(),
  },
  'A router, as fast as its wires. Ways are the shortest ones.',
)
