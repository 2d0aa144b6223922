// Formulas of TCP, test vectors, published boxes and recordings of the kernel beside ours.
import { readFileSync, readdirSync } from 'node:fs'
import { toeplitzAddresses, toeplitzPorts } from '../../src/net/toeplitz.ts'
import { verify } from '../../src/replay/verify.ts'
import { framesPerSecond, ringMicroseconds } from '../closed-forms/exact.ts'
import { reference, referencesOf } from '../closed-forms/reference.ts'
import { TOEPLITZ_SUITE, numberOf } from '../net/toeplitz-suite.ts'
import {
  BOXES,
  VERDICTS,
  capacity,
  coresFor,
  published,
  publishedOf,
} from '../scenario/published-boxes.ts'
import {
  MSS,
  PADHYE,
  PRODUCT_BYTES,
  ROUNDS,
  SQUARE_ROOT,
  filled,
  padhye,
  roundTripsOf,
  squareRoot,
} from '../tcp/bulk.ts'
import { apart, digits, type Row, type Section } from './section.ts'

const MEGA = 1e6

export function exactValues(): Section {
  const wires = referencesOf('ref-eth-pps-').map((id): Row => {
    const [known, ours] = [reference(id), framesPerSecond(id)]
    return {
      quantity: `frames a second: ${id.replace('ref-eth-pps-', '').replace('-', ', ')}`,
      source: 'IEEE 802.3: 20 B beside each frame',
      known: known.toFixed(0),
      ours: ours.toFixed(0),
      difference: apart(ours, known),
    }
  })
  const rings = referencesOf('ref-ring-').map((id): Row => {
    const [, places, rate] = /^ref-ring-(\d+)-at-(\d+)pps/.exec(id)!
    const [known, ours] = [reference(id), ringMicroseconds(id)]
    return {
      quantity: `a ring of ${places} at ${rate} pps that nobody empties, us`,
      source: 'by hand',
      known: digits(known),
      ours: digits(ours),
      difference: apart(ours, known),
    }
  })
  return {
    title: 'Wires and rings',
    about: 'What leaves nothing to chance.',
    rows: [...wires, ...rings],
  }
}

export function tcpFormulas(): Section {
  return {
    title: 'TCP',
    about:
      'Reno with unbounded buffers over a lossy path; the losses of the second formula come in ' +
      'bursts, as its authors have them. Objects are sent over an idle path with 10 segments of ' +
      '1,460 B as the first window; round trips beside the handshake.',
    rows: [
      ...SQUARE_ROOT.map(squareRootRow),
      ...PADHYE.map(padhyeRow),
      ...ROUNDS.map(roundRow),
    ].concat(bufferRows()),
  }
}

function squareRootRow(given: (typeof SQUARE_ROOT)[number]): Row {
  const { ours, formula } = squareRoot(given)
  const { rttMs, loss, sack, delayedAck } = given
  const how = `${sack ? 'SACK' : 'NewReno'}, ${delayedAck ? 'delayed ACKs' : 'an ACK each'}`
  return {
    quantity: `bulk rate, ${rttMs} ms, p = ${loss}, ${how}`,
    source: 'Mathis, Semke, Mahdavi, Ott 1997',
    known: `${digits((8 * formula) / MEGA)} Mb/s`,
    ours: `${digits((8 * ours) / MEGA)} Mb/s`,
    difference: apart(ours, formula),
  }
}

function padhyeRow(given: (typeof PADHYE)[number]): Row {
  const { ours, formula } = padhye(given)
  const { rttMs, loss, delayedAck } = given
  const how = delayedAck ? 'delayed ACKs' : 'an ACK each'
  return {
    quantity: `sending rate, ${rttMs} ms, p = ${loss}, ${how}`,
    source: 'Padhye, Firoiu, Towsley, Kurose 1998',
    known: `${digits((8 * MSS * formula) / MEGA)} Mb/s`,
    ours: `${digits((8 * MSS * ours) / MEGA)} Mb/s`,
    difference: apart(ours, formula),
  }
}

function roundRow([bytes, rounds]: readonly [bytes: number, rounds: number]): Row {
  // Half a round trip of the first round is the way of the request, which nobody sends here.
  const ours = roundTripsOf(bytes) + 0.5
  return {
    quantity: `object of ${bytes} B, round trips`,
    source: 'by hand: ⌈log2(S / 14600 + 1)⌉ (RFC 6928)',
    known: `${rounds}`,
    ours: ours.toFixed(2),
    difference: apart(ours, rounds),
  }
}

function bufferRows(): Row[] {
  const half = filled({ rmem: PRODUCT_BYTES, wmem: 4 * PRODUCT_BYTES })
  const whole = filled({ rmem: 8 * PRODUCT_BYTES, wmem: 4 * PRODUCT_BYTES })
  const row = (quantity: string, known: number, ours: number): Row => ({
    quantity,
    source: 'by hand',
    known: digits(known),
    ours: digits(ours),
    difference: apart(ours, known),
  })
  return [
    row('share of a wire that a bulk transfer fills', 1448 / 1538, whole),
    row('the same with windows of half the bandwidth-delay product', 0.5, half),
  ]
}

export function toeplitz(): Section {
  const hex = (hash: number) => `0x${(hash >>> 0).toString(16).padStart(8, '0')}`
  return {
    title: 'Receive side scaling',
    about: 'The Toeplitz hash over addresses and ports, and over addresses alone.',
    rows: TOEPLITZ_SUITE.flatMap(({ src, srcPort, dst, dstPort, ports, addresses }) => {
      const [from, to] = [numberOf(src), numberOf(dst)]
      const hashes: [string, number, number][] = [
        [
          `${src}:${srcPort} to ${dst}:${dstPort}`,
          ports,
          toeplitzPorts(from, to, srcPort, dstPort),
        ],
        [`${src} to ${dst}`, addresses, toeplitzAddresses(from | 0, to | 0)],
      ]
      return hashes.map(([quantity, known, ours]): Row => {
        const difference = known === ours >>> 0 ? 'none' : 'another hash'
        const source = "Microsoft's verification suite"
        return { quantity, source, known: hex(known), ours: hex(ours), difference }
      })
    }),
  }
}

function coresText(cores: number): string {
  return cores === 1 ? '1 core' : `${cores} cores`
}

export function boxes(): Section {
  const rates = BOXES.map(([id, box]): Row => {
    const { value, source_title: source } = publishedOf(id)
    const [ours, low, high] = (['value', 'low', 'high'] as const).map(
      (end) => capacity(box, end) / MEGA,
    )
    const where = `${coresText(box.cores)} at ${box.clockHz / 1e9} GHz`
    return {
      quantity: `${box.profile}, ${box.mode.toUpperCase()}, ${where}, Mpps`,
      source,
      known: digits(value),
      ours: `${digits(ours!)} (${digits(low!)} to ${digits(high!)})`,
      difference: apart(ours!, value),
    }
  })
  const cores = VERDICTS.map(([id, box]): Row => {
    const ours = coresFor(box)
    const extras = [box.mitigations ? 'mitigations' : '', box.conntrack ? 'conntrack' : '']
    const what = [`${box.profile}, ${box.mode.toUpperCase()}, ${box.clockHz / 1e9} GHz`, ...extras]
    return {
      quantity: `cores for 14.88 Mpps: ${what.filter((part) => part !== '').join(', ')}`,
      source: 'by hand from the sources of the costs',
      known: `${published(id)}`,
      ours: `${ours}`,
      difference: ours === published(id) ? 'none' : apart(ours, published(id)),
    }
  })
  return {
    title: 'Published boxes',
    about:
      'The cost profiles against the measurements that they were made from, and others of ' +
      'the same kind; in brackets what the ends of the ranges give, between which every ' +
      'published rate lies. The chart of DPVS shows packets of connections that come and go, ' +
      'ours are of connections that exist.',
    rows: [...rates, ...cores],
  }
}

/** Every recording in test/golden, family by family. */
export function recordings(): Section {
  const golden = new URL('../golden/', import.meta.url)
  const families = readdirSync(golden, { withFileTypes: true }).filter((each) => each.isDirectory())
  return {
    title: 'The real kernel',
    about:
      'Recordings of Linux 6.1.192, ipvsadm 1.31 and keepalived 2.2.7 replayed through the ' +
      "director's own code (`lvs-sim verify`): every decision, listing, count and byte is " +
      'compared.',
    rows: families.map(({ name }) => familyRow(new URL(`${name}/`, golden), name)),
  }
}

function familyRow(folder: URL, family: string): Row {
  const names = readdirSync(folder)
  const verified = names.map((name) => verify(readFileSync(new URL(name, folder), 'utf8')))
  const sum = (of: (one: (typeof verified)[number]) => number) =>
    verified.reduce((total, one) => total + of(one), 0)
  const compared = sum(({ tally }) => tally.decisions + tally.listings)
  const different = sum(({ failures }) => failures.length)
  return {
    quantity: `${family}: ${names.length} recordings`,
    source: 'recorded for this project',
    known: `${compared} decisions and listings`,
    ours: `${compared - different} alike`,
    difference: different === 0 ? 'none' : `${different} steps`,
  }
}
