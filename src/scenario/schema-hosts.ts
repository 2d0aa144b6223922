// The parts of a scenario that stand somewhere: clients, directors, real servers.
import { z } from 'zod'
import { distributions, name, object, quantity, text, whole } from './schema-fields.ts'
import { clampMss } from './schema-network.ts'
import { clientTcp, serverTcp } from './schema-tcp.ts'

export const clients = object(
  {
    count: whole(1, 10_000, 'Hosts, each with its own port.').optional(),
    link: text('Network they are on.').optional(),
    subnet: text('Source addresses, like "10.1.0.0/16".').optional(),
    addresses: whole(
      1,
      16_777_216,
      'Source addresses drawn in order from the subnet; the count of hosts unless given.',
    ).optional(),
    flows: whole(
      1,
      10_000_000,
      'UDP: address and port pairs of all clients together. TCP opens a new connection from ' +
        'the next free port for every request.',
    ).optional(),
    ports: text(
      'Source ports of each address, like "1024-65535" (net.ipv4.ip_local_port_range); ' +
        "Linux's 32768-60999 unless given. One in TIME_WAIT is passed over.",
    ).optional(),
    established: z
      .boolean()
      .optional()
      .meta({ description: 'UDP: every flow has its connection at time 0, at no cost.' }),
    timeout: quantity(
      'time',
      'A request without its complete answer by then has failed.',
      '1s',
    ).optional(),
    tcp: clientTcp.optional(),
  },
  'A population of clients.',
)

const nic = object(
  {
    link: text('Network it is on.').optional(),
    queues: whole(
      1,
      1024,
      'Receive queues; queue q is served by core q mod cores. The number of cores unless given.',
    ).optional(),
    ring: whole(1, 1_000_000, "Places of each receive ring; the card's unless given.").optional(),
    txQueue: whole(1, 1_000_000, 'Packets that wait for the wire.').optional(),
    card: z
      .enum(['x540', 'xl710', 'e810', 'connectx-5'])
      .optional()
      .meta({ description: 'Model: largest number of queues, ring.' }),
    rss: z
      .enum(['addresses', 'udp4'])
      .optional()
      .meta({ description: 'UDP spread over queues by addresses, or by addresses and ports.' }),
    offload: object(
      {
        interruptModeration: quantity(
          'time',
          'From one interrupt of a core to the next, at least. Without it cores poll.',
          '20us',
        ).optional(),
        napiBudget: whole(
          1,
          65_536,
          'Packets that a core takes from one ring before the next has its turn.',
        ).optional(),
      },
      'How packets wake a core.',
    ).optional(),
  },
  'A network card.',
)

export const director = object(
  {
    address: text("The director's own address.").optional(),
    cpu: object(
      {
        cores: whole(1, 1024, 'Cores that handle packets.').optional(),
        clock: quantity('frequency', 'Clock of the cores.', '3.0GHz').optional(),
        profile: z
          .enum(['kernel', 'xdp', 'dpdk'])
          .optional()
          .meta({ description: 'Published costs of a stack.' }),
        perPacket: quantity(
          'time',
          'Replaces the base of all modes; surcharges and scaling loss off.',
          '900ns',
        ).optional(),
        measured: quantity(
          'packetRate',
          'Your own figure for one core in the mode in use; surcharges stay.',
          '1.1Mpps',
        ).optional(),
        mitigations: z
          .boolean()
          .optional()
          .meta({ description: 'CPU mitigations on: everything costs more.' }),
        remoteCores: whole(
          0,
          1024,
          'Cores on the other socket than the cards: the last of them, slower by the profile.',
        ).optional(),
      },
      'What its packets cost.',
    ).optional(),
    nics: z
      .record(name, nic)
      .optional()
      .meta({ description: 'Network cards by name; one, or two on different networks.' }),
    rules: z
      .union([
        text('Text of rules, or the name of a file with them.'),
        z.array(text('A line.')).max(10_000),
      ])
      .optional()
      .meta({ description: 'Lines of ipvsadm or the output of ipvsadm -Sn, or a file.' }),
    keepalived: z
      .union([
        text('Text of a keepalived.conf, or the name of a file with it.').max(1_000_000),
        z.array(text('A line.')).max(10_000),
      ])
      .optional()
      .meta({
        description:
          'A keepalived.conf, its lines, or a file: its virtual servers become services, its ' +
          'checkers look after their servers.',
      }),
    kernel: z
      .enum(['6.1', 'classic', '5.8'])
      .optional()
      .meta({
        description:
          'Linux 6.1.192; "classic": with the arithmetic of kernels before 2026; "5.8": with ' +
          'conntrack such a kernel also drops a SYN that would be given another server because ' +
          'its port was used before (conn_reuse_mode).',
      }),
    conntrack: z.boolean().optional().meta({
      description: 'net.ipv4.vs.conntrack: every connection is tracked by netfilter, too.',
    }),
    clampMss: clampMss.optional(),
    pmtuDiscovery: z
      .boolean()
      .optional()
      .meta({
        description:
          "net.ipv4.vs.pmtu_disc: true (unless given) copies a packet's DF to the tunnel's " +
          'header and tells senders of too large packets; false cuts the tunnel packet instead.',
      }),
    sysctls: z
      .record(z.string(), z.union([z.int(), text('Several numbers.')]))
      .optional()
      .meta({
        description:
          'Variables of net.ipv4.vs by the kernel\'s names: { "drop_entry": 3, ' +
          '"conn_reuse_mode": 0, "sync_threshold": "3 50" }.',
      }),
    connections: object(
      {
        tableSize: whole(
          256,
          134_217_728,
          'Buckets of the connection table, a power of two: 2 to the conn_tab_bits.',
        ).optional(),
        timeouts: object(
          {
            tcp: quantity('time', 'ESTABLISHED.', '15min').optional(),
            tcpfin: quantity('time', 'FIN_WAIT.', '2min').optional(),
            udp: quantity('time', 'UDP.', '5min').optional(),
          },
          'As `ipvsadm --set`.',
        ).optional(),
        expireNodestConn: z
          .boolean()
          .optional()
          .meta({
            description:
              'net.ipv4.vs.expire_nodest_conn: connections of a server that has been removed end ' +
              'with their next packet, instead of losing it.',
          }),
      },
      'The connection table.',
    ).optional(),
  },
  'A director.',
)

export const realServers = object(
  {
    count: whole(
      1,
      10_000,
      'Hosts: name1, name2, ...; one host is called by the name alone.',
    ).optional(),
    address: text('Address of the first; the others follow.').optional(),
    weight: whole(0, 2_147_483_647, 'Weight in services that do not say otherwise.').optional(),
    link: text('Network they are on.').optional(),
    arp: z
      .enum(['silent', 'answers'])
      .optional()
      .meta({
        description:
          'Whether they answer ARP for the virtual address, with dr and tun: "silent" (unless ' +
          'given) as with arp_ignore 1 and arp_announce 2, "answers" as Linux does by itself.',
      }),
    discipline: z
      .enum(['fifo', 'ps'])
      .optional()
      .meta({
        description:
          'fifo (unless given): a request has a core to itself, others wait. ps: all requests ' +
          'share the cores evenly (processor sharing).',
      }),
    workers: whole(
      1,
      1_000_000,
      'Requests worked on at once: with fifo as many as cores unless given, with ps any number. ' +
        'More workers than cores share the cores.',
    ).optional(),
    backlog: whole(0, 1_000_000, 'Requests that wait for a worker.').optional(),
    maxConnections: whole(
      1,
      10_000_000,
      'Open connections of each host (TCP); one more is reset. No limit unless given.',
    ).optional(),
    slow: z.record(name, z.number().positive().max(1_000_000)).optional().meta({
      description: 'How many times as long requests take on a host, by its name: { "rs3": 4 }.',
    }),
    cpu: object(
      {
        cores: whole(1, 1024, 'Cores.').optional(),
        perRequest: distributions('time', 'Core time of a request.')
          .optional()
          .meta({ description: 'Core time of a request: a time, or a distribution.' }),
      },
      'What requests cost.',
    ).optional(),
    tcp: serverTcp.optional(),
  },
  'A group of equal real servers.',
)
