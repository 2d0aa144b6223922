// Probes of one packet and one in answer: datagrams and echoes. A datagram is work for the server's
// program, an echo for its kernel; where nobody listens the kernel says so.
import type { Ask, Told } from '../keepalived/checker-conversation.ts'
import type { Checker } from '../keepalived/checker.ts'
import type { Planner } from '../kernel/agenda.ts'
import type { Time } from '../kernel/time.ts'
import { becomeError } from '../net/icmp.ts'
import { ICMP, UDP, ipHeaderBytes, sizeFrame, turnRound, type Packet } from '../net/packet.ts'
import { replyTo } from './probe.ts'
import type { ProbesOptions } from './probes.ts'
import type { RealServer } from './real-server.ts'

const UDP_HEADER_BYTES = 8
/** 56 bytes of payload, as ping sends them, behind a header of 8 (RFC 792). */
const ECHO_BYTES = 64

interface Asked {
  checker: Checker
  /** What a server that lives answers. */
  reply: Told
  replyBytes: number
}

type LoneAsk = Extract<Ask, { ask: 'datagram' | 'echo' }>

export class LoneProbes implements Planner {
  private readonly options: ProbesOptions
  private readonly nextPort: () => number
  /** By number, which packets carry as their ticket. */
  private readonly asked = new Map<number, Asked>()
  private serial = 0
  /** What is told as soon as whoever is at it has finished. */
  private readonly soon = new Map<number, { checker: Checker; told: Told }>()

  constructor(options: ProbesOptions, nextPort: () => number) {
    this.options = options
    this.nextPort = nextPort
  }

  ask(checker: Checker, ask: LoneAsk, now: Time): void {
    const { pool, address, population, send } = this.options
    const packet = pool.take()
    const ticket = this.serial++
    const isEcho = ask.ask === 'echo'
    const payload = isEcho ? new Uint8Array() : replyTo(checker, ask)
    const reply: Told = isEcho ? { told: 'echoed' } : { told: 'reply', payload }
    const header = ipHeaderBytes(address)
    const bytes = isEcho ? ECHO_BYTES : UDP_HEADER_BYTES + ask.payload.length
    const replyBytes = header + (isEcho ? ECHO_BYTES : UDP_HEADER_BYTES + payload.length)
    this.asked.set(ticket, { checker, reply, replyBytes })
    packet.protocol = isEcho ? ICMP : UDP
    packet.quotedProtocol = ICMP
    packet.icmpMtuBytes = 0
    packet.src = address
    packet.srcPort = this.nextPort()
    packet.dst = ask.to.address
    packet.dstPort = ask.to.port
    packet.payloadBytes = 0
    packet.ipBytes = header + bytes
    packet.answerBytes = replyBytes
    packet.population = population
    packet.slot = 0
    packet.ticket = ticket
    sizeFrame(packet)
    send(packet, now)
  }

  /** Told in an event of its own: a checker is never told anything while it asks. */
  tellSoon(checker: Checker, told: Told, now: Time): void {
    const key = this.serial++
    this.soon.set(key, { checker, told })
    this.options.kernel.agenda.plan(now, this, key)
  }

  due(key: number, now: Time): void {
    const entry = this.soon.get(key)
    this.soon.delete(key)
    if (entry !== undefined) this.options.tell(entry.checker, entry.told, now)
  }

  /** Nothing more is wanted of what was asked before. */
  close(checker: Checker): void {
    for (const [ticket, asked] of this.asked) {
      if (asked.checker === checker) this.asked.delete(ticket)
    }
  }

  forgetAll(): void {
    this.asked.clear()
    this.soon.clear()
  }

  receive(packet: Packet, now: Time): void {
    const asked = this.asked.get(packet.ticket)
    const isError = packet.protocol === ICMP && packet.quotedProtocol !== ICMP
    this.asked.delete(packet.ticket)
    this.options.pool.give(packet)
    if (asked === undefined) return
    this.options.tell(asked.checker, isError ? { told: 'refused' } : asked.reply, now)
  }

  atServer(packet: Packet, server: RealServer, now: Time): void {
    if (packet.protocol === ICMP) {
      // An error about an answer is told to nobody.
      if (packet.quotedProtocol === ICMP) this.answer(packet, server, now)
      else this.options.pool.give(packet)
    } else if (server.isClosed) {
      becomeError(packet, 0)
      server.send(packet, now)
    } else if (!server.work(packet, now)) server.drop(packet, now)
  }

  answer(packet: Packet, server: RealServer, now: Time): void {
    turnRound(packet)
    packet.ipBytes = packet.answerBytes
    sizeFrame(packet)
    server.send(packet, now)
  }
}
