// The health check of a service, in the words of keepalived.
import { z } from 'zod'
import { name, object, quantity, whole } from './schema-fields.ts'

export const healthCheck = object(
  {
    type: z.enum(['tcp', 'http', 'https', 'udp', 'dns', 'smtp', 'ping', 'misc']).meta({
      description:
        'What is tried: tcp connects (TCP_CHECK), http and https fetch a page (HTTP_GET, ' +
        'SSL_GET), udp sends a datagram, dns asks a question, smtp says HELO and QUIT, ping ' +
        'sends an echo, misc runs a program that asks the server for something.',
    }),
    interval: quantity(
      'time',
      'delay_loop: from the end of a check to the next; misc: from start to start.',
      '6s',
    ).optional(),
    timeout: quantity(
      'time',
      'connect_timeout: how long each answer may take; misc: misc_timeout, in whole seconds.',
      '5s',
    ).optional(),
    retries: whole(0, 1000, 'retry: further tries before a server is held to be down.').optional(),
    delayBeforeRetry: quantity('time', 'delay_before_retry: between two tries.', '1s').optional(),
    warmup: quantity(
      'time',
      'warmup: the first check comes a second after the start and a random part of this.',
      '10s',
    ).optional(),
    started: z
      .enum(['before', 'now'])
      .optional()
      .meta({
        description:
          'Whether keepalived has been running for long when the run begins ("before", unless ' +
          'given: checks come at any moment of their period), or starts then ("now").',
      }),
    alpha: z.boolean().optional().meta({
      description: 'alpha: servers are down until a check has succeeded (started "now").',
    }),
    onFail: z
      .enum(['remove', 'quiesce'])
      .optional()
      .meta({
        description:
          'remove (unless given): a server that is down leaves IPVS. quiesce: it stays with ' +
          'weight 0 (inhibit_on_failure).',
      }),
    requireReply: z.boolean().optional().meta({
      description: 'require_reply of udp: silence is a failure. Without it, it is a good sign.',
    }),
    quorum: whole(
      1,
      2_147_483_647,
      'quorum: sum of the weights of servers that are up below which the service is down.',
    ).optional(),
    hysteresis: whole(
      0,
      2_147_483_646,
      'hysteresis: so much above the quorum it is up again, so much below it down.',
    ).optional(),
    sorryServer: name.optional().meta({
      description: 'sorry_server: the real server that stands in for all when the quorum is lost.',
    }),
  },
  "keepalived's health check of every real server of the service.",
)
