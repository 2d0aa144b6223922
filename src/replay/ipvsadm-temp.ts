// TEMPORARY
import type { Ipvs } from '../ipvs/ipvs.ts'
import { parseEndpoint } from '../wire/address-text.ts'
import { isIpv6 } from '../wire/address.ts'

export function runIpvsadm(args: string[], stdin: string, ipvs: Ipvs, now: number) {
  try {
    if (args[0] === '-R')
      for (const l of stdin.split('\n')) if (l.trim()) one(l.trim().split(/\s+/), ipvs, now)
    if (args[0] !== '-R') one(args, ipvs, now)
  } catch (e) {
    return { out: '', err: String(e), rc: 255 }
  }
  return { out: '', err: '', rc: 0 }
}
function ep(t: string) {
  const e = parseEndpoint(t)!
  return e
}
function one(w: string[], ipvs: Ipvs, now: number) {
  const has = (o: string) => w.includes(o)
  const opt = (o: string) => w[w.indexOf(o) + 1] ?? ''
  if (w[0] === '--set') return ipvs.setTimeouts(Number(w[1]), Number(w[2]), Number(w[3]))
  if (w[0] === '-C') return ipvs.flush(now)
  if (w[0]!.startsWith('-L') || w[0] === '-Z') return
  const mark = has('-f') ? Number(opt('-f')) : 0
  const protocol = has('-u') ? 17 : has('--sctp-service') ? 132 : 6
  const e = mark
    ? { address: 0, port: 0 }
    : ep(opt(has('-u') ? '-u' : has('--sctp-service') ? '--sctp-service' : '-t'))
  const family: 4 | 6 = mark ? (has('-6') ? 6 : 4) : isIpv6(e.address) ? 6 : 4
  const key = { protocol, address: e.address, port: e.port, mark, family }
  const flags = (has('-p') ? 1 : 0) | (has('-o') ? 4 : 0)
  const pv = opt('-p')
  const spec: any = {
    ...key,
    scheduler: has('-s') ? opt('-s') : 'wlc',
    flags,
    timeoutSeconds: has('-p') ? (/^\d/.test(pv) ? Number(pv) : 360) : 0,
    engine: has('--pe') ? opt('--pe') : '',
    schedulerFlags: has('-b') ? opt('-b').split(',') : [],
  }
  if (has('-M')) spec.netmask = family === 6 ? Number(opt('-M')) : ep(opt('-M')).address
  if (w[0] === '-A') return void ipvs.addService(spec, now)
  const svc = ipvs.named(key as any)
  if (!svc) throw new Error('no service ' + w.join(' '))
  if (w[0] === '-E') return ipvs.editService(svc, spec, now)
  if (w[0] === '-D') return ipvs.deleteService(svc, now)
  const r = ep(opt('-r'))
  const forwarding = has('-m') ? 'nat' : has('-i') ? 'tun' : 'dr'
  const hasPort =
    /:\d+$/.test(opt('-r')) && (!opt('-r').includes('::') || opt('-r').startsWith('['))
  const port =
    w[0] !== '-d' && forwarding !== 'nat' && !mark ? e.port : hasPort ? r.port : mark ? 0 : e.port
  const d: any = {
    address: r.address,
    port,
    weight: has('-w') ? Number(opt('-w')) : 1,
    forwarding,
    upperThreshold: has('-x') ? Number(opt('-x')) : 0,
    lowerThreshold: has('-y') ? Number(opt('-y')) : 0,
    tunnelType: has('--tun-type') ? ['ipip', 'gue', 'gre'].indexOf(opt('--tun-type')) : 0,
    tunnelPort: has('--tun-port') ? Number(opt('--tun-port')) : 0,
    tunnelFlags: has('--tun-csum') ? 1 : has('--tun-remcsum') ? 2 : 0,
  }
  if (w[0] === '-a') return void ipvs.addDestination(svc, d)
  const dest = svc.destinations.find((x) => x.address === r.address && x.port === port)
  if (!dest) throw new Error('no dest ' + w.join(' '))
  if (w[0] === '-e') return ipvs.editDestination(svc, dest, d)
  if (w[0] === '-d') return ipvs.removeDestination(svc, dest, now)
  throw new Error('unknown ' + w.join(' '))
}
