// What a summary says beside fairness when requests reached servers past the director: the index is
// of what the director sent (semantics: counting), and says nothing of them.
import { expect, test } from 'vitest'
import { summaryText } from '../../src/report/terminal.ts'
import { simulate } from '../../src/study/simulate.ts'
import { load } from '../support/scenario-text.ts'

const LOOK = { unicode: true, colour: false, width: 100 }

function loaded(...set: string[]) {
  const document = {
    format: 'lvs-sim/1',
    name: 'arp',
    extends: 'preset:one-director-10g',
    time: { replications: 2 },
    clients: { users: { count: 40, addresses: 40, flows: 40 } },
    realServers: { rs: { count: 2, arp: 'answers' } },
    services: { web: { forwarding: 'dr', scheduler: 'rr' } },
    workload: {
      arrivals: 'constant',
      popularity: 'in-turn',
      phases: [{ name: 's', for: '10ms', rate: '40kpps' }],
    },
  }
  return load(JSON.stringify(document), { set })
}

test('packets that came past the director are told beside an index of 1', async () => {
  const { summary, replications } = await simulate(loaded().scenario, { version: '0', workers: 1 })
  const { fairness } = summary!.services['web']!
  // The director itself takes turns: equal but for the last request of each replication.
  expect(fairness['s']!.jain.mean).toBeGreaterThan(0.999)
  // Who has learnt a server sends a fortieth of 400 requests to it; the last has no time to leave.
  for (const { timeline, past } of replications) {
    for (const { host, packets } of past!) {
      const [, hosts] = new RegExp(`(\\d+) learnt ${host}`).exec(timeline[0]!.text)!
      expect(Math.abs(packets - 10 * Number(hosts))).toBeLessThanOrEqual(1)
    }
  }
  const [first, second] = replications.map(({ past }) => past!)
  expect(summary!.past!.map(({ host, packets }) => [host, packets.mean])).toEqual(
    ['rs1', 'rs2'].map((host) => {
      const of = (past: typeof first) => past!.find((each) => each.host === host)?.packets ?? 0
      return [host, (of(first) + of(second)) / 2]
    }),
  )
  expect(summaryText(summary!, LOOK)).toMatch(
    /FAIRNESS[^]*\n {2}past the director +not counted +packets of clients came straight to/,
  )
})

test('where nobody but the director answers nothing is told', async () => {
  const { scenario } = loaded('realServers.rs.arp=silent')
  const { summary } = await simulate(scenario, { version: '0', workers: 1 })
  expect(summary!.past).toBeUndefined()
  expect(summaryText(summary!, LOOK)).not.toContain('past the director')
})

test('with nat no server has the virtual address: "arp" is not used, and that is said', () => {
  const told = (...set: string[]) =>
    loaded(...set).warnings.filter(({ message }) => message.startsWith('not used: with nat'))
  expect(told('services.web.forwarding=nat')).toHaveLength(1)
  expect(told('services.web.forwarding=nat', 'realServers.rs.arp=silent')).toEqual([])
  expect(told('services.web.forwarding=tun')).toEqual([])
  expect(told()).toEqual([])
})
