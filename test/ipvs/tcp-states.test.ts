// Every connection has the state and the timeout that a recorded kernel gave it (Linux 6.1.192),
// after every packet in either direction; destinations have the same counts.
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DirectorReplay, readTrace, type Step } from '../support/director-replay.ts'

const FOLDER = new URL('../golden/tcp-states/', import.meta.url)

/** Recorded, but not to be replayed yet. */
const NOT_YET: Record<string, string> = {
  'tcp-table-*-reuse-0, *-conn_reuse_mode-0': 'sysctl conn_reuse_mode 0',
  '*-secure_tcp-3, *-sloppy_tcp-1': 'the sysctls secure_tcp and sloppy_tcp',
  'tcp-timeouts-set': 'timeouts changed while it runs',
  'sctp-*': 'SCTP',
}

function play(replay: DirectorReplay, step: Step): void {
  replay.passTo(step.saw.t)
  const { args = '', stdin = '' } = step
  if (step.do === 'packet') replay.packet(step)
  else if (step.do === 'ipvsadm') replay.command(args === '-R' ? stdin : [args].flat().join(' '))
  else if (step.do === 'sleep') replay.passTo(step.saw.t_end ?? step.saw.t + step.ms!)
  else if (!['note', 'sysctl'].includes(step.do)) throw new Error(`unknown step ${step.do}`)
}

/** The client that a packet came from or goes to. */
function clientOf({ from, src, dst }: Step): string {
  return from === 'server' ? dst! : src!
}

/**
 * The kernel's timer wheel fires late by up to an eighth: until then a connection is listed with 0
 * seconds left, when ours has gone.
 */
function listed(conns: readonly string[]): { line: string; seconds: number }[] {
  return conns
    .map((text) => ({
      line: text.slice(0, text.lastIndexOf(' ')),
      seconds: Number(text.slice(text.lastIndexOf(' ') + 1)),
    }))
    .filter(({ seconds }) => seconds > 0)
}

describe('recorded states', () => {
  for (const [names, what] of Object.entries(NOT_YET)) test.todo(`${names}: ${what}`)

  test.each(readdirSync(FOLDER).sort())('%s', (name) => {
    const { steps } = readTrace(`tcp-states/${name}`)
    const replay = new DirectorReplay()
    let compared = 0
    steps.forEach((step, index) => {
      play(replay, step)
      const { conns, dests } = step.saw
      if (conns === undefined) return
      const at = `step ${index}, ${step.do} ${step.flags ?? ''} at ${step.saw.t}`
      const ours = replay.conns()
      const theirs = listed(conns)
      const client = step.watch?.includes('conns-of') ? clientOf(step) : ''
      for (const [line, seconds] of ours) {
        if (seconds < 1 || !line.includes(` ${client}`)) ours.delete(line)
      }
      const kept = theirs.filter(({ seconds }) => seconds > 1 || ours.size >= theirs.length)
      expect([...ours.keys()].sort(), at).toEqual(kept.map(({ line }) => line).sort())
      for (const { line, seconds } of kept) {
        expect(Math.abs(ours.get(line)! - seconds - 0.5), `${at}: ${line}`).toBeLessThan(1.6)
      }
      const isLate = conns.some((text) => text.endsWith(' 0'))
      if (dests !== undefined && !isLate) expect(replay.dests(), at).toEqual(dests)
      compared++
    })
    expect(compared).toBeGreaterThan(20)
  })
})
