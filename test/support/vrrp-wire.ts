// VRRP processes on one wire, for tests: every packet arrives at once at everyone whose link is up,
// and sending takes no time, so that closed forms hold to the last digit.
import { readConf } from '../../src/keepalived/conf.ts'
import { Vrrp } from '../../src/keepalived/vrrp.ts'
import type { Pace, VrrpFrame, VrrpState } from '../../src/keepalived/vrrp-outbox.ts'
import { readAdvert } from '../../src/keepalived/vrrp-packets.ts'
import { vrrpSettings } from '../../src/keepalived/vrrp-settings.ts'
import { parseAddress } from '../../src/wire/address-text.ts'

const PS_PER_SECOND = 1_000_000_000_000
const AT_ONCE: Pace = {
  ...{ advertPs: 0, arpPs: 0, takeOverPs: 0, answerPs: 0, reloadPs: 0, receivePs: 0, changePs: 0 },
}

export interface Sent {
  /** Seconds. */
  at: number
  from: string
  kind: VrrpFrame['kind']
  priority: number
  bytes: Uint8Array
}

interface Node {
  name: string
  ip: string
  conf: string
  vrrp: Vrrp | null
  isUp: boolean
}

export class VrrpWire {
  readonly sent: Sent[] = []
  /** `a MASTER`, with its second. */
  readonly changes: { at: number; node: string; instance: string; state: VrrpState }[] = []
  private readonly nodes: Node[]
  private now = 0

  constructor(confs: Record<string, string>) {
    this.nodes = Object.entries(confs).map(([name, conf], index) => ({
      ...{ name, conf, ip: `10.0.0.${11 + index}`, vrrp: null, isUp: true },
    }))
  }

  start(name: string): void {
    const node = this.named(name)
    node.vrrp = this.create(node)
    node.vrrp.start(this.now)
    this.carry(node)
  }

  /** Without a word. */
  kill(name: string): void {
    this.named(name).vrrp = null
  }

  stop(name: string): void {
    const node = this.named(name)
    node.vrrp!.handleStop(this.now)
    this.carry(node)
    node.vrrp = null
  }

  link(name: string, isUp: boolean): void {
    const node = this.named(name)
    node.isUp = isUp
    node.vrrp?.handleLink('eth0', isUp, this.now)
    this.carry(node)
  }

  script(name: string, script: string, isSuccess: boolean): void {
    const node = this.named(name)
    node.vrrp!.handleScript(script, isSuccess, this.now)
    this.carry(node)
  }

  /** A packet that somebody else puts on the wire. */
  deliver(name: string, bytes: Uint8Array): void {
    const node = this.named(name)
    node.vrrp!.handlePacket('eth0', bytes, this.now)
    this.carry(node)
  }

  state(name: string, instance = 'VI_1'): VrrpState | null {
    return this.named(name).vrrp?.stateOf(instance) ?? null
  }

  /** Until this second. */
  run(seconds: number): void {
    const end = Math.round(seconds * PS_PER_SECOND)
    for (;;) {
      const next = this.nodes.reduce<Node | null>((first, node) => {
        return timeoutOf(node) < timeoutOf(first) ? node : first
      }, null)
      if (next === null || timeoutOf(next) > end) break
      this.now = timeoutOf(next)
      next.vrrp!.handleTimer(this.now)
      this.carry(next)
    }
    this.now = end
  }

  private create({ ip, conf, isUp }: Node): Vrrp {
    const { root } = readConf({ file: 'test.conf', text: conf, id: '' }, ['vrrp'])
    const mac = Uint8Array.of(2, 0, 0, 0, 0, Number(ip.slice(-2)))
    const port = { name: 'eth0', address: parseAddress(ip)!, mac, isUp }
    return new Vrrp({ settings: vrrpSettings(root), interfaces: [port], pace: AT_ONCE })
  }

  private named(name: string): Node {
    return this.nodes.find((node) => node.name === name)!
  }

  private carry(from: Node): void {
    const vrrp = from.vrrp!
    for (const { instance, state } of vrrp.takeChanges()) {
      if (state === null) continue
      this.changes.push({ at: this.now / PS_PER_SECOND, node: from.name, instance, state })
    }
    for (const { kind, bytes } of vrrp.takeFrames()) {
      if (!from.isUp) continue
      const priority = kind === 'advert' ? readAdvert(bytes)!.priority : 0
      this.sent.push({ at: this.now / PS_PER_SECOND, from: from.name, kind, priority, bytes })
      if (kind !== 'advert') continue
      for (const node of this.nodes) {
        if (node === from || !node.isUp || node.vrrp === null) continue
        node.vrrp.handlePacket('eth0', bytes, this.now)
        this.carry(node)
      }
    }
  }
}

function timeoutOf(node: Node | null): number {
  return node?.vrrp?.nextTimeout() ?? Infinity
}
