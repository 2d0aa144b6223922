// keepalived's VRRP process as a machine that is told what happened and asked what to do: packets,
// timers, links and signals in, frames and changes of state out (spec vrrp.md). It owns neither
// clock nor network nor the addresses that its instances hold.
import type { Address } from '../wire/address.ts'
import { Followed } from './vrrp-followed.ts'
import { VrrpInstance, type VrrpPort } from './vrrp-instance.ts'
import {
  Outbox,
  RECORDED_PACE,
  type Pace,
  type VrrpChange,
  type VrrpFrame,
  type VrrpState,
} from './vrrp-outbox.ts'
import { readAdvert } from './vrrp-packets.ts'
import { ScriptRuns, type Observed } from './vrrp-runs.ts'
import type { SyncGroupSettings, VrrpSettings } from './vrrp-settings.ts'

const NEVER = 9_007_199_254_740_991

export interface VrrpInterface extends VrrpPort {
  isUp: boolean
}

export interface VrrpOptions {
  settings: VrrpSettings
  interfaces: readonly VrrpInterface[]
  pace?: Pace
  /** Where it looks itself for what it follows; without it its host tells it of everything. */
  observed?: Observed
}

export class Vrrp {
  private readonly outbox: Outbox
  private readonly interfaces: readonly VrrpInterface[]
  private readonly links: Map<string, boolean>
  private settings: VrrpSettings
  private followed: Followed
  private instances: VrrpInstance[]
  private readonly observed: Observed | null
  private runs: ScriptRuns | null = null

  constructor({ settings, interfaces, pace = RECORDED_PACE, observed }: VrrpOptions) {
    this.outbox = new Outbox(pace)
    this.interfaces = interfaces
    this.observed = observed ?? null
    this.links = new Map(interfaces.map(({ name, isUp }) => [name, isUp]))
    this.settings = settings
    this.followed = this.follow(settings)
    this.instances = this.build(settings)
  }

  /** When the work on the last event was done: it takes time to send. */
  get busyUntil(): number {
    return this.outbox.now
  }

  nextTimeout(): number {
    const next = this.runs?.nextTimeout() ?? NEVER
    return this.instances.reduce((least, each) => Math.min(least, each.nextTimeout()), next)
  }

  takeFrames(): VrrpFrame[] {
    return this.outbox.takeFrames()
  }

  takeChanges(): VrrpChange[] {
    return this.outbox.takeChanges()
  }

  stateOf(name: string): VrrpState | null {
    return this.instances.find(({ settings }) => settings.name === name)?.state ?? null
  }

  /** How long the instance waits once the master is missed (spec vrrp.md, 3). */
  skewPsOf(name: string): number {
    return this.instances.find(({ settings }) => settings.name === name)?.skewPs ?? 0
  }

  start(now: number): void {
    this.outbox.now = now
    this.lookAtAll(now)
    for (const instance of this.instances) {
      instance.priority = this.followed.priorityOf(instance.settings)
      if (this.isSoundWithGroup(instance)) instance.start()
      else instance.enterFault()
    }
  }

  /** An IP packet that has come in at an interface. */
  handlePacket(port: string, packet: Uint8Array, now: number): void {
    const advert = readAdvert(packet)
    if (advert === null) return
    this.outbox.now = Math.max(this.outbox.now, now)
    this.outbox.spend(this.outbox.pace.receivePs)
    for (const instance of this.instances) {
      const { settings } = instance
      const isFor = settings.interface === port && settings.vrid === advert.vrid
      if (!isFor || !instance.hear(advert)) continue
      const intervalUs = instance.intervalIn(advert)
      for (const member of this.withGroup(instance)) {
        if (member === instance) member.enterBackup(intervalUs)
        else if (member.state === 'MASTER') member.enterBackup()
      }
    }
  }

  handleTimer(now: number): void {
    this.outbox.now = Math.max(this.outbox.now, now)
    if (this.runScripts(now)) this.reconsider()
    for (const instance of this.instances) {
      instance.announcer.handleTimer(now, instance.state === 'MASTER')
      if (!instance.isDue(now)) continue
      if (instance.state === 'MASTER') instance.advertise()
      else if (instance.state === 'BACKUP') this.takeOver(instance)
    }
  }

  /** The cable of an interface: what weighs nothing puts its instances in fault. */
  handleLink(port: string, isUp: boolean, now: number): void {
    this.outbox.now = Math.max(this.outbox.now, now)
    this.links.set(port, isUp)
    this.followed.setLink(port, isUp)
    this.reconsider()
  }

  /** A run of a tracked script has ended. */
  handleScript(name: string, isSuccess: boolean, now: number): void {
    this.outbox.now = Math.max(this.outbox.now, now)
    this.followed.setScript(name, isSuccess)
    this.reconsider()
  }

  /** A process has ended or begun, or a file has another number in it: it looks again. */
  handleObserved(now: number): void {
    this.outbox.now = Math.max(this.outbox.now, now)
    this.look()
    this.reconsider()
  }

  /** SIGTERM: masters say goodbye. */
  handleStop(now: number): void {
    this.outbox.now = Math.max(this.outbox.now, now)
    for (const instance of this.instances) instance.stop()
    this.instances = []
    this.runs = null
  }

  /**
   * SIGHUP: masters send once more as they were, and go on as masters with the new settings,
   * whatever their priority is now; everything else starts again (recorded).
   */
  handleReload(settings: VrrpSettings, now: number): void {
    this.outbox.now = Math.max(this.outbox.now, now)
    const before = this.instances
    for (const each of before) if (each.state === 'MASTER') each.send(each.priority)
    this.outbox.spend(this.outbox.pace.reloadPs)
    this.settings = settings
    this.followed = this.follow(settings)
    this.lookAtAll(this.outbox.now)
    this.instances = this.build(settings)
    for (const instance of this.instances) {
      instance.priority = this.followed.priorityOf(instance.settings)
      const old = before.find((each) => each.settings.name === instance.settings.name)
      if (!this.isSoundWithGroup(instance)) instance.enterFault()
      else if (old === undefined) instance.start()
      else instance.resume(old.state === 'FAULT' ? 'BACKUP' : old.state, old.held())
    }
    for (const old of before) {
      const isKept = this.instances.some((each) => each.settings.name === old.settings.name)
      if (!isKept) old.stop()
    }
  }

  /** Members of a group become masters together, when the timer of each has run out. */
  private takeOver(instance: VrrpInstance): void {
    const members = this.withGroup(instance)
    instance.wait()
    if (!members.every((each) => each.isWaiting || each.state === 'MASTER')) return
    instance.becomeMaster()
    for (const member of members) if (member.isWaiting) member.becomeMaster(true)
    instance.restartAdvertTimer()
  }

  /** Every script is run for the first time. */
  private lookAtAll(now: number): void {
    if (this.observed === null) return
    this.runs = new ScriptRuns(this.settings.scripts, now)
    this.runScripts(now)
    this.look()
  }

  /** Those that are due; whether there were any. */
  private runScripts(now: number): boolean {
    const due = this.runs?.takeDue(now) ?? []
    for (const name of due) this.followed.setScript(name, this.observed!.succeeds(name))
    return due.length > 0
  }

  private look(): void {
    const { observed, settings, followed } = this
    if (observed === null) return
    for (const { name } of settings.processes) followed.setProcess(name, observed.isRunning(name))
    for (const { name } of settings.files) followed.setFile(name, observed.numberIn(name))
  }

  private reconsider(): void {
    for (const instance of this.instances) {
      const priority = this.followed.priorityOf(instance.settings)
      if (priority !== instance.priority) instance.setPriority(priority)
    }
    for (const instance of this.instances) {
      if (instance.state === 'FAULT' || this.isSoundWithGroup(instance)) continue
      instance.enterFault()
      for (const member of this.withGroup(instance)) {
        if (member.state !== 'FAULT') member.enterFault(1)
      }
    }
    // The last of a group to recover brings the others back.
    for (const instance of this.instances.toReversed()) {
      const isBack = instance.state === 'FAULT' && this.isSoundWithGroup(instance)
      if (isBack) instance.enterBackup()
    }
  }

  private isSoundWithGroup(instance: VrrpInstance): boolean {
    return this.withGroup(instance).every((each) => this.followed.isSound(each.settings))
  }

  private withGroup(instance: VrrpInstance): VrrpInstance[] {
    const group = this.groupOf(instance)
    if (group === undefined) return [instance]
    return this.instances.filter(({ settings }) => group.members.includes(settings.name))
  }

  private groupOf({ settings }: VrrpInstance): SyncGroupSettings | undefined {
    return this.settings.groups.find(({ members }) => members.includes(settings.name))
  }

  private follow(settings: VrrpSettings): Followed {
    const followed = new Followed(settings)
    for (const [name, isUp] of this.links) followed.setLink(name, isUp)
    return followed
  }

  private build(settings: VrrpSettings): VrrpInstance[] {
    return settings.instances.map((each) => {
      const port = this.interfaces.find(({ name }) => name === each.interface)
      return new VrrpInstance(each, port ?? NO_PORT, this.outbox)
    })
  }
}

const NO_PORT: VrrpPort = { name: '', address: 0 satisfies Address, mac: new Uint8Array(6) }
