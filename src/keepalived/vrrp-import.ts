// The VRRP instances of a keepalived.conf for a simulation, and whether its directors tell each
// other of their connections.
import { allOf, type Block } from './conf-tree.ts'
import { readConf } from './conf.ts'
import { vrrpSettings, type VrrpSettings } from './vrrp-settings.ts'

export interface ImportedVrrp {
  vrrp: VrrpSettings
  /** Connections are told to other directors (lvs_sync_daemon). */
  sync: { instance: string; syncId: number | null } | null
}

/** Of a text that has been accepted before; `id` is the name of the host. */
export function importVrrp(text: string, id: string): ImportedVrrp {
  const { root } = readConf({ file: 'keepalived.conf', text, id }, ['vrrp'])
  return { vrrp: vrrpSettings(root), sync: syncOf(root) }
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
