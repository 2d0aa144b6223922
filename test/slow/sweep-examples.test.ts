// The examples beside the code do what they say: a real Slurm runs the script, the manifest is a
// Job of Kubernetes, and the words of manifest and CI matrix are run as they stand.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { emptyFolder, lvsSim, MAIN, ROOT } from '../support/built.ts'
import { hasSlurm, TestSlurm } from '../support/slurm.ts'
import { bytesOf, POINTS, putSweep } from '../support/sweep-fixture.ts'

const folder = emptyFolder()
const examples = join(ROOT, 'src/study/examples')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A folder with an executable lvs-sim, as npm would install it. */
const bin = join(folder, 'bin')

beforeAll(() => {
  putSweep(folder)
  cpSync(join(folder, 'sweep.json'), join(folder, 'my.json'))
  mkdirSync(bin)
  writeFileSync(join(bin, 'lvs-sim'), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`)
  chmodSync(join(bin, 'lvs-sim'), 0o755)
  expect(lvsSim(['sweep', 'my.json', '-q', '-j1', '-o', 'one'], folder).code).toBe(0)
})

function shell(line: string, variables: Record<string, string> = {}): void {
  const env = { ...process.env, ...variables, PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  const ran = spawnSync('bash', ['-ec', line], { cwd: folder, env, encoding: 'utf8' })
  expect([ran.status, ran.stderr]).toEqual([0, expect.any(String)])
}

test.skipIf(!hasSlurm)(
  'a Slurm array of 9 on a real one-node cluster (needs root and slurm-wlm)',
  { timeout: 300_000 },
  async () => {
    const home = join(folder, 'slurm')
    mkdirSync(home)
    const slurm = new TestSlurm(home)
    try {
      await slurm.start()
      const script = join(examples, 'slurm-array.sh')
      const words = ['--wait', `--array=0-${POINTS - 1}`, '--output=/dev/null', script]
      const out = slurm.run('sbatch', [...words, 'my.json', 'slurm-out'], folder, bin)
      expect(out).toMatch(/Submitted batch job/)
    } finally {
      await slurm.stop()
    }
    shell('lvs-sim merge -q slurm-out')
    expect(bytesOf(join(folder, 'slurm-out'))).toEqual(bytesOf(join(folder, 'one')))
  },
)

interface Manifest {
  spec: {
    completions: number
    template: { spec: { containers: { command: string[]; args: string[] }[] } }
  }
}

const manifest = parse(readFileSync(join(examples, 'kubernetes-job.yaml'), 'utf8')) as Manifest

test('the manifest is a Job as the API of Kubernetes describes it', () => {
  const schema = new URL('../support/job.schema.json', import.meta.url)
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(schema, 'utf8')) as object)
  expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true)
  const { completions, ...wrong } = manifest.spec
  expect(validate({ ...manifest, spec: { ...wrong, completion: completions } })).toBe(false)
})

test('every index of the Job runs its point', { timeout: 120_000 }, () => {
  const { completions, template } = manifest.spec
  expect(completions).toBe(POINTS)
  const { command, args } = template.spec.containers[0]!
  for (let index = 0; index < completions; index++) {
    // What Kubernetes puts in, and its volumes as folders here.
    const words = [...command, ...args].map((word) =>
      word
        .replace('$(JOB_COMPLETION_INDEX)', String(index))
        .replace('/scenario/', './')
        .replace('/results', 'job-out'),
    )
    shell(words.join(' '))
  }
  shell('lvs-sim merge -q job-out')
  expect(bytesOf(join(folder, 'job-out'))).toEqual(bytesOf(join(folder, 'one')))
})

interface Workflow {
  jobs: Record<
    'shard' | 'merge',
    { strategy?: { matrix: { shard: number[] } }; steps: { run?: string }[] }
  >
}

test('the jobs of the CI matrix give one sweep', { timeout: 120_000 }, () => {
  const { jobs } = parse(readFileSync(join(examples, 'ci-matrix.yml'), 'utf8')) as Workflow
  const lines = (job: 'shard' | 'merge') =>
    jobs[job].steps.flatMap(({ run }) => (run?.startsWith('lvs-sim') === true ? [run] : []))
  for (const shard of jobs.shard.strategy!.matrix.shard) {
    for (const line of lines('shard')) shell(line.replaceAll('${{ matrix.shard }}', String(shard)))
  }
  for (const line of lines('merge')) shell(line)
  expect(bytesOf(join(folder, 'out'))).toEqual(bytesOf(join(folder, 'one')))
})
