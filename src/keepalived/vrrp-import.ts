// The VRRP instances of a keepalived.conf for a simulation. Scripts are not run: they are taken to
// succeed, so that what they add to a priority counts and who needs one has it.
import type { Track } from './conf-tracks.ts'
import { allOf, type Block } from './conf-tree.ts'
import { readConf } from './conf.ts'
import { OWNER_PRIORITY, vrrpSettings, type VrrpSettings } from './vrrp-settings.ts'

export interface ImportedVrrp {
  vrrp: VrrpSettings
  /** Connections are told to other directors (lvs_sync_daemon). */
  sync: { instance: string; syncId: number | null } | null
}

/** Of a text that has been accepted before; `id` is the name of the host. */
export function importVrrp(text: string, id: string): ImportedVrrp {
  const { root } = readConf({ file: 'keepalived.conf', text, id }, ['vrrp'])
  return { vrrp: withScripts(vrrpSettings(root)), sync: syncOf(root) }
}

function withScripts(settings: VrrpSettings): VrrpSettings {
  const { instances, scripts } = settings
  const weightOf = ({ name, weight }: Track): number => {
    return weight ?? scripts.find((script) => script.name === name)?.weight ?? 0
  }
  return {
    ...settings,
    scripts: [],
    instances: instances.map((instance) => {
      const gain = instance.scripts.reduce((sum, track) => sum + Math.max(0, weightOf(track)), 0)
      const most = instance.priority === OWNER_PRIORITY ? OWNER_PRIORITY : OWNER_PRIORITY - 1
      return { ...instance, scripts: [], priority: Math.min(most, instance.priority + gain) }
    }),
  }
}

/** `lvs_sync_daemon INTERFACE INSTANCE [id NUMBER]` (spec vrrp.md, 10). */
function syncOf(root: Block): ImportedVrrp['sync'] {
  const globals = allOf(root, 'global_defs').flatMap(({ statements }) => statements)
  const words = globals.findLast(({ keyword }) => keyword === 'lvs_sync_daemon')?.words
  const instance = words?.[1]
  if (words === undefined || instance === undefined) return null
  const place = words.indexOf('id')
  const id = place < 0 ? NaN : Number(words[place + 1])
  return { instance, syncId: Number.isInteger(id) ? id : null }
}
