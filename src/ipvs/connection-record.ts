// How a connection lies in memory: 64 bytes, one cache line, as sixteen integers of which four are
// two times. Finding and refreshing one of a million then costs two cache misses.

/** A record is 16 integers long; the first of record n is at n << RECORD_SHIFT. */
export const RECORD_SHIFT = 4
/** In a chain, or in the list of free records: the number of the next one, -1 at the end. */
export const NEXT = 0
export const CLIENT = 1
export const VIRTUAL = 2
/** Client's port << 16 | virtual port. */
export const PORTS = 3
export const SERVER = 4
/** Server's port << 16 | forwarding method << 8 | protocol. */
export const KIND = 5
/** State, with the two flags below. */
export const STATE = 6
/** Index of the destination; -1: none. */
export const DESTINATION = 7
/** Number of the connection that controls this one, a template or a control connection; or -1. */
export const CONTROL = 12
/** How many connections this one controls. */
export const CONTROLLED = 13
/** What the timer is restarted with, in ticks; its complement while the connection is going. */
export const TIMEOUT = 14
/** Packets from the client. */
export const IN_PACKETS = 15

/** The same record as times: 8 to a record, the first of record n is at n << TIMES_SHIFT. */
export const TIMES_SHIFT = 3
/** When the connection expires unless a packet comes. */
export const DEADLINE = 4
/** When its one live timer entry fires; NEVER_PS when there is none. */
export const ARMED = 5

export const STATE_MASK = 0xff
/** Not counted in its destination's active connections. */
export const INACTIVE = 0x100
/** No reply has been seen, and with DR and TUN none is expected. */
export const NO_OUTPUT = 0x200
/** Persistence: where a client's next connections go. Never found by a packet. */
export const TEMPLATE = 0x400
/** The client's port is not known yet (FTP data). */
export const NO_CLIENT_PORT = 0x800
/** One-packet scheduling: lives for one packet and is never in the table. */
export const ONE_PACKET = 0x1000
/** It came in a synchronisation message. */
export const SYNCED = 0x2000
/** Its stream has been rewritten: the bits of both directions. */
export const SEQUENCE = 0x18000
/** The state in which it was last sent to other directors: four bits, from here on. */
export const SENT_STATE_SHIFT = 20
export const SENT_STATE_MASK = 0xf00000
/** A synchronising director has met it, and knows when it was last sent. */
export const SYNC_KNOWN = 0x1000000
/**
 * Seen established, or answered: not dropped under attack. Of templates alone; it is their state.
 */
export const ASSURED = 1
