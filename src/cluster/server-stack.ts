// The TCP of a real server: its listening socket, its options, and where it stands in the service.
import type { ListenOptions, TcpOptions } from '../tcp/options.ts'
import type { Tcp } from '../tcp/tcp.ts'
import { Listener } from './listener.ts'
import type { RealServer } from './real-server.ts'

/** What all clients of a server have in common. */
export class ServerSocket {
  readonly server: RealServer
  readonly listener: Listener
  readonly options: TcpOptions
  readonly mtuBytes: number
  /** Number among the hosts that are measured. */
  readonly tag: number

  constructor(
    server: RealServer,
    tag: number,
    mtuBytes: number,
    options: TcpOptions & ListenOptions,
  ) {
    this.server = server
    this.listener = new Listener(server, options)
    this.options = options
    this.mtuBytes = mtuBytes
    this.tag = tag
  }
}

/** The server's half towards one population, whose packets come from a pool of their own. */
export interface ServerStack {
  server: RealServer
  listener: Listener
  tcp: Tcp
  tag: number
}
