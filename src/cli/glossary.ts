// Words that `lvs-sim explain` knows beside the fields of the format: schedulers, forwarding modes,
// metrics.

export const GLOSSARY: Readonly<Record<string, string>> = {
  rr:
    'Round robin: every real server in turn, whatever its weight (0 is left out). Simple ' +
    'and even, while requests cost about the same.',
  wrr:
    'Weighted round robin: in turn, a server of weight 3 three times as often as one of weight ' +
    '1. Turns are interleaved, so that a heavy server gets no long burst.',
  lc:
    'Least connections: the server with the smallest overhead, 257 x active + inactive ' +
    'connections (256 x in "classic" kernels). Weights do not count, but 0 is left out.',
  wlc:
    'Weighted least connections, the default of ipvsadm: the smallest overhead (257 x active ' +
    '+ inactive) per unit of weight. Of equals the server that was added last.',
  sed:
    'Shortest expected delay: the smallest (active connections + 1) per unit of weight. An idle ' +
    'cluster gives to its heaviest server first; connections of UDP never count as active.',
  nq:
    'Never queue: the first idle server at once, whatever its weight; when none is idle, as sed. ' +
    'For UDP that is always the server that was added last.',
  dh:
    'Destination hashing: a table of 256 places by the destination address of the packet. ' +
    'Under one virtual address it is always the same server.',
  sh:
    'Source hashing: a table of 256 places by the client address (with sh-port its port too), ' +
    'filled by weights. A client keeps its server until servers or weights change.',
  mh:
    'Maglev hashing: a table of 4093 places filled by weights, by the client address (with ' +
    'mh-port its port too). When servers change, few clients of the others move.',
  lblc:
    'Locality-based least connections: a destination address keeps its server until that has ' +
    'more active connections than its weight, and another fewer than half of its own. Made for ' +
    'clusters of caches, where the destination says what is asked for.',
  lblcr:
    'Locality-based least connections with replication: as lblc, but a destination address has a ' +
    'set of servers. The set grows under load and shrinks when it has not changed for a while.',
  fo:
    'Weighted fail over: all connections go to the available server of the highest weight. The ' +
    'others wait until it is overloaded or gone.',
  ovf:
    'Weighted overflow: the server of the highest weight takes connections until it has as many ' +
    'active ones as its weight says. What is beyond goes to the next one.',
  twos:
    'Power of twice choice: two servers are drawn at random by their weights. The one with the ' +
    'smaller overhead per unit of weight gets the connection.',
  'sh-port': 'Flag of sh: the port of the client enters the hash too.',
  'sh-fallback': 'Flag of sh: a server without weight, or overloaded, is replaced by another.',
  'mh-port': 'Flag of mh: the port of the client enters the hash too.',
  'mh-fallback': 'Flag of mh: a server without weight, or overloaded, is replaced by another.',
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
