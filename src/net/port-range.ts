// The source ports that a host gives to connections for which nobody asked for a certain one.

/** Ports in a row: the first, and how many. */
export interface PortRange {
  first: number
  count: number
}

/** Linux's net.ipv4.ip_local_port_range as it comes: 32768 to 60999. */
export const LINUX_PORTS: PortRange = { first: 32_768, count: 28_232 }
