// What instances follow: interfaces, and scripts with their rise and fall (spec vrrp.md, 8). A
// thing that weighs nothing takes its instances out of service when it fails; others change
// priorities.
import type { Track } from './conf-tracks.ts'
import { OWNER_PRIORITY, type InstanceSettings, type ScriptSettings } from './vrrp-settings.ts'

const LEAST_PRIORITY = 1
const MOST_PRIORITY = 254

/** A script's counter: above `rise` it is in order. */
interface ScriptState {
  settings: ScriptSettings
  /** Null before the first result. */
  counter: number | null
}

export class Followed {
  private readonly links = new Map<string, boolean>()
  private readonly scripts = new Map<string, ScriptState>()

  constructor(scripts: readonly ScriptSettings[]) {
    for (const settings of scripts) {
      this.scripts.set(settings.name, { settings, counter: settings.startsFailed ? 0 : null })
    }
  }

  setLink(name: string, isUp: boolean): void {
    this.links.set(name, isUp)
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
    const links = interfaces.filter(({ weight }) => (weight ?? 0) === 0)
    return (
      links.every((track) => this.isUp(track)) &&
      instance.scripts.every((track) => {
        return this.weightOf(track) !== 0 || this.isInOrder(track) === true
      })
    )
  }

  priorityOf(instance: InstanceSettings): number {
    if (instance.priority === OWNER_PRIORITY) return OWNER_PRIORITY
    let sum = instance.priority
    for (const track of instance.interfaces) sum += shareOf(track.weight ?? 0, this.isUp(track))
    for (const track of instance.scripts) {
      sum += shareOf(this.weightOf(track), this.isInOrder(track) ?? true)
    }
    return Math.min(Math.max(sum, LEAST_PRIORITY), MOST_PRIORITY)
  }

  private isUp({ name, isReversed }: Track): boolean {
    return (this.links.get(name) ?? false) !== isReversed
  }

  private weightOf({ name, weight }: Track): number {
    return weight ?? this.scripts.get(name)?.settings.weight ?? 0
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

/** A positive weight counts while all is well, a negative one while it is not. */
function shareOf(weight: number, isWell: boolean): number {
  return weight > 0 === isWell ? weight : 0
}
