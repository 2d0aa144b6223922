// Numbers of the Internet's protocols, as the header of IP names what it carries (IANA).

export const ICMP = 1
export const IPIP = 4
export const TCP = 6
export const UDP = 17
export const IPV6_IN_IP = 41
export const GRE = 47
export const AH = 51
export const ICMPV6 = 58
export const VRRP = 112
export const SCTP = 132
