// The commands and options of ipvsadm, and how a line is cut into them: short ones may be bundled
// (`-Ln`, `-At`), a value follows in the same word or in the next one, the command is the first
// option.
import { nearest, Refusal } from './problem.ts'
import type { Word } from './words.ts'

export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'list'
  | 'zero'
  | 'save'
  | 'restore'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'help'
  | 'version'

/** Short and long form (as written), and the name that messages use. */
export const COMMANDS: readonly (readonly [string, string, CommandName])[] = [
  ['A', 'add-service', 'add-service'],
  ['E', 'edit-service', 'edit-service'],
  ['D', 'delete-service', 'delete-service'],
  ['C', 'clear', 'flush'],
  ['a', 'add-server', 'add-server'],
  ['e', 'edit-server', 'edit-server'],
  ['d', 'delete-server', 'delete-server'],
  ['L', 'list', 'list'],
  ['l', 'list', 'list'],
  ['Z', 'zero', 'zero'],
  ['S', 'save', 'save'],
  ['R', 'restore', 'restore'],
  ['', 'set', 'set'],
  ['', 'start-daemon', 'start-daemon'],
  ['', 'stop-daemon', 'stop-daemon'],
  ['h', 'help', 'help'],
  ['v', 'version', 'version'],
]

/** In the order in which ipvsadm looks them through. */
export const SLOTS = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const

/** Options of one slot exclude one another; '-6' and '--sort' have none. */
export type Slot = (typeof SLOTS)[number] | 'none'

interface OptionForm {
  short: string
  long: string
  slot: Slot
  takes: 'nothing' | 'value' | 'optional value'
}

function form(
  short: string,
  long: string,
  slot: Slot = long as Slot,
  takes: OptionForm['takes'] = 'value',
): OptionForm {
  return { short, long, slot, takes }
}

const OPTIONS: readonly OptionForm[] = [
  form('t', 'tcp-service', 'service-address'),
  form('u', 'udp-service', 'service-address'),
  form('', 'sctp-service', 'service-address'),
  form('f', 'fwmark-service', 'service-address'),
  form('6', 'ipv6', 'none', 'nothing'),
  form('s', 'scheduler'),
  form('p', 'persistent', 'persistent', 'optional value'),
  form('M', 'netmask'),
  form('', 'pe'),
  form('b', 'sched-flags'),
  form('o', 'ops', 'ops', 'nothing'),
  form('r', 'real-server'),
  form('g', 'gatewaying', 'forwarding-method', 'nothing'),
  form('i', 'ipip', 'forwarding-method', 'nothing'),
  form('m', 'masquerading', 'forwarding-method', 'nothing'),
  form('w', 'weight'),
  form('x', 'u-threshold'),
  form('y', 'l-threshold'),
  form('', 'tun-type'),
  form('', 'tun-port'),
  ...['tun-nocsum', 'tun-csum', 'tun-remcsum', 'timeout', 'daemon', 'stats', 'rate'].map((long) =>
    form('', long, long as Slot, 'nothing'),
  ),
  ...['thresholds', 'persistent-conn', 'nosort', 'tun-info'].map((long) =>
    form('', long, long as Slot, 'nothing'),
  ),
  form('n', 'numeric', 'numeric', 'nothing'),
  form('c', 'connection', 'connection', 'nothing'),
  form('X', 'exact', 'exact', 'nothing'),
  form('', 'sort', 'none', 'nothing'),
  ...['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'].map(
    (long) => form('', long),
  ),
]

/** Exit code of what the parser of options does not know. */
const PARSER_ERROR = 255
/** Marks a line without a command in front: ipvsadm then only says where its help is. */
export const NO_COMMAND = 256

/** An option as it stands in the line. */
export interface Given {
  long: string
  slot: Slot
  word: Word
  value: Word | null
}

export interface CommandStart {
  name: CommandName
  word: Word
  /** What follows in the bundle of short options: `nt` of `-Ant`. */
  bundle: Word | null
}

/** The command that opens the line. */
export function readCommand(word: Word): CommandStart {
  const { text } = word
  const isLong = text.startsWith('--')
  const wanted = isLong ? text.slice(2) : text.slice(1, 2)
  const found = COMMANDS.find(
    ([short, long]) => wanted !== '' && wanted === (isLong ? long : short),
  )
  if (text.startsWith('-') && found !== undefined) {
    const rest = isLong ? '' : text.slice(2)
    return { name: found[2], word, bundle: rest === '' ? null : part(word, 2) }
  }
  if (!text.startsWith('-')) {
    const expected = 'a line as in -A -t 203.0.113.10:80 -s wlc'
    const hints = { expected, got: text }
    throw new Refusal(word, 'not a command of ipvsadm', hints, NO_COMMAND)
  }
  const isOption = OPTIONS.some(
    ({ short, long }) => wanted !== '' && wanted === (isLong ? long : short),
  )
  if (isOption) {
    const expected = '-A, -E, -D, -a, -e, -d or -C at the start of the line'
    throw new Refusal(word, 'the command must come first', { expected, got: text }, NO_COMMAND)
  }
  throw unknownOption(word, isLong ? text : `-${wanted}`, NO_COMMAND)
}

/** The options behind the command, in order; words that belong to none go to `leftOver`. */
export function* readOptions(
  start: CommandStart,
  rest: Word[],
  leftOver: Word[],
): Generator<Given> {
  let bundle = start.bundle
  /** The argument that is being read, as messages quote it. */
  let argument = start.word.text
  let next = 0
  while (bundle !== null || next < rest.length) {
    let given: OptionForm
    let word: Word
    let attached: Word | null = null
    if (bundle !== null) {
      word = { ...bundle, text: `-${bundle.text[0]}` }
      given = findShort(word, argument)
      bundle = bundle.text.length > 1 ? part(bundle, 1) : null
      if (given.takes !== 'nothing' && bundle !== null) {
        attached = bundle.text.startsWith('=') ? part(bundle, 1) : bundle
        bundle = null
      }
    } else {
      word = rest[next++]!
      argument = word.text
      if (word.text.startsWith('--') && word.text.length > 2) {
        const equals = word.text.indexOf('=')
        given = findLong(word, equals < 0 ? word.text.slice(2) : word.text.slice(2, equals))
        if (equals >= 0) attached = part(word, equals + 1)
        if (attached !== null && given.takes === 'nothing') {
          const text = `${argument}: option does not take an argument`
          throw new Refusal(word, text, {}, PARSER_ERROR)
        }
      } else if (word.text.startsWith('-') && word.text.length > 1) {
        bundle = part(word, 1)
        continue
      } else {
        leftOver.push(word)
        continue
      }
    }
    let value = attached
    const follower = rest[next]
    if (value === null && follower !== undefined && takesWord(given, follower)) {
      value = follower
      next++
    }
    if (value === null && given.takes === 'value') {
      throw new Refusal(word, `${argument}: missing argument`, {}, PARSER_ERROR)
    }
    yield { long: given.long, slot: given.slot, word, value }
  }
}

function takesWord(option: OptionForm, follower: Word): boolean {
  if (option.takes === 'value') return true
  return option.takes === 'optional value' && !follower.text.startsWith('-')
}

function findShort(word: Word, argument: string): OptionForm {
  const letter = word.text[1]!
  const found = OPTIONS.find(({ short }) => short === letter)
  if (found !== undefined) return found
  if (COMMANDS.some(([short]) => short === letter)) {
    throw new Refusal(word, `invalid option \`${argument}'`, { expected: 'one command in a line' })
  }
  throw unknownOption(word, argument)
}

function findLong(word: Word, name: string): OptionForm {
  const found = OPTIONS.find(({ long }) => long === name)
  if (found !== undefined) return found
  if (COMMANDS.some(([, long]) => long === name)) {
    throw new Refusal(word, `invalid option \`--${name}'`, { expected: 'one command in a line' })
  }
  throw unknownOption(word, `--${name}`)
}

function unknownOption(word: Word, option: string, exit: number = PARSER_ERROR): Refusal {
  const longs = [...OPTIONS.map(({ long }) => long), ...COMMANDS.map(([, long]) => long)]
  const near = option.startsWith('--') ? nearest(option.slice(2), longs) : undefined
  const hints = near === undefined ? {} : { suggestion: `--${near}` }
  return new Refusal(word, `${option}: unknown option`, hints, exit)
}

/** The end of a word from a letter on, with its place. */
function part(word: Word, from: number): Word {
  return { text: word.text.slice(from), line: word.line, column: word.column + from }
}
