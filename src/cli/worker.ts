// `lvs-sim worker`: works on the points of sweeps that others put into a queue.
import { assert } from '../assert.ts'
import { loadScenario } from '../scenario/load.ts'
import { Pool } from '../study/pool.ts'
import { QueueGone } from '../study/queue-connection.ts'
import type { PackedFile, PointJob } from '../study/queue-jobs.ts'
import { workOnQueue } from '../study/queue-worker.ts'
import { defaultWorkers } from '../study/replications.ts'
import { runPoint } from '../study/run-point.ts'
import type { Command, Shell, Values } from './command.ts'
import { UsageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import * as flags from './flags.ts'
import { Interrupt } from './interrupt.ts'
import { pointFiles } from './point-files.ts'
import { addressFlag, patienceFlag, patienceMs, type Address } from './queue-flags.ts'
import { quietness } from './watched.ts'
import { version } from './version.ts'

export const worker: Command = {
  name: 'worker',
  positional: '',
  summary: 'Works on sweeps that `lvs-sim sweep --queue` puts into a queue on Redis.',
  examples: [
    'lvs-sim worker --queue redis://head:6379',
    'lvs-sim worker --queue rediss://user:secret@head:6380 -j 8 --idle 5min',
  ],
  flags: {
    queue: addressFlag,
    workers: flags.workers,
    idle: {
      kind: 'text',
      value: 'TIME',
      describe: 'end after so long without work, as in 5min [default: wait for ever]',
      parse: flags.quantity('time', 'a time with its unit, like 30s or 5min'),
    },
    patience: patienceFlag,
    quiet: { kind: 'count', letter: 'q', describe: 'no line for each point' },
  },
  more: `Start as many as wanted on as many machines. One that is killed loses nothing: another one
takes its points. Exit codes: 0 nothing more to do, 3 refused for its version, 4 no Redis there,
5 Redis went away for good, 130 interrupted.`,
  handle,
}

async function handle(values: Values, shell: Shell): Promise<ExitCode> {
  const address = values['queue'] as Address | undefined
  if (address === undefined) {
    throw new UsageError('which queue?', 'For instance --queue redis://localhost:6379.')
  }
  const interrupt = new Interrupt(shell.err, () => undefined, 'finishing the points under way')
  const workers = (values['workers'] as number | undefined) ?? defaultWorkers()
  const idle = values['idle'] as string | undefined
  const pool = new Pool(workers)
  const isQuiet = quietness(values) > 0
  if (!isQuiet) shell.err(`lvs-sim ${version()} works for ${address.shown} on ${workers} threads\n`)
  try {
    await workOnQueue({
      address,
      version: version(),
      workers,
      patienceMs: patienceMs(values),
      idleMs: idle === undefined ? null : flags.milliseconds(idle),
      signal: interrupt.signal,
      run: (job, onShare) => runJob(job, pool, onShare),
      tell: (text) => shell.err(`${text}\n`),
      onEnded: ({ name, point }) => {
        if (!isQuiet) shell.err(`${name}: point ${point} is done\n`)
      },
    })
    return interrupt.isSet ? EXIT.interrupted : EXIT.ok
  } catch (error) {
    if (!(error instanceof QueueGone)) throw error
    shell.err(`${error.message}\n`)
    return EXIT.incomplete
  } finally {
    interrupt.end()
    await pool.end()
  }
}

async function runJob(
  job: PointJob,
  pool: Pool,
  onShare: (share: number) => void,
): Promise<PackedFile[] | null> {
  const text = JSON.stringify(job.document)
  const run = await runPoint(() => loadScenario(text, { file: `point ${job.point}` }), {
    version: job.version,
    pool,
    onProgress: ({ share }) => onShare(share),
  })
  if (run === null) return null
  const files = pointFiles({ hash: job.plan, version: job.version }, job.point, job.values, run)
  return files.map(({ path, text }) => {
    assert(typeof text === 'string', `a queue carries no bytes, as ${path} has`)
    return { path, text }
  })
}
