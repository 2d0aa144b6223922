// A step of a trace in words that a network engineer reads.
import type { Step } from './trace.ts'

const MOST_LETTERS = 160

/** `packet tcp 198.51.100.7:40001 > 10.0.0.100:80 S`, `ipvsadm -A -t ...` */
export function wordsOf({ do: kind, words }: Step): string {
  const text = (name: string): string => (words[name] === undefined ? '' : asText(words[name]))
  switch (kind) {
    case 'packet':
      return clip(packetWords(words))
    case 'burst':
      return clip(`burst of ${(words['events'] as unknown[]).length} events to ${text('to')}`)
    case 'ipvsadm':
    case 'nft':
    case 'ip':
      return clip(
        `${kind} ${text('args')}${words['stdin'] === undefined ? '' : ` < ${text('stdin')}`}`,
      )
    case 'sysctl':
      return clip(`sysctl ${text('name')} = ${text('value')}`)
    case 'sleep':
      return `sleep ${text('ms')} ms`
    case 'show':
      return clip(`show ${text('what')}`)
    case 'server':
      return `server ${text('on')} ${text('state')}`
    case 'keepalived':
      return 'keepalived starts'
    case 'signal':
      return `signal ${text('signal')}`
    case 'listen':
      return `listen on ${text('on')}`
    default:
      return kind
  }
}

function packetWords(words: Record<string, unknown>): string {
  if (words['raw'] !== undefined) return 'packet, raw'
  const from = words['from'] === 'server' ? 'from a server: ' : ''
  if (words['reply_to'] !== undefined) {
    return `packet ${from}${asText(words['proto'])} answers ${asText(words['reply_to'])}`
  }
  const rest = ['flags', 'type', 'code', 'len', 'ttl', 'tos', 'fragment']
    .filter((name) => words[name] !== undefined)
    .map((name) => (name === 'flags' ? asText(words[name]) : `${name} ${asText(words[name])}`))
  const ends = `${asText(words['src'])} > ${asText(words['dst'])}`
  return [`packet ${from}${asText(words['proto'])} ${ends}`, ...rest].join(' ')
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(' ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function clip(text: string): string {
  const line = text.replace(/\s*\n\s*/g, '; ').trim()
  return line.length <= MOST_LETTERS ? line : `${line.slice(0, MOST_LETTERS - 3)}...`
}
