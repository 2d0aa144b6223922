// What is to be said of the VRRP half of a keepalived.conf: why its process ends at once, what of
// it has no effect in keepalived 2.2.7, and what is not modelled, each with its line (spec
// keepalived-conf.md, 2, 3 and 5; vrrp.md, 8 and 9).
import { isIpv6 } from '../wire/address.ts'
import { formatAddress } from '../wire/address-text.ts'
import type { Complaint } from './conf-complaints.ts'
import type { Track } from './conf-tracks.ts'
import { allOf, lastOf, numberOf, textOf, wordsIn, type Block } from './conf-tree.ts'
import type { VirtualAddress } from './conf-instances.ts'
import { isStrictIn, OWNER_PRIORITY, vrrpSettings, type InstanceSettings } from './vrrp-settings.ts'

/** By the keyword that names something, those of the blocks that define it. */
const DEFINED: Record<string, string[]> = {
  track_script: ['vrrp_script'],
  track_process: ['vrrp_track_process'],
  track_file: ['track_file', 'vrrp_track_file'],
}

/** What a simulation does without, and what happens instead. */
const WITHOUT: Record<string, string> = {
  use_vmac: 'gratuitous ARP moves the address',
  virtual_routes: 'routes do not move with the addresses',
  virtual_rules: 'rules do not move with the addresses',
  track_bfd: 'its session is taken to be up',
}
const WITHOUT_AROUND: Record<string, string> = {
  bfd_instance: 'its session is taken to be up',
  static_ipaddress: 'hosts have the addresses of the scenario',
  static_routes: 'routes are the shortest ways',
  static_rules: 'routes are the shortest ways',
}

export function vrrpRemarks(root: Block): Complaint[] {
  const { instances, fatal } = vrrpSettings(root)
  if (fatal !== null) return []
  const blocks = allOf(root, 'vrrp_instance')
  return [
    ...allOf(root, 'vrrp_script').map((script) => {
      return at(script, 'is taken to succeed, but while a fault "script-fails" says otherwise')
    }),
    ...Object.entries(WITHOUT_AROUND).flatMap(([keyword, instead]) => {
      return allOf(root, keyword).map((block) => at(block, `is not modelled: ${instead}`))
    }),
    ...blocks.flatMap((block, index) => {
      return [...unmodelledIn(block), ...withoutEffect(block, instances[index]!)]
    }),
    ...blocks.flatMap((block, index) => strictlyWrong(root, block, instances[index]!)),
    ...blocks.flatMap((block, index) => sameNumber(block, index, instances)),
    ...[...blocks, ...allOf(root, 'vrrp_sync_group')].flatMap((block) => unknownIn(block, root)),
    ...allOf(root, 'vrrp_sync_group').flatMap((group) => remarksOfGroup(group, instances)),
    ...remarksOfSync(root, instances),
    ...tooLate(root),
  ]
}

function unmodelledIn(block: Block): Complaint[] {
  return Object.entries(WITHOUT).flatMap(([keyword, instead]) => {
    const own = lastOf(block, keyword)
    return own === undefined ? [] : [at(own, `is not modelled: ${instead}`)]
  })
}

/** Settings of an instance that keepalived changes or passes over. */
function withoutEffect(block: Block, settings: InstanceSettings): Complaint[] {
  const { version, intervalUs, priority, family, isPreempting, preemptDelayUs } = settings
  const told: Complaint[] = []
  const tell = (keyword: string, message: string): void => {
    const own = lastOf(block, keyword)
    if (own !== undefined) told.push(at(own, message))
  }
  const seconds = numberOf(block, 'advert_int') ?? 1
  if (Math.round(seconds * 1e6) !== intervalUs) {
    const grain = version === 2 ? 'whole seconds' : 'hundredths of a second, up to 40.95 s'
    tell('advert_int', `${seconds} becomes ${intervalUs / 1e6} s: version ${version} has ${grain}`)
  }
  if (settings.password === null) {
    const needs = 'version 2, no vrrp_strict, an auth_type and an auth_pass'
    tell('authentication', `has no effect: it takes ${needs}`)
  }
  const why = textOf(block, 'state') === 'MASTER' ? 'state MASTER' : `priority ${OWNER_PRIORITY}`
  if (isPreempting) tell('nopreempt', `has no effect with ${why}: give state BACKUP, less than 255`)
  if (preemptDelayUs === 0 && (numberOf(block, 'preempt_delay') ?? 0) > 0) {
    tell('preempt_delay', 'has no effect with state MASTER, nopreempt or vrrp_strict')
  }
  if (priority === OWNER_PRIORITY) {
    for (const keyword of Object.keys(DEFINED)) {
      tell(keyword, `changes nothing by a weight: priority ${OWNER_PRIORITY} has none`)
    }
  }
  const others = allOf(block, 'virtual_ipaddress').flatMap(({ statements }) => {
    return statements.filter(({ value }) => {
      return isIpv6((value as VirtualAddress).address) !== (family === 6)
    })
  })
  return [
    ...told,
    ...others.map((line) => {
      const text = formatAddress((line.value as VirtualAddress).address)
      return { ...placeOf(line), message: `${text} is passed over: the first is IPv${family}` }
    }),
  ]
}

/** With vrrp_strict the state must be what the priority says (spec vrrp.md, 10). */
function strictlyWrong(
  root: Block,
  block: Block,
  { name, priority }: InstanceSettings,
): Complaint[] {
  const state = lastOf(block, 'state')
  if (state === undefined || !isStrictIn(root, block)) return []
  const isOwner = priority === OWNER_PRIORITY
  if ((textOf(block, 'state') === 'MASTER') === isOwner) return []
  const message = isOwner
    ? `state BACKUP of ${name} becomes MASTER: priority ${OWNER_PRIORITY} owns the address`
    : `(${name}) State MASTER must match being address owner`
  return [{ ...placeOf(state), message: `${message} (vrrp_strict)` }]
}

/** Advertisements of one number on an interface are of one virtual router. */
function sameNumber(
  block: Block,
  index: number,
  instances: readonly InstanceSettings[],
): Complaint[] {
  const own = instances[index]!
  const other = instances.slice(0, index).find(({ vrid, interface: port, family }) => {
    return vrid === own.vrid && port === own.interface && family === own.family
  })
  const number = lastOf(block, 'virtual_router_id')
  if (other === undefined || number === undefined) return []
  return [at(number, `${own.vrid} is that of ${other.name} on ${own.interface} already`)]
}

/** Names that nothing has. */
function unknownIn(block: Block, root: Block): Complaint[] {
  return Object.entries(DEFINED).flatMap(([keyword, kinds]) => {
    const known = allOf(root, ...kinds).map(({ value }) => value as string)
    return allOf(block, keyword)
      .flatMap(({ statements }) => statements)
      .filter(({ value }) => !known.includes((value as Track).name))
      .map((line) => {
        const { name } = line.value as Track
        const message = `${keyword} "${name}" is passed over: there is no ${kinds[0]!} of this name`
        return { ...placeOf(line), message: `${message}${listOf(known)}` }
      })
  })
}

function remarksOfGroup(group: Block, instances: readonly InstanceSettings[]): Complaint[] {
  const known = instances.map(({ name }) => name)
  const members = wordsIn(lastOf(group, 'group'))
  const unknown = members.filter((name) => !known.includes(name))
  const told = unknown.map((name) => {
    const message = `has no member "${name}": there is no vrrp_instance of this name`
    return at(group, `${message}${listOf(known)}`)
  })
  const isAlone = members.length - unknown.length === 1
  return isAlone ? [...told, at(group, 'has one member: nothing moves with it')] : told
}

/** `lvs_sync_daemon INTERFACE INSTANCE` follows an instance that there must be. */
function remarksOfSync(root: Block, instances: readonly InstanceSettings[]): Complaint[] {
  const known = instances.map(({ name }) => name)
  const daemon = allOf(root, 'global_defs')
    .flatMap(({ statements }) => statements)
    .findLast(({ keyword }) => keyword === 'lvs_sync_daemon')
  const name = daemon?.words[1]
  if (daemon === undefined || (name !== undefined && known.includes(name))) return []
  const message =
    name === undefined
      ? 'names no vrrp_instance'
      : `follows "${name}", and there is no vrrp_instance of this name`
  return [at(daemon, `${message}${listOf(known)}: connections are not told to others`)]
}

/** Timing of all instances that stands behind some of them (spec vrrp.md, 13). */
const COPIED = /^vrrp_(garp_(master|lower)_\w+|\w+_prio_\w*advert|down_timer_adverts)$/

function tooLate(root: Block): Complaint[] {
  const globals = allOf(root, 'global_defs').flatMap(({ statements }) => statements)
  return globals
    .filter(({ keyword }) => COPIED.test(keyword))
    .flatMap((setting) => {
      const earlier = allOf(root, 'vrrp_instance').find(({ file, line }) => {
        return file === setting.file && line < setting.line
      })
      if (earlier === undefined) return []
      return [at(setting, `has no effect on ${earlier.words[0]!}, which stands before it`)]
    })
}

function listOf(known: readonly string[]): string {
  return known.length === 0 ? '' : ` (there is ${known.map((name) => `"${name}"`).join(', ')})`
}

function placeOf({ file, line }: Block): { file: string; line: number } {
  return { file, line }
}

function at(block: Block, message: string): Complaint {
  return { ...placeOf(block), message: `${block.keyword} ${message}` }
}
