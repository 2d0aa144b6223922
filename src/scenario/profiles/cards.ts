// Network cards: how many receive queues they can spread over, and how long their rings are unless
// told.

export interface Card {
  name: string
  /** Most RSS queues of one port. */
  queues: number
  ring: number
  mostRing: number
  source: string
}

export const CARDS: Readonly<Record<string, Card>> = {
  x540: {
    name: 'Intel 82599, X540',
    queues: 16,
    ring: 512,
    mostRing: 4096,
    source: 'ixgbe.h (rings); 16 RSS queues per port recalled, grade C',
  },
  xl710: {
    name: 'Intel X710, XL710',
    queues: 64,
    ring: 512,
    mostRing: 8160,
    source: 'i40e.h (rings)',
  },
  e810: { name: 'Intel E810', queues: 256, ring: 2048, mostRing: 8160, source: 'ice.h (rings)' },
  'connectx-5': {
    name: 'NVIDIA ConnectX-5',
    queues: 128,
    ring: 1024,
    mostRing: 8192,
    source: 'mlx5 en.h (rings)',
  },
}
