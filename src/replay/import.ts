// Recordings of what keepalived programs into IPVS from a configuration file: the same file read by
// our own parser, its services put into our director, and what keepalived complained about, line by
// line.
import { TCP } from '../ipvs/headers.ts'
import { IpvsError, type Service } from '../ipvs/service.ts'
import { ControlPlane } from '../ipvsadm/control-plane.ts'
import { runIpvsadm } from '../ipvsadm/ipvsadm.ts'
import { readConf, type Conf } from '../keepalived/conf.ts'
import type { Complaint } from '../keepalived/conf-complaints.ts'
import type { ServiceRule } from '../keepalived/service-rules.ts'
import { startServices, type ServiceTable } from '../keepalived/service-start.ts'
import { virtualServersOf } from '../keepalived/virtual-servers.ts'
import { Bench } from './bench.ts'
import { compareListing } from './compare-listings.ts'
import { Comparison, addTally, noTally } from './difference.ts'
import { isNotBuilt } from './kernel-facts.ts'
import { destinationLines } from './observe.ts'
import type { DestinationLines } from './outcome.ts'
import { TraceError } from './problem.ts'
import {
  arrayAt,
  numberAt,
  objectAt,
  stringAt,
  stringsAt,
  type Recording,
  type Saw,
  type Step,
} from './trace.ts'
import type { StepFailure, Verified } from './verify.ts'

/** From the start of the daemon to its services, as recorded. */
const START_MS = 41
/** Times of changes are compared to this. */
const TOLERANCE_MS = 50
/** What keepalived says of a place in a file. */
const PLACE = /\bLine (\d+)\)/

interface Change {
  t: number
  dests: DestinationLines
}

interface Said {
  changes?: Change[]
  complaints?: Complaint[]
  show?: Record<string, string>
}

export function verifyImport({ trace, saw }: Recording): Verified {
  const said = new ImportPlayer(trace).play()
  const tally = noTally()
  const failures: StepFailure[] = []
  trace.steps.forEach((step, index) => {
    const compared = compareStep(saw[index]!, said[index]!)
    addTally(tally, compared.tally)
    const { differences } = compared
    if (differences.length > 0) failures.push({ step: index, what: step, differences })
  })
  const { name, family, steps } = trace
  return { name, family, steps: steps.length, tally, failures }
}

class ImportPlayer implements ServiceTable {
  private readonly trace: Recording['trace']
  private readonly bench: Bench
  private readonly plane: ControlPlane
  /** What keepalived is about to do, and when. */
  private due: { at: number; conf: Conf } | null = null
  private complaints: Complaint[] = []

  constructor(trace: Recording['trace']) {
    this.trace = trace
    const { topology, jiffies } = trace
    this.bench = new Bench({ topology, jiffies, number: 0, tickPhaseMs: 0, estimateAt: 1 })
    this.plane = new ControlPlane(this.bench.machine.ipvs, this.bench)
  }

  play(): Said[] {
    return this.trace.steps.map((step, index) => this.perform(step, `steps[${index}]`))
  }

  private perform(step: Step, place: string): Said {
    const { clock, words } = step
    this.passTo(clock.begin)
    switch (step.do) {
      case 'keepalived': {
        const text = stringAt(words['conf'], `${place}.conf`)
        const conf = confOf(text)
        this.due = { at: clock.begin + START_MS, conf }
        this.complaints = conf.complaints
        return {}
      }
      case 'sleep':
        return this.sleep(step)
      case 'show':
        return { show: this.show(stringsAt(words['what'], `${place}.what`)) }
      case 'note':
        return {}
      default:
        throw new TraceError(`${place}.do`, `no step of this family: "${step.do}"`)
    }
  }

  private sleep({ clock }: Step): Said {
    const changes = [{ t: clock.begin, dests: this.table() }]
    const { due } = this
    if (due !== null && due.at <= clock.end) {
      this.passTo(due.at)
      const dests = this.table()
      if (Object.keys(dests).length > 0) changes.push({ t: due.at, dests })
    }
    this.passTo(clock.end)
    const { complaints } = this
    this.complaints = []
    return { changes, complaints }
  }

  private passTo(ms: number): void {
    const { due } = this
    if (due !== null && due.at <= ms) {
      this.bench.runUntil(this.bench.timeOf(due.at))
      this.due = null
      if (!due.conf.hasStopped) startServices(virtualServersOf(due.conf.root).servers, this)
    }
    this.bench.runUntil(this.bench.timeOf(ms))
  }

  private show(what: readonly string[]): Record<string, string> {
    const entries = what.map((words) => {
      this.plane.now = this.bench.now
      const { out, err } = runIpvsadm(words.split(/\s+/), '', this.plane)
      return [`ipvsadm ${words}`, out + err]
    })
    return Object.fromEntries(entries) as Record<string, string>
  }

  /** Services with their servers, each as `REAL METHOD WEIGHT`. */
  private table(): DestinationLines {
    const lines = Object.entries(destinationLines(this.bench))
    return Object.fromEntries(
      lines.map(([service, rows]) => [
        service,
        rows.map((row) => row.split(' ').slice(0, 3).join(' ')),
      ]),
    )
  }

  addService(rule: ServiceRule): void {
    if (isNotBuilt(rule.scheduler)) return
    this.attempt(() => this.ipvs.addService(rule, this.bench.now))
  }

  addDestination(
    rule: ServiceRule,
    destination: Parameters<ServiceTable['addDestination']>[1],
  ): void {
    const service = this.ipvs.services.find((each) => isServiceOf(each, rule))
    if (service === undefined) return
    this.attempt(() => this.ipvs.addDestination(service, destination))
  }

  /** What IPVS refuses, keepalived logs. */
  private attempt(change: () => void): void {
    try {
      change()
    } catch (error) {
      if (!(error instanceof IpvsError)) throw error
    }
  }

  private get ipvs(): Bench['machine']['ipvs'] {
    return this.bench.machine.ipvs
  }
}

function confOf(text: string): Conf {
  const source = { file: 'director.conf', text, id: '' }
  const hasBfd = /^\s*bfd_instance\b/m.test(text)
  return readConf(source, hasBfd ? ['checkers', 'bfd'] : ['checkers'])
}

function isServiceOf(service: Service, rule: ServiceRule): boolean {
  if (rule.mark !== 0) return service.mark === rule.mark && service.family === rule.family
  const { protocol, address, port, mark } = service
  const isSame = address === rule.address && port === rule.port && mark === 0
  return isSame && protocol === (rule.protocol === 0 ? TCP : rule.protocol)
}

function compareStep(saw: Saw, said: Said): Comparison {
  const comparison = new Comparison()
  if ((saw['changes'] === undefined) !== (said.changes === undefined)) {
    comparison.same('changes', saw['changes'], said.changes)
  } else if (said.changes !== undefined) {
    compareChanges(arrayAt(saw['changes'], 'changes'), said.changes, comparison)
    comparison.same('checks', saw['checks'] ?? [], [])
    compareComplaints(arrayAt(saw['log'] ?? [], 'log'), said.complaints ?? [], comparison)
  }
  const recorded = saw['show'] === undefined ? {} : objectAt(saw['show'], 'show')
  const { show = {} } = said
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(show)])) {
    const [kernel, ours] = [recorded[name], show[name]]
    if (kernel === undefined || ours === undefined) comparison.same(`show ${name}`, kernel, ours)
    else {
      const text = stringAt(kernel, `show.${name}`)
      compareListing(name, text, { early: ours, late: ours }, comparison)
    }
  }
  return comparison
}

function compareChanges(
  recorded: unknown[],
  said: readonly Change[],
  comparison: Comparison,
): void {
  comparison.tally.decisions += recorded.length
  if (recorded.length !== said.length) {
    comparison.differs('changes', `${recorded.length} changes`, `${said.length} changes`)
    return
  }
  recorded.forEach((each, index) => {
    const place = `changes[${index}]`
    const { t, dests } = objectAt(each, place)
    const at = numberAt(t, `${place}.t`)
    const ours = said[index]!
    if (Math.abs(at - ours.t) > TOLERANCE_MS) {
      comparison.differs(`${place}.t`, `${at} ms`, `${ours.t} ms`)
    }
    comparison.same(`${place}.dests`, dests, ours.dests)
  })
}

/** The lines that keepalived complained about, in its order; its words are for people. */
function compareComplaints(
  log: unknown[],
  complaints: readonly Complaint[],
  comparison: Comparison,
): void {
  const recorded = log.flatMap((entry) => {
    const text = stringAt(arrayAt(entry, 'log')[1], 'log')
    const [, line] = PLACE.exec(text) ?? []
    return line === undefined ? [] : [{ line: Number(line), text }]
  })
  comparison.tally.decisions += recorded.length
  const most = Math.max(recorded.length, complaints.length)
  for (let index = 0; index < most; index++) {
    const [kernel, ours] = [recorded[index], complaints[index]]
    if (kernel?.line === ours?.line) continue
    const said = ours === undefined ? 'nothing' : `line ${ours.line}: ${ours.message}`
    comparison.differs(`log, complaint ${index + 1}`, kernel?.text ?? 'nothing', said)
    return
  }
}
