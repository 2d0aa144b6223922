// Where real servers are, and how rates and shares are told beside limits.
import type { Scenario } from '../scenario/scenario.ts'

/** The link that the real server of that name is on. */
export function linkOfHost(scenario: Scenario, host: string): string {
  const group = Object.values(scenario.realServers).find(
    ({ name, count }) =>
      host === name || (count > 1 && host.startsWith(name) && isNumber(host.slice(name.length))),
  )!
  return group.link
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}

export function rateText(rateBps: number): string {
  return rateBps >= 1e9 ? `${rateBps / 1e9}Gbps` : `${rateBps / 1e6}Mbps`
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
