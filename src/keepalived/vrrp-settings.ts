// VRRP instances of a keepalived.conf with everything decided: defaults, what the global settings
// give, and what keepalived 2.2.7 corrects (spec keepalived-conf.md, 2 and 3.3; vrrp.md, 3, 7, 9).
import { ipv4, ipv6, isIpv6, type Address } from '../wire/address.ts'
import type { VirtualAddress } from './conf-instances.ts'
import { allOf, flagOf, lastOf, numberOf, textOf, wordsIn, type Block } from './conf-tree.ts'
import {
  trackedThings,
  tracksInGroup,
  tracksOf,
  type TrackedThings,
  type Tracks,
} from './vrrp-tracks.ts'

export interface InstanceSettings extends Tracks {
  name: string
  interface: string
  vrid: number
  family: 4 | 6
  version: 2 | 3
  /** Before anything that is followed changes it; 255 owns the addresses. */
  priority: number
  /** Microseconds, as keepalived keeps its times. */
  intervalUs: number
  downTimerAdverts: number
  isPreempting: boolean
  preemptDelayUs: number
  startupDelayUs: number
  password: string | null
  /** Whether the password is sent, or only proved to be known. */
  auth: 'PASS' | 'AH'
  /** In advertisements, and those that move with them only. */
  addresses: VirtualAddress[]
  excluded: VirtualAddress[]
  /** Null: the address of the interface. */
  source: Address | null
  group: Address
  /** Empty: by multicast. */
  peers: Address[]
  ttl: number
  checksSource: boolean
  checksAddresses: boolean
  answersLowerPriority: boolean
  answersHigherPriority: boolean
  garp: GarpSettings
  /** Its own interface, which weighs nothing. */
  followsInterface: boolean
}

export interface GarpSettings {
  delayUs: number
  repeat: number
  refreshUs: number
  refreshRepeat: number
  lowerDelayUs: number
  lowerRepeat: number
  intervalUs: number
}

export interface SyncGroupSettings {
  name: string
  members: string[]
}

export interface VrrpSettings extends TrackedThings {
  instances: InstanceSettings[]
  groups: SyncGroupSettings[]
  /** Why the VRRP process ends at once, if it does. */
  fatal: string | null
}

export const OWNER_PRIORITY = 255
const SECOND_US = 1_000_000
const CENTISECOND_US = 10_000
const LONGEST_V3_US = 40_950_000
const USUAL_PRIORITY = 100
const USUAL_GARP_DELAY_SECONDS = 5
const USUAL_GARP_REPEAT = 5
const USUAL_DOWN_ADVERTS = 3
const GROUP_4 = ipv4(0xe0000012)
const GROUP_6 = ipv6(0xff020000, 0, 0, 0x12)
const USUAL_TTL = 255

export function vrrpSettings(root: Block): VrrpSettings {
  const globals = globalsOf(root)
  const blocks = allOf(root, 'vrrp_instance')
  const fatal = vrrpEnd(root)?.reason ?? null
  const things = trackedThings(root)
  const own = fatal === null ? blocks.map((block) => instanceOf(block, globals, things)) : []
  const names = new Set(own.map(({ name }) => name))
  const groups = allOf(root, 'vrrp_sync_group').map((block) => ({
    block,
    name: block.value as string,
    members: wordsIn(lastOf(block, 'group')).filter((name) => names.has(name)),
  }))
  const instances = own.map((instance) => {
    const group = groups.find(({ members }) => members.includes(instance.name))?.block
    if (group === undefined) return instance
    const hasWeights = lastOf(group, 'sync_group_tracking_weight') !== undefined
    const shared = tracksOf(group, things)
    return { ...instance, ...tracksInGroup(instance, shared, things, hasWeights) }
  })
  return {
    ...{ instances, ...things, fatal },
    groups: groups.map(({ name, members }) => ({ name, members })),
  }
}

/** What makes the whole process end, and in which block (spec keepalived-conf.md, 3.3). */
export function vrrpEnd(root: Block): { block: Block; reason: string } | null {
  const globals = globalsOf(root)
  for (const block of allOf(root, 'vrrp_instance')) {
    const reason = fatalIn(block, globals)
    if (reason !== null) return { block, reason }
  }
  return null
}

function globalsOf(root: Block): Block {
  const statements = allOf(root, 'global_defs').flatMap((each) => each.statements)
  return { ...root, statements }
}

function fatalIn(block: Block, globals: Block): string | null {
  const name = block.words[0]!
  if (numberOf(block, 'virtual_router_id') === undefined) {
    return `(${name}) the virtual router id must be set`
  }
  const hasInterface =
    textOf(block, 'interface') !== undefined || textOf(globals, 'default_interface') !== undefined
  if (!hasInterface) return `(${name}) Unknown interface !`
  const hasAddresses = addressesIn(block, 'virtual_ipaddress').length > 0
  const isThird = versionOf(block, globals, 4) === 3 || isStrict(block, globals)
  return hasAddresses || !isThird ? null : `(${name}) No VIP specified; at least one is required`
}

/** Whether vrrp_strict or strict_mode holds for an instance of the file. */
export function isStrictIn(root: Block, instance: Block): boolean {
  return isStrict(instance, globalsOf(root))
}

function isStrict(block: Block, globals: Block): boolean {
  return flagOf(block, 'strict_mode') ?? flagOf(globals, 'vrrp_strict') ?? false
}

function versionOf(block: Block, globals: Block, family: 4 | 6): 2 | 3 {
  const own = numberOf(block, 'version')
  const told = family === 6 ? (isStrict(block, globals) ? 3 : (own ?? 3)) : own
  return (told ?? numberOf(globals, 'vrrp_version') ?? 2) as 2 | 3
}

function addressesIn(block: Block, keyword: string): VirtualAddress[] {
  return allOf(block, keyword).flatMap(({ statements }) => {
    return statements.map(({ value }) => value as VirtualAddress)
  })
}

function instanceOf(block: Block, globals: Block, things: TrackedThings): InstanceSettings {
  const listed = addressesIn(block, 'virtual_ipaddress')
  const family = listed[0] !== undefined && isIpv6(listed[0].address) ? 6 : 4
  const ofFamily = ({ address }: VirtualAddress): boolean => isIpv6(address) === (family === 6)
  const version = versionOf(block, globals, family)
  const before = globalsBefore(block, globals)
  const strict = isStrict(block, globals)
  const isMaster = textOf(block, 'state') === 'MASTER'
  const priority = numberOf(block, 'priority') ?? (isMaster ? OWNER_PRIORITY : USUAL_PRIORITY)
  const isPreempting = lastOf(block, 'nopreempt') === undefined || isMaster || isOwner(priority)
  const delay = isMaster || !isPreempting || strict ? 0 : (numberOf(block, 'preempt_delay') ?? 0)
  return {
    ...{ name: block.value as string, family, version, priority, isPreempting },
    interface: textOf(block, 'interface') ?? textOf(globals, 'default_interface')!,
    vrid: numberOf(block, 'virtual_router_id')!,
    intervalUs: intervalOf(numberOf(block, 'advert_int') ?? 1, version),
    downTimerAdverts: strict ? USUAL_DOWN_ADVERTS : downAdverts(block, before),
    preemptDelayUs: Math.round(delay * SECOND_US),
    startupDelayUs: Math.round((numberOf(globals, 'vrrp_startup_delay') ?? 0) * SECOND_US),
    ...authOf(block, version === 3 || strict),
    addresses: listed.filter(ofFamily),
    excluded: addressesIn(block, 'virtual_ipaddress_excluded'),
    ...reachOf(block, globals, family),
    checksAddresses: !skipsAddresses(block, globals),
    answersLowerPriority: !strict && !flagAt(block, before, 'lower_prio_no_advert'),
    answersHigherPriority: flagAt(block, before, 'higher_prio_send_advert'),
    garp: garpOf(block, globals, before, strict),
    followsInterface: lastOf(block, 'dont_track_primary') === undefined,
    ...tracksOf(block, things),
  }
}

/** Timing is copied when an instance is read: what comes later in the file has no part in it. */
function globalsBefore(block: Block, globals: Block): Block {
  const statements = globals.statements.filter(({ file, line }) => {
    return file !== block.file || line < block.line
  })
  return { ...globals, statements }
}

function isOwner(priority: number): boolean {
  return priority === OWNER_PRIORITY
}

function intervalOf(seconds: number, version: 2 | 3): number {
  if (version === 2) return Math.max(1, Math.round(seconds)) * SECOND_US
  const hundredths = Math.max(1, Math.round(seconds * 100))
  return Math.min(hundredths * CENTISECOND_US, LONGEST_V3_US)
}

function downAdverts(block: Block, globals: Block): number {
  const own = numberOf(block, 'down_timer_adverts')
  return own ?? numberOf(globals, 'vrrp_down_timer_adverts') ?? USUAL_DOWN_ADVERTS
}

function authOf(block: Block, isIgnored: boolean): Pick<InstanceSettings, 'password' | 'auth'> {
  const authentication = lastOf(block, 'authentication')
  const type = authentication && textOf(authentication, 'auth_type')
  const isUsed = !isIgnored && type !== undefined
  return {
    password: isUsed ? (textOf(authentication!, 'auth_pass') ?? null) : null,
    auth: type === 'AH' ? 'AH' : 'PASS',
  }
}

/** From where and to whom advertisements go. */
function reachOf(
  block: Block,
  globals: Block,
  family: 4 | 6,
): Pick<InstanceSettings, 'source' | 'group' | 'peers' | 'ttl' | 'checksSource'> {
  const peers = allOf(block, 'unicast_peer').flatMap(({ statements }) => {
    return statements.map(({ value }) => (value as { address: Address }).address)
  })
  const group = numberOf(block, 'mcast_dst_ip') ?? numberOf(globals, `vrrp_mcast_group${family}`)
  return {
    source: numberOf(block, 'unicast_src_ip') ?? numberOf(block, 'mcast_src_ip') ?? null,
    group: group ?? (family === 4 ? GROUP_4 : GROUP_6),
    peers,
    ttl: peers.length > 0 ? (numberOf(block, 'unicast_ttl') ?? USUAL_TTL) : USUAL_TTL,
    checksSource: flagAt(block, globals, 'check_unicast_src'),
  }
}

function flagAt(block: Block, globals: Block, name: string): boolean {
  return flagOf(block, name) ?? flagOf(globals, `vrrp_${name}`) ?? false
}

/** 2.2.7 switches it on by the global keyword, whatever follows. */
function skipsAddresses(block: Block, globals: Block): boolean {
  const everywhere = lastOf(globals, 'vrrp_skip_check_adv_addr') !== undefined
  return flagOf(block, 'skip_check_adv_addr') ?? everywhere
}

function garpOf(block: Block, globals: Block, before: Block, strict: boolean): GarpSettings {
  const number = (name: string): number | undefined => {
    return numberOf(block, name) ?? numberOf(before, `vrrp_${name}`)
  }
  const isLeast = flagOf(globals, 'vrrp_min_garp') ?? false
  const delay = number('garp_master_delay') ?? (isLeast ? 0 : USUAL_GARP_DELAY_SECONDS)
  const repeat = number('garp_master_repeat') ?? (isLeast ? 1 : USUAL_GARP_REPEAT)
  const spacing = numberOf(globals, 'vrrp_garp_interval') ?? 0
  return {
    delayUs: delay * SECOND_US,
    repeat,
    refreshUs: (number('garp_master_refresh') ?? 0) * SECOND_US,
    refreshRepeat: number('garp_master_refresh_repeat') ?? 1,
    lowerDelayUs: (strict ? 0 : (number('garp_lower_prio_delay') ?? delay)) * SECOND_US,
    lowerRepeat: strict ? 0 : (number('garp_lower_prio_repeat') ?? repeat),
    intervalUs: Math.round(spacing * SECOND_US),
  }
}
