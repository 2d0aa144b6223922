// The network of a scenario: one switch per link, one port with two wires per host, MAC addresses
// counted through. The queue of the switch stands in front of the wire to the host, the host's own
// in front of the wire to the switch; a crossing's delay is split between the two.
import type { Kernel } from '../kernel/kernel.ts'
import { Link } from '../net/link.ts'
import type { DropSink, Port, Terminus } from '../net/packet.ts'
import { Switch } from '../net/switch.ts'
import type { LinkSpec, Scenario } from './scenario.ts'

/** Queue of a host towards its wire, packets: Linux's txqueuelen (calibration, section 7). */
const HOST_QUEUE_PACKETS = 1000

export interface Attachment {
  mac: number
  /** Wire from the host to the switch. */
  send: Link
}

/** Switches by link, and every wire in the order of the scenario. */
export class Network {
  readonly switches: Map<string, Switch> = new Map()
  readonly links: Link[] = []
  private readonly kernel: Kernel
  private readonly scenario: Scenario
  private readonly drops: DropSink
  private nextMac = 0

  constructor(kernel: Kernel, scenario: Scenario, drops: DropSink) {
    this.kernel = kernel
    this.scenario = scenario
    this.drops = drops
    for (const name of Object.keys(scenario.links)) this.switches.set(name, new Switch(drops))
  }

  /** MAC address that the next host will get. */
  get upcomingMac(): number {
    return this.nextMac
  }

  /** The wire from a host to its switch; `attach` later gives the other direction. */
  uplink(at: string, link: string, queuePackets: number = HOST_QUEUE_PACKETS): Attachment {
    const spec = this.scenario.links[link]!
    const mac = this.nextMac++
    const send = new Link(
      this.kernel,
      {
        ...wireOptions(spec, at),
        resource: 'send',
        delayPs: Math.floor(spec.delayPs / 2),
        queuePackets,
        queueBytes: null,
      },
      this.switches.get(link)!,
      this.drops,
    )
    this.links.push(send)
    return { mac, send }
  }

  /** The wire from the switch to a host; `terminus` if packets end there. */
  downlink(
    at: string,
    link: string,
    mac: number,
    host: Port,
    terminus: Terminus | null = null,
  ): Link {
    const spec = this.scenario.links[link]!
    const receive = new Link(
      this.kernel,
      {
        ...wireOptions(spec, at),
        resource: 'receive',
        delayPs: Math.ceil(spec.delayPs / 2),
        queuePackets: spec.bufferPackets,
        queueBytes: spec.bufferBytes,
      },
      host,
      this.drops,
      terminus,
    )
    this.switches.get(link)!.connect(mac, receive)
    this.links.push(receive)
    return receive
  }
}

interface WireOptions {
  at: string
  rateBps: number
  overheadBytes: number
  mtuBytes: number
}

function wireOptions(spec: LinkSpec, at: string): WireOptions {
  return { at, rateBps: spec.rateBps, overheadBytes: spec.overheadBytes, mtuBytes: spec.mtuBytes }
}
