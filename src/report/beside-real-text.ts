// A finished run beside a real director's counters, as text: one line per server, those that differ
// more than chance can marked.
import type { BesideReal } from '../measure/beside-real.ts'
import { inkOf, type Look } from './look.ts'
import { paragraph, table, type Cell } from './table.ts'
import { countText, plusMinus, rateText, shareText } from './units-text.ts'

/** A newline at its end. */
export function besideRealText(beside: BesideReal, look: Look): string {
  const ink = inkOf(look)
  const { label, service, counted, realCount, servers, rate, jain, notes } = beside
  const rows = servers.map((server): Cell[] => [
    `  ${server.host} ${server.endpoint}`,
    countText(server.real),
    shareText(server.realShare),
    plusMinus(server.simulatedShare, 'share', look),
    server.shown
      ? { text: pointsText(server, look), paint: ink.doubtful }
      : `no difference shown (${pointsText(server, look)})`,
  ])
  const head = ['', 'real', 'share', 'simulated', 'difference'].map((text) => ({
    text,
    paint: ink.quiet,
  }))
  const index = jain === null ? '' : plusMinus(jain.simulated, 'index', look)
  const lines = [
    ink.heading(`${label} beside a real director`) +
      `   ${service}, ${countText(realCount)} ${counted} there`,
    '',
    ...table([head, ...rows], { width: look.width, right: [1, 2] }),
    ...(jain === null ? [] : [`  Jain's index ${jain.real.toFixed(4)} real, ${index} here`]),
    ...(rate === null
      ? ['  rates: not known; give --over TIME, or the output of `ipvsadm -Ln --rate`']
      : [
          `  rate ${rateText(rate.real)} real, ${plusMinus(rate.simulated, 'rate', look)} in ` +
            `${rate.phase} here (${rate.change.mean < 0 ? '' : '+'}${shareText(rate.change.mean)})`,
        ]),
    ...notes.flatMap((note) => paragraph(note, look.width, 2)),
  ]
  return `${lines.join('\n')}\n`
}

function pointsText({ difference }: BesideReal['servers'][number], look: Look): string {
  const text = plusMinus(difference, 'share', look).replace('%', ' points')
  return difference.mean < 0 ? text : `+${text}`
}
