// What instances follow: interfaces, scripts with their rise and fall, processes and the numbers in
// files (spec vrrp.md, 8). A thing that weighs nothing takes its instances out of service when it
// fails; others change priorities.
import type { Track } from './conf-tracks.ts'
import { OWNER_PRIORITY, type InstanceSettings, type VrrpSettings } from './vrrp-settings.ts'
import { weightOf, type ScriptSettings, type TrackedThings } from './vrrp-tracks.ts'

const LEAST_PRIORITY = 1
const MOST_PRIORITY = 254
/** What a file says times its weight: so low it is a fault, and so high it is cut. */
const MOST_SHARE = 254

/** A script's counter: above `rise` it is in order. */
interface ScriptState {
  settings: ScriptSettings
  /** Null before the first result. */
  counter: number | null
}

export class Followed {
  private readonly links = new Map<string, boolean>()
  private readonly scripts = new Map<string, ScriptState>()
  /** Those that do not run; all others do. */
  private readonly ended = new Set<string>()
  /** Numbers in files; 0 in all others. */
  private readonly values = new Map<string, number>()
  private readonly things: TrackedThings

  constructor(things: TrackedThings) {
    this.things = things
    for (const settings of things.scripts) {
      this.scripts.set(settings.name, { settings, counter: settings.startsFailed ? 0 : null })
    }
  }

  setLink(name: string, isUp: boolean): void {
    this.links.set(name, isUp)
  }

  setProcess(name: string, isThere: boolean): void {
    if (isThere) this.ended.delete(name)
    else this.ended.add(name)
  }

  setFile(name: string, value: number): void {
    this.values.set(name, value)
  }

  /** One run has ended; the first alone decides, later ones need to rise or fall. */
  setScript(name: string, isSuccess: boolean): void {
    const script = this.scripts.get(name)
    if (script === undefined) return
    const { rise, fall } = script.settings
    const most = rise + fall - 1
    const before = script.counter
    if (before === null) script.counter = isSuccess ? most : 0
    else if (isSuccess) script.counter = before + 1 >= rise ? most : before + 1
    else script.counter = before - 1 < rise ? 0 : before - 1
  }

  /** Whether the instance can be anything but in fault. */
  isSound(instance: InstanceSettings): boolean {
    const own = { name: instance.interface, weight: 0, isReversed: false }
    const interfaces = [...(instance.followsInterface ? [own] : []), ...instance.interfaces]
    const { scripts, processes } = this.things
    return (
      interfaces.every((track) => (track.weight ?? 0) !== 0 || this.isUp(track)) &&
      instance.scripts.every((track) => {
        return weightOf(track, scripts) !== 0 || this.isInOrder(track) === true
      }) &&
      instance.processes.every((track) => {
        return weightOf(track, processes) !== 0 || this.isThere(track)
      }) &&
      instance.files.every((track) => this.shareOfFile(track) !== null)
    )
  }

  priorityOf(instance: InstanceSettings): number {
    if (instance.priority === OWNER_PRIORITY) return OWNER_PRIORITY
    const { scripts, processes } = this.things
    let sum = instance.priority
    for (const track of instance.interfaces) sum += shareOf(track.weight ?? 0, this.isUp(track))
    for (const track of instance.scripts) {
      sum += shareOf(weightOf(track, scripts), this.isInOrder(track) ?? true)
    }
    for (const track of instance.processes) {
      sum += shareOf(weightOf(track, processes), this.isThere(track))
    }
    for (const track of instance.files) sum += this.shareOfFile(track) ?? 0
    return Math.min(Math.max(sum, LEAST_PRIORITY), MOST_PRIORITY)
  }

  private isUp({ name, isReversed }: Track): boolean {
    return (this.links.get(name) ?? false) !== isReversed
  }

  private isThere({ name, isReversed }: Track): boolean {
    const own = this.things.processes.find((each) => each.name === name)
    return !this.ended.has(name) !== (isReversed || (own?.isReversed ?? false))
  }

  /** Null: a fault. Without weight any number but 0 is one. */
  private shareOfFile({ name, weight, isReversed }: Track): number | null {
    const own = this.things.files.find((file) => file.name === name)
    const value = this.values.get(name) ?? 0
    const isTurned = isReversed || (own?.isReversed ?? false)
    const factor = weight ?? own?.weight ?? 0
    if (factor === 0) return (value === 0) === !isTurned ? 0 : null
    const share = value * (isTurned ? -factor : factor)
    return share <= -MOST_SHARE ? null : Math.min(share, MOST_SHARE)
  }

  /** Null before the first result; a script that nobody defined is in order. */
  private isInOrder({ name, isReversed }: Track): boolean | null {
    const script = this.scripts.get(name)
    if (script === undefined) return true
    if (script.counter === null) return null
    const { rise } = script.settings
    return script.counter >= rise !== (isReversed || script.settings.isReversed)
  }
}

/** What it finds where all is well. */
export function allWell(settings: VrrpSettings): Followed {
  const followed = new Followed(settings)
  for (const { name } of settings.scripts) followed.setScript(name, true)
  for (const instance of settings.instances) {
    followed.setLink(instance.interface, true)
    for (const { name } of instance.interfaces) followed.setLink(name, true)
  }
  return followed
}

/** A positive weight counts while all is well, a negative one while it is not. */
function shareOf(weight: number, isWell: boolean): number {
  return weight > 0 === isWell ? weight : 0
}
