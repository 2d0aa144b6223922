// The summary of a run as text, for a terminal or a file: thresholds first, the verdict last, every
// number with its unit and its interval. Nothing of it depends on the machine.
import type { ReplicationResult } from '../measure/replication.ts'
import type { Summary } from '../measure/summary.ts'
import { inkOf, type Look } from './look.ts'
import { costs, lost, theory, tight } from './sections/limits.ts'
import { fates, withoutService } from './sections/availability.ts'
import { foundOut, happened } from './sections/happened.ts'
import { packets } from './sections/packets.ts'
import { fairness, latency, throughput } from './sections/requests.ts'
import type { Page, Section } from './sections/section.ts'
import { thresholds } from './sections/thresholds.ts'
import { hanging, paragraph, table } from './table.ts'
import { verdictText } from './verdict.ts'

export { verdictText } from './verdict.ts'

const SECTIONS: readonly Section[] = [
  title,
  thresholds,
  throughput,
  latency,
  fairness,
  packets,
  tight,
  lost,
  withoutService,
  fates,
  foundOut,
  theory,
  costs,
  methods,
  happened,
  notes,
  repeat,
]

/** The whole summary, a newline at its end. `replications` give the pictures of distributions. */
export function summaryText(
  summary: Summary,
  look: Look,
  replications: readonly ReplicationResult[] = [],
): string {
  const phases = replications.flatMap((replication) => replication.phases)
  const page: Page = { summary, look, ink: inkOf(look), phases }
  const sections = SECTIONS.map((section) => section(page)).filter((lines) => lines.length > 0)
  const all = [...sections.map((lines) => lines.join('\n')), verdictText(summary, look)]
  return `${all.join('\n\n')}\n`
}

function title({ summary, look, ink }: Page): string[] {
  const { name, version, seed, replications, intervals, complete } = summary
  const runs = replications === 1 ? '1 replication' : `${replications} replications`
  const sign = look.unicode ? '±' : '+/-'
  const certainty = {
    replications: `${sign} is the 95% interval over them`,
    'batch means': `one run: ${sign} is the 95% interval by batch means, in steady phases`,
    none: 'one run: no interval',
  }[intervals]
  return [
    `${ink.heading(name)}   ${hanging(`${name}   `, summary.title, look.width)}`,
    hanging('', `lvs-sim ${version}, seed "${seed}", ${runs}; ${certainty}`, look.width),
    ...(complete ? [] : [ink.bad('INCOMPLETE: the run was stopped before its end')]),
  ]
}

/** How sure the numbers are, and by which methods. */
function methods({ summary, look, ink }: Page): string[] {
  const { methods: all = [] } = summary
  if (all.length === 0) return []
  const rows = all.map(({ of, method }) => [`  ${of}`, method])
  return [ink.heading('INTERVALS'), ...table(rows, { width: look.width })]
}

function notes({ summary, look, ink }: Page): string[] {
  if (summary.notes.length === 0) return []
  const lines = summary.notes.flatMap((note) => paragraph(note, look.width, 2))
  return [ink.heading('NOTES'), ...lines]
}

/** The scenario beside the summary has the seed, the replications and all that was set. */
function repeat(): string[] {
  return ['repeat   lvs-sim run scenario.json, the one in the results folder']
}
