// Words that `lvs-sim explain` knows beside the fields of the format: schedulers, forwarding modes,
// metrics.

export const GLOSSARY: Readonly<Record<string, string>> = {
  rr:
    'Round robin: every real server in turn, whatever its weight (0 is left out). Simple ' +
    'and even, while requests cost about the same.',
  wrr:
    'Weighted round robin: in turn, in proportion to the weights, by the gcd walk of the ' +
    'kernel. A weight is a share.',
  lc:
    'Least connections: the server with the smallest overhead, 256 x active + inactive ' +
    'connections. Weights do not count, but 0 is left out.',
  wlc:
    'Weighted least connections, the default of ipvsadm: the least overhead (256 x active ' +
    '+ inactive) per unit of weight; of equals the first.',
  sed:
    'Shortest expected delay: the least (active connections + 1) per weight. Fast servers ' +
    'are preferred while little is going on.',
  nq: 'Never queue: an idle server at once, whichever is first; when none is idle, as sed.',
  dh:
    'Destination hashing: a fixed table of 256 places by the destination address. For one ' +
    'virtual address it is always the same server.',
  sh:
    'Source hashing: a fixed table of 256 places by the client address (with sh-port and ' +
    'its port), filled by weights. A client keeps its server.',
  mh:
    'Maglev hashing: a table of 251 to 131,071 places filled by permutations, by the ' +
    'client address (with mh-port and its port). Few clients move when servers change.',
  nat:
    'NAT: the director rewrites the destination, replies come back through it. Both ' +
    'directions share its wires and cores, so it saturates first.',
  dr:
    'Direct routing: only the MAC address changes, replies go straight to the client. ' +
    "Director and servers share a network; the director's wire carries requests only.",
  tun:
    'Tunnel: the packet gets an outer IPv4 header of 20 bytes (IPIP) to the real server, ' +
    'replies go straight to the client. Frames grow, so the sending wire fills first.',
  director:
    'The host in front: it has the virtual address and decides which real server gets a ' +
    'connection.',
  vip: 'The virtual address, under which clients reach a service.',
  weight:
    'Share of a real server in schedulers that know weights. 0 is quiesced: no new connections.',
  flow:
    'An address and port pair of a client, which sends requests of UDP. The director has ' +
    'one connection for each.',
  phase: 'A stretch of the load with one rate, or a ramp. Everything is measured by phase.',
  replication:
    'A repetition of the run with independent random streams. Intervals come from ' +
    'replications: 5 unless said otherwise.',
  seed:
    'Any text from which all random streams are derived. The same scenario, seed and ' +
    'version give the same bytes.',
  jain:
    "Jain's index of fairness, (sum x)^2 / (n sum x^2): 1 when all get the same for " +
    'their weight, 1/n when one gets all.',
}
