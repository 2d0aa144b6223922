// Reads what `run`, `theory`, `validate` and `new` are given: files and standard input. What a
// file is (a scenario, rules of ipvsadm, a keepalived.conf, recorded requests) is decided by its
// content, unless --as says it; the name counts where the content says nothing.
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { withIncludes } from './conf-includes.ts'
import { isTrafficFormat, type TrafficFormat } from '../traffic/recording.ts'
import { formatOf } from '../traffic/read-traffic.ts'
import { ContentError, FileError, fileReason, UsageError } from './errors.ts'

/** Stands for a lone `-`, which the parser of the command line would lose. */
export const STDIN = 'stdin:'
const LARGEST_BYTES = 256 * 1024 * 1024

export type Kind = 'scenario' | 'rules' | 'keepalived' | TrafficFormat
export const KINDS: readonly Kind[] = [
  ...(['scenario', 'rules', 'keepalived', 'access-log', 'csv', 'pcap'] as const),
]

export interface Input {
  /** For messages: the path as given, or `<stdin>`. */
  file: string
  /** Name without folder and ending, for what a file of rules is called. */
  stem: string
  /** Rules that are those of a keepalived.conf: its lines. */
  keepalived?: readonly string[]
  /** Of a scenario and of rules; recorded requests stay bytes. */
  text: string
  bytes: Uint8Array
  kind: Kind
  /** Reads a file that the scenario names, relative to the scenario's own folder. */
  readFile: (path: string) => string
  /** A keepalived.conf, with what it includes. */
  readConf: (path: string) => string
  /**
   * Reads a log or capture that it names: beside the scenario, or in the folder where we are, which
   * is what --set means.
   */
  readBytes: (path: string) => Uint8Array
}

/** Reads every file before anything runs; each problem is thrown as it is met. */
export async function readInputs(paths: readonly string[], as: Kind | undefined): Promise<Input[]> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new UsageError('standard input (-) can be read only once')
  }
  const inputs: Input[] = []
  for (const path of paths) inputs.push(await readInput(path, as))
  return inputs
}

export async function readInput(path: string, as: Kind | undefined): Promise<Input> {
  const stdin = path === STDIN
  const file = stdin ? '<stdin>' : path
  const bytes = stdin ? await readStdin() : readBytes(path, 'Give the scenario file in it.')
  const recorded = as ?? formatOf(bytes) ?? formatByName(file)
  const isText = recorded === null || !isTrafficFormat(recorded)
  const text = isText ? decode(bytes, file) : ''
  const folder = stdin ? process.cwd() : dirname(resolve(path))
  return {
    file,
    stem: stdin ? 'rules' : basename(path).replace(/\.[^.]*$/, ''),
    text,
    bytes,
    kind: recorded ?? kindOf(text),
    readFile: (wanted) => decode(readBytes(resolve(folder, wanted)), wanted),
    readConf: (wanted) => {
      const conf = resolve(folder, wanted)
      return withIncludes(decode(readBytes(conf), wanted), conf)
    },
    readBytes: (wanted) => {
      if (!isText && wanted === file) return bytes
      const beside = resolve(folder, wanted)
      return readBytes(existsSync(beside) ? beside : wanted)
    },
  }
}

/** A file that is no scenario, or standard input. */
export async function readPlainText(path: string): Promise<string> {
  const stdin = path === STDIN
  return decode(stdin ? await readStdin() : readBytes(path), stdin ? '<stdin>' : path)
}

/** `hint` is for somebody who names a folder. */
function readBytes(path: string, hint: string | null = null): Buffer {
  try {
    return readWhole(path, hint)
  } catch (error) {
    if (error instanceof FileError) throw error
    throw new FileError(`cannot read ${path}: ${fileReason(error)}`)
  }
}

function readWhole(path: string, hint: string | null): Buffer {
  const descriptor = openSync(path, 'r')
  try {
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) {
      throw new FileError(`cannot read ${path}: it is a folder`, hint)
    }
    if (stat.size > LARGEST_BYTES) throw tooLarge(path)
    return stat.isFile() ? readFileSync(descriptor) : readPipe(descriptor, path)
  } finally {
    closeSync(descriptor)
  }
}

/** A named pipe or a device, as in `run <(jq ...)`: its size is known only at its end. */
function readPipe(descriptor: number, path: string): Buffer {
  const parts: Buffer[] = []
  let total = 0
  for (;;) {
    const part = Buffer.alloc(65_536)
    const count = readSync(descriptor, part)
    if (count === 0) return Buffer.concat(parts)
    parts.push(part.subarray(0, count))
    total += count
    if (total > LARGEST_BYTES) throw tooLarge(path)
  }
}

async function readStdin(): Promise<Buffer> {
  const parts: Buffer[] = []
  let total = 0
  try {
    for await (const part of process.stdin) {
      parts.push(part as Buffer)
      total += (part as Buffer).length
      if (total > LARGEST_BYTES) throw tooLarge('standard input')
    }
  } catch (error) {
    if (error instanceof FileError) throw error
    throw new FileError(`cannot read standard input: ${fileReason(error)}`)
  }
  return Buffer.concat(parts)
}

function tooLarge(name: string): FileError {
  return new FileError(`cannot read ${name}: it is larger than 256 MiB`, 'Give a part of it.')
}

function decode(bytes: Buffer, file: string): string {
  if (bytes.includes(0)) throw notText(file)
  try {
    // Drops a byte order mark, as editors on Windows leave it.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notText(file)
  }
}

function notText(file: string): ContentError {
  return new ContentError(`${file} is not a text file in UTF-8`, 'A scenario is JSON or YAML.')
}

/** What a file of recorded requests was meant to be, when its content does not say. */
function formatByName(file: string): TrafficFormat | null {
  const [, ending = ''] = /\.(csv|log|pcap)(?:\.gz)?$/i.exec(file) ?? []
  const formats: Record<string, TrafficFormat> = { csv: 'csv', log: 'access-log', pcap: 'pcap' }
  return formats[ending.toLowerCase()] ?? null
}

const RULE = /^(\S*ipvsadm\s|-[AaCE]\s|-C$|--(add|edit)-(service|server)\s|--clear\b)/
const BLOCKS = [
  ...['virtual_server', 'virtual_server_group', 'vrrp_instance', 'vrrp_script', 'global_defs'],
  ...['vrrp_sync_group', 'vrrp_track_process', 'static_ipaddress', 'track_file', 'bfd_instance'],
]
const KEEPALIVED = new RegExp(`^(${BLOCKS.join('|')}|include)\\b|^\\$\\w+=`)

/** What a file is, by its first line that says something. */
export function kindOf(text: string): Kind {
  const first = text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !/^(#|!|\/\/|set -|set \+)/.test(line))
  if (first !== undefined && RULE.test(first)) return 'rules'
  return first !== undefined && KEEPALIVED.test(first) ? 'keepalived' : 'scenario'
}
