// The director decides as a recorded kernel did (Linux 6.1.192): for every trace the same server
// for every connection, and the same counts in the same order of destinations.
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DirectorReplay, readTrace, type Step } from '../support/director-replay.ts'

const FOLDER = new URL('../golden/schedulers/', import.meta.url)
const traces = readdirSync(FOLDER).sort()

/** Recorded, but not to be replayed yet; the recordings are kept with the others of the family. */
const NOT_YET: Record<string, string> = {
  'sched-dh-edits, -equal, -large, -limits, -many, -mixed, -mixed-udp': 'fwmark services',
  'sched-*-ipv6': 'IPv6',
  'sched-fo-*, -lblc-*, -lblcr-*, -ovf-*, sched-switched': 'the schedulers fo, lblc, lblcr, ovf',
}

function play(replay: DirectorReplay, step: Step): (string | null)[] {
  replay.passTo(step.saw.t)
  const { args = '', stdin = '' } = step
  if (step.do === 'burst') return replay.burst(step)
  if (step.do === 'ipvsadm') replay.command(args === '-R' ? stdin : [args].flat().join(' '))
  else if (step.do === 'sleep') replay.passTo(step.saw.t_end ?? step.saw.t + step.ms!)
  else if (step.do !== 'dests') {
    throw new Error(`the replay does not know the step ${step.do}`)
  }
  return []
}

describe('recorded decisions', () => {
  test('there are traces of every scheduler', () => {
    expect(traces.length).toBe(94)
    for (const name of ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq', 'dh', 'sh', 'mh']) {
      expect(traces.some((trace) => trace.startsWith(`sched-${name}-`))).toBe(true)
    }
  })

  for (const [names, what] of Object.entries(NOT_YET)) test.todo(`${names}: ${what}`)

  test.each(traces)('%s', (name) => {
    const { steps } = readTrace(`schedulers/${name}`)
    const replay = new DirectorReplay()
    steps.forEach((step, index) => {
      const servers = play(replay, step)
      const at = `step ${index}, ${step.do}`
      if (step.saw.servers !== undefined) expect(servers, at).toEqual(step.saw.servers)
      if (step.saw.dests !== undefined) expect(replay.dests(), at).toEqual(step.saw.dests)
    })
  })
})
