// What operators do, done: command lines of ipvsadm on a director, weights, restarts of servers one
// after the other, keepalived with another configuration.
import type { DirectorMachine, KeepalivedConf } from '../cluster/director-machine.ts'
import type { RealServer } from '../cluster/real-server.ts'
import type { SharedRoute } from '../cluster/shared-route.ts'
import { ControlPlane, type DaemonHost } from '../ipvsadm/control-plane.ts'
import { runIpvsadm } from '../ipvsadm/ipvsadm.ts'
import { DR, NAT } from '../ipvs/headers.ts'
import type { Destination } from '../ipvs/service.ts'
import type { DestinationSpec } from '../ipvs/service-spec.ts'
import type { Time } from '../kernel/time.ts'
import type { EventLog } from '../measure/event-log.ts'
import type { HostNames } from './host-addresses.ts'
import { stepsOf, type OperationSpec } from './operation-spec.ts'

export interface OperationParts {
  directors: readonly DirectorMachine[]
  servers: readonly RealServer[]
  names: HostNames
  /** Which directors share; null where each has its own addresses. */
  route: SharedRoute | null
  log: EventLog
  /** A keepalived.conf as that director reads it. */
  confOf: (director: string, text: string) => KeepalivedConf
}

/** What happens at a moment; tells of itself what it does. */
export interface OperationDeed {
  atPs: Time
  act: (now: Time) => void
}

export function operationDeeds(operation: OperationSpec, parts: OperationParts): OperationDeed[] {
  const { atPs } = operation
  switch (operation.kind) {
    case 'ipvsadm':
      return [{ atPs, act: (now) => runLines(operation, parts, now) }]
    case 'weight': {
      const { host, weight, forPs } = operation
      const scales = new Scales(host, parts)
      const begins = { atPs, act: (now: Time) => scales.give(weight, now) }
      if (forPs === null) return [begins]
      return [begins, { atPs: atPs + forPs, act: (now: Time) => scales.giveBack(now) }]
    }
    case 'withdraw':
      return withdrawDeeds(operation, parts)
    case 'restart':
      return restartDeeds(operation, parts)
    case 'reload': {
      const machine = parts.directors.find(({ name }) => name === operation.director)!
      const conf = parts.confOf(operation.director, operation.keepalived)
      return [
        {
          atPs,
          act: (now) => {
            parts.log.say('operation', `keepalived was reloaded on ${operation.director}`, now)
            machine.reloadKeepalived(conf, now)
          },
        },
      ]
    }
  }
}

/** A director of a simulation has no device for daemons: those are refused before. */
const NO_DEVICES: DaemonHost = {
  mtuOf: () => null,
  join: () => {},
  leave: () => {},
  sendSync: () => {},
}

function runLines(
  { director: name, lines }: OperationSpec & { kind: 'ipvsadm' },
  { directors, names, log }: OperationParts,
  now: Time,
): void {
  const machine = directors.find((each) => each.name === name)!
  const { director } = machine.parts
  const before = director.ipvs.services.length
  const plane = new ControlPlane(director.ipvs, NO_DEVICES)
  plane.now = now
  for (const line of lines) {
    const { err } = runIpvsadm(line.split(' '), '', plane)
    const said = err === '' ? '' : ` (${err.trim()})`
    log.say('operation', `${name}: ipvsadm ${line}${said}`, now)
  }
  for (const { destinations } of director.ipvs.services) {
    for (const each of destinations) each.tag = names.tagOf(each.address)
  }
  if (director.ipvs.services.length !== before) machine.changeServices(now)
}

function withdrawDeeds(
  { atPs, director, forPs }: OperationSpec & { kind: 'withdraw' },
  { route, log }: OperationParts,
): OperationDeed[] {
  const deed = (at: Time, text: string, act: (now: Time) => void): OperationDeed => ({
    atPs: at,
    act: (now) => {
      log.say('operation', text, now)
      act(now)
    },
  })
  const begins = deed(atPs, `${director} was taken out of the route`, (now) => {
    route!.withdraw(director, now)
  })
  if (forPs === null) return [begins]
  const ends = deed(atPs + forPs, `${director} was put into the route`, (now) => {
    route!.announce(director, now)
  })
  return [begins, ends]
}

function restartDeeds(
  operation: OperationSpec & { kind: 'restart' },
  parts: OperationParts,
): OperationDeed[] {
  const { log, servers } = parts
  return stepsOf(operation).flatMap(({ host, fromPs, downPs, upPs }) => {
    const server = servers.find(({ name }) => name === host)!
    const isDrained = downPs > fromPs
    const scales = new Scales(host, parts)
    const say = (text: string, now: Time) => {
      log.say('operation', text, now)
      log.befell.set(host, now)
    }
    return [
      ...(isDrained ? [{ atPs: fromPs, act: (now: Time) => scales.give(0, now) }] : []),
      {
        atPs: downPs,
        act: (now: Time) => {
          say(`the program of ${host} was stopped`, now)
          server.close(now)
        },
      },
      {
        atPs: upPs,
        act: (now: Time) => {
          say(`the program of ${host} was started`, now)
          server.open(now)
          if (isDrained) scales.giveBack(now)
        },
      },
    ]
  })
}

/** The weights of a host, wherever it is a destination. */
class Scales {
  private readonly host: string
  private readonly parts: OperationParts
  /** What each destination weighed before. */
  private readonly before = new Map<Destination, number>()

  constructor(host: string, parts: OperationParts) {
    this.host = host
    this.parts = parts
  }

  give(weight: number, now: Time): void {
    this.forEach((destination) => {
      this.before.set(destination, destination.weight)
      return weight
    }, now)
  }

  /** One that has come meanwhile keeps what it has. */
  giveBack(now: Time): void {
    this.forEach((destination) => this.before.get(destination) ?? destination.weight, now)
  }

  private forEach(weightOf: (destination: Destination) => number, now: Time): void {
    const { directors, names, log } = this.parts
    for (const { director } of directors.map(({ parts }) => parts)) {
      for (const service of director.ipvs.services) {
        const own = service.destinations.find(({ address }) => {
          return names.serverAt(address) === this.host
        })
        if (own === undefined) continue
        const weight = weightOf(own)
        director.ipvs.editDestination(service, own, specOf(own, weight))
        const where = `${names.serviceOf(service)} on ${director.name}`
        log.say('operation', `${this.host} was given weight ${weight} in ${where}`, now)
      }
    }
  }
}

/** As it is, but for the weight. */
function specOf(destination: Destination, weight: number): DestinationSpec {
  const { address, port, method, tunnelType, tunnelPort, tunnelFlags, tag } = destination
  const { upperThreshold, lowerThreshold } = destination
  return {
    ...{ address, port, weight, tunnelType, tunnelPort, tunnelFlags, tag },
    ...{ upperThreshold, lowerThreshold },
    forwarding: method === NAT ? 'nat' : method === DR ? 'dr' : 'tun',
  }
}
