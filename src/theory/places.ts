// How rates and shares are told beside limits.
export function bitRateText(rateBps: number): string {
  return rateBps >= 1e9 ? `${rateBps / 1e9}Gbps` : `${rateBps / 1e6}Mbps`
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
