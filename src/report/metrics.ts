// What is measured, under the names that summary.json has: for `lvs-sim explain metrics`.

export interface Metric {
  /** As a path of summary.json; <s> is a service, <phase> a phase. */
  name: string
  unit: string
  meaning: string
}

const REQUESTS = 'Requests are counted by the phase in which they meant to leave.'

export const METRICS: readonly Metric[] = [
  {
    name: 'services.<s>.offered.<phase>',
    unit: 'pps',
    meaning: `Requests whose intended departure lies in the phase, per second. ${REQUESTS}`,
  },
  {
    name: 'services.<s>.delivered.<phase>',
    unit: 'pps',
    meaning:
      'Those of them whose complete answer reached the client before the end of the cooldown ' +
      "and before the client's timeout.",
  },
  {
    name: 'services.<s>.loss.<phase>',
    unit: '1',
    meaning:
      'Share of the offered requests that failed. Requests still open at the end are not lost, ' +
      'but its high is where it would be if all of them failed.',
  },
  {
    name: 'services.<s>.failed.<phase>.<cause>',
    unit: '1',
    meaning:
      'Requests that failed: lost (a packet was dropped), refused (no server), reset, ' +
      'timeout, no port (the client had none left), over limit (refused: the server had ' +
      'maxConnections). Mean of a replication.',
  },
  {
    name: 'services.<s>.unfinished.<phase>',
    unit: '1',
    meaning: 'Requests still open at the end of the cooldown.',
  },
  {
    name: 'services.<s>.latency.<phase>.p50|p90|p99|p999|mean|max',
    unit: 's',
    meaning:
      'From the intended departure (not the actual one) of delivered requests to the last ' +
      'byte of the answer. Quantiles are of the requests of all replications together; max is ' +
      'the mean of the largest of each, so that a rare quantile may lie above it.',
  },
  {
    name: 'services.<s>.fairness.<phase|whole>.jain',
    unit: '1',
    meaning:
      "Jain's index of x_i = requests sent to server i divided by its weight at the start of " +
      'the span; 1 is equal, 1/n when one gets all. Servers of weight 0 are left out.',
  },
  {
    name: 'services.<s>.fairness.<phase|whole>.smallest|largest',
    unit: '1',
    meaning: 'The servers that got the least and the most for their weight, with their shares.',
  },
  {
    name: 'services.<s>.outage.total|longest',
    unit: 's',
    meaning:
      'How long the address of the service was out of service in a replication, together and at ' +
      'a stretch: somebody sent to a director that did not answer for it. With vrrp or ecmp.',
  },
  {
    name: 'services.<s>.connections.kept|reset|stuck',
    unit: '1',
    meaning:
      'TCP connections that were open when the address went out of service, whichever director ' +
      'they went through, by what became of them; services on one address have them in common. ' +
      'Mean of a replication.',
  },
  {
    name: 'outages[].withoutService|length|detection|election|arp|connections',
    unit: 's, 1',
    meaning:
      'The same by address and cause, with the parts of a take-over: until the master is missed, ' +
      'until another is elected, until all have heard its ARP.',
  },
  {
    name: 'resources[].utilisation',
    unit: '1',
    meaning:
      'Share of the phase in which a wire sent or a core worked; of a ring the share of its ' +
      'places taken at the peak. A name with a star is the mean of equal parts; the busiest ' +
      'stands beside it.',
  },
  {
    name: 'resources[].queuePeak|queueMean|queueLimit',
    unit: 'B, packets or requests (queueUnit)',
    meaning: 'Longest queue, mean queue met by what arrives, and how much fits; null is no limit.',
  },
  {
    name: 'drops[]',
    unit: '1',
    meaning: 'Packets dropped, by place, cause and phase. Mean of a replication.',
  },
  {
    name: 'packets[].sent|reached|answered|dropped',
    unit: 'pps',
    meaning:
      'Packets without connections (workload.packets) by name and phase: sent, arrived at a ' +
      'real server, come back to where they are said to come from, and dropped on either way.',
  },
  {
    name: 'bottleneck.at|resource|utilisation|ties|fullAtPps|room|failing',
    unit: '1, pps, text',
    meaning:
      'The busiest wire or processor of the steady phase with the highest load, those within ' +
      'half a percent of it, the load that would fill it (of several services their sum, each ' +
      'growing alike), and the room as a share of the load. Where 0.1 % of the requests or more ' +
      'fail or stay open, answers come ever later or a policer drops packets, fullAtPps is null: ' +
      'room is 0 where a wire or core is full, else null, and failing has places and causes.',
  },
  {
    name: 'connections.atEnd|most|created|memory',
    unit: '1, B',
    meaning:
      "Entries of the director's connection table, and the memory of the most there were; of " +
      "several directors that of the one that is meant to have the workload's service.",
  },
  {
    name: 'past[].host|packets',
    unit: '1',
    meaning:
      'Packets of clients that came to a real server past the director, because it answers ARP ' +
      'for the virtual address: fairness, of what the director sent, does not know of them.',
  },
  {
    name: 'theory.mostPps|limits|disagrees',
    unit: 'pps',
    meaning:
      'Largest load that arithmetic lets through without loss, what stops it, and whether ' +
      'the simulation says otherwise.',
  },
  {
    name: 'thresholds[].verdict|decidedBy',
    unit: 'pass, close, fail, not measured',
    meaning:
      'By the mean; close when the limit lies inside the 95 % interval, or when several ' +
      'replications give none; not measured when the phase was not reached. A quantile without ' +
      'an interval is decided by a more common one that is surely beyond the limit (decidedBy).',
  },
  {
    name: 'intervals, methods[].of|method',
    unit: 'text',
    meaning: 'Where the 95 % intervals come from, and by which method, for what is measured.',
  },
  {
    name: 'until.wanted|reached|lookedAt',
    unit: 'text, true or false, replications',
    meaning:
      'With --until: what was to be known how well, whether it is, and the numbers of ' +
      'replications at which that was looked at.',
  },
  {
    name: 'verdict, pass, complete',
    unit: 'pass, close, fail; true, false',
    meaning:
      'Of all thresholds together; pass is false for fail, and for close with --strict; ' +
      'complete is false when the run was stopped before its end.',
  },
  {
    name: 'fingerprint, scenarioHash, seed, version',
    unit: 'text',
    meaning: 'What identifies the result: the same four give the same bytes.',
  },
  {
    name: 'found[].after',
    unit: 's',
    meaning:
      'From what befell a host to the health check that found it out, by what was found ' +
      '("rs3 of web is down"); `times` counts the replications in which it was.',
  },
]
