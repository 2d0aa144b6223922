// A Slurm cluster of one node on loopback, from Debian's package slurm-wlm: munge for who is who,
// one controller, one daemon. Needs root, as slurmd does.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { freePort } from './redis.ts'

const isRoot = process.getuid?.() === 0
const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'sinfo']

/** Whether a cluster can be started here. */
export const hasSlurm: boolean =
  isRoot && programs.every((name) => spawnSync('which', [name]).status === 0)

export class TestSlurm {
  private readonly folder: string
  private readonly daemons: ChildProcess[] = []

  constructor(folder: string) {
    this.folder = folder
  }

  /** Returns when the node is idle. */
  async start(): Promise<void> {
    for (const name of ['state', 'spool']) mkdirSync(join(this.folder, name))
    writeFileSync(this.at('key'), randomBytes(1024))
    chmodSync(this.at('key'), 0o400)
    writeFileSync(this.at('slurm.conf'), this.settings(await freePort(), await freePort()))
    const munge = ['key-file', 'socket', 'pid-file', 'log-file', 'seed-file']
    const files = munge.map((name) => `--${name}=${this.at(name === 'key-file' ? 'key' : name)}`)
    this.spawn('munged', ['--foreground', '--force', ...files])
    while (!existsSync(this.at('socket'))) await pause()
    this.spawn('slurmctld', ['-D'])
    this.spawn('slurmd', ['-D'])
    while (!this.run('sinfo', ['--noheader', '-o', '%T']).startsWith('idle')) await pause()
  }

  /** Standard output; waits until the program has ended. */
  run(program: string, words: readonly string[], folder = this.folder, path = ''): string {
    const env = { ...process.env, SLURM_CONF: this.at('slurm.conf') }
    const withPath = { ...env, PATH: `${path}:${process.env['PATH'] ?? ''}` }
    const ran = spawnSync(program, words, { encoding: 'utf8', env: withPath, cwd: folder })
    return ran.stdout
  }

  async stop(): Promise<void> {
    for (const daemon of this.daemons.reverse()) {
      const gone = new Promise((resolve) => daemon.on('close', resolve))
      if (daemon.exitCode === null && daemon.kill()) await gone
    }
  }

  private at(name: string): string {
    return join(this.folder, name)
  }

  private spawn(program: string, words: readonly string[]): void {
    const env = { ...process.env, SLURM_CONF: this.at('slurm.conf') }
    this.daemons.push(spawn(program, words, { env, stdio: 'ignore' }))
  }

  private settings(controllerPort: number, daemonPort: number): string {
    const host = hostname().split('.')[0]!
    return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmdPort=${daemonPort}
AuthType=auth/munge
AuthInfo=socket=${this.at('socket')}
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${this.at('state')}
SlurmdSpoolDir=${this.at('spool')}
SlurmctldPidFile=${this.at('ctld.pid')}
SlurmdPidFile=${this.at('slurmd.pid')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`
  }
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100))
}
