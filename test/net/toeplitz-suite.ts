// Microsoft's published verification suite for the RSS hash (Windows driver documentation,
// "Verifying the RSS Hash Calculation"): over addresses and ports, and over addresses alone.
export interface ToeplitzVector {
  src: string
  srcPort: number
  dst: string
  dstPort: number
  ports: number
  addresses: number
}

export const TOEPLITZ_SUITE: readonly ToeplitzVector[] = [
  vector('66.9.149.187', 2794, '161.142.100.80', 1766, 0x51ccc178, 0x323e8fc2),
  vector('199.92.111.2', 14230, '65.69.140.83', 4739, 0xc626b0ea, 0xd718262a),
  vector('24.19.198.95', 12898, '12.22.207.184', 38024, 0x5c2b394a, 0xd2d0a5de),
  vector('38.27.205.30', 48228, '209.142.163.6', 2217, 0xafc7327f, 0x82989176),
  vector('153.39.163.191', 44251, '202.188.127.2', 1303, 0x10e828a2, 0x5d1809c5),
]

/** An IPv4 address as an unsigned number. */
export function numberOf(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
}

function vector(
  src: string,
  srcPort: number,
  dst: string,
  dstPort: number,
  ports: number,
  addresses: number,
): ToeplitzVector {
  return { src, srcPort, dst, dstPort, ports, addresses }
}
