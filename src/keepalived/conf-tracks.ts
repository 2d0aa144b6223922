// What VRRP instances follow, in keepalived.conf: scripts, files, processes, BFD sessions, and how
// an instance names them (spec keepalived-conf.md, 3.1).
import type { Block, Grammar, Keyword, Place, Reading } from './conf-tree.ts'
import { corrected, count, ignored, mark, strictNumber, word } from './conf-values.ts'

/** `NAME [weight N] [reverse]` */
export interface Track {
  name: string
  weight: number | null
  isReversed: boolean
}

function readTrack(least: number, most: number): Reading {
  return (words, { complain }) => {
    const [name = '', ...options] = words
    const track: Track = { name, weight: null, isReversed: false }
    for (let at = 0; at < options.length; at++) {
      if (options[at] === 'reverse') track.isReversed = true
      else if (options[at] === 'weight') {
        const weight = strictNumber(options[++at] ?? '', least, most, complain)
        if (weight === undefined) {
          complain(`track ${name}: weight must be between [${least}..${most}] inclusive - ignoring`)
          return undefined
        }
        track.weight = weight
      } else {
        complain(`track ${name}: unknown option ${options[at]} - ignoring`)
        return undefined
      }
    }
    return track
  }
}

export const TRACKS: Grammar = {
  track_interface: { lines: readTrack(-253, 253) },
  track_script: { lines: readTrack(-253, 253) },
  track_file: { lines: readTrack(-254, 254) },
  track_process: { lines: readTrack(-254, 254) },
  track_bfd: { lines: readTrack(-253, 253) },
}

/** The second block of a name is no instance of its own. */
export function unlessDefined(kind: string): Reading {
  return ([name = ''], { root, complain }) => {
    const isDefined = root.statements.some(
      (other) => other.keyword === kind && other.value === name,
    )
    if (!isDefined) return name
    complain(`${kind} '${name}' already defined`)
    return undefined
  }
}

function closeScript(block: Block, { complain }: Place): boolean {
  if (block.statements.some(({ keyword }) => keyword === 'script')) return true
  complain(`No script set for vrrp_script ${block.words[0]} - removing`)
  return false
}

const SCRIPT: Grammar = {
  script: { least: 1, read: (words) => words.join(' ') },
  interval: corrected(count('interval', 1), 1),
  timeout: count('timeout', 0),
  weight: {
    least: 1,
    read: ([text = '', reverse], { complain }) => {
      const weight = strictNumber(text, -253, 253, complain)
      return weight === undefined ? undefined : { weight, isReversed: reverse === 'reverse' }
    },
  },
  rise: corrected(count('rise', 1), 1),
  fall: corrected(count('fall', 1), 1),
  init_fail: mark,
  user: ignored,
}

/** `weight N [reverse]`; what is no number is passed over. */
export const WEIGHT: Keyword = {
  least: 1,
  read: ([text = '', reverse]) => {
    const weight = Number(text)
    return Number.isInteger(weight) ? { weight, isReversed: reverse === 'reverse' } : undefined
  },
}

const TRACK_FILE: Grammar = {
  file: word,
  weight: {
    least: 1,
    read: ([text = '', reverse], { complain }) => {
      const weight = strictNumber(text, -254, 254, complain)
      return weight === undefined ? undefined : { weight, isReversed: reverse === 'reverse' }
    },
  },
  init_file: ignored,
}

/** Known to the checkers and to VRRP. */
export const TRACKED: Grammar = {
  track_file: { least: 1, read: ([name]) => name, block: TRACK_FILE },
  vrrp_track_file: { least: 1, read: ([name]) => name, block: TRACK_FILE },
}

export const BFD: Grammar = {
  bfd_instance: {
    least: 1,
    read: ([name]) => name,
    block: Object.fromEntries(
      [
        ...['source_ip', 'neighbor_ip', 'min_rx', 'min_tx', 'idle_tx', 'multiplier', 'passive'],
        ...['ttl', 'hoplimit', 'max_hops', 'weight', 'vrrp', 'checker'],
      ].map((name) => [name, ignored]),
    ),
  },
}

/** For the process that runs BFD, which alone minds what is missing. */
export const BFD_ALONE: Grammar = {
  bfd_instance: {
    ...BFD['bfd_instance'],
    close: (block, { complain }) => {
      if (block.statements.some(({ keyword }) => keyword === 'neighbor_ip')) return true
      const which = `Configuration error: BFD instance ${block.words[0]}`
      complain(`${which} has no neighbor address set, disabling instance`)
      return false
    },
  },
}

/** Known to VRRP alone. */
export const TRACKERS: Grammar = {
  vrrp_script: {
    ...{ least: 1, read: unlessDefined('vrrp_script'), block: SCRIPT, close: closeScript },
  },
  vrrp_track_process: {
    least: 1,
    read: ([name]) => name,
    block: {
      ...Object.fromEntries(
        [
          ...['process', 'param_match', 'quorum', 'quorum_max', 'delay', 'fork_delay'],
          ...['terminate_delay', 'full_command'],
        ].map((name) => [name, ignored]),
      ),
      weight: WEIGHT,
    },
  },
}
