// What is typed, and what it is taken for: read by yargs, with what it would misread set right.
import { describe, expect, test } from 'vitest'
import { parse } from '../../src/cli/arguments.ts'
import { UsageError } from '../../src/cli/errors.ts'
import { explain } from '../../src/cli/explain.ts'
import { strangeVariables } from '../../src/cli/guards.ts'
import { newScenario } from '../../src/cli/new.ts'
import { run } from '../../src/cli/run.ts'
import { schema } from '../../src/cli/schema.ts'
import { theoryCommand } from '../../src/cli/theory.ts'
import { validate } from '../../src/cli/validate.ts'

const COMMANDS = [run, theoryCommand, validate, explain, newScenario, schema]

async function valuesOf(line: string, environment: Record<string, string> = {}) {
  const { values } = await parse(line.split(' '), COMMANDS, environment)
  return values
}

async function refusal(
  line: string,
  environment: Record<string, string> = {},
): Promise<UsageError> {
  try {
    await valuesOf(line, environment)
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error(`"${line}" was accepted`)
}

describe('what is understood', () => {
  test.each<[line: string, values: Record<string, unknown>]>([
    ['run a.json', { scenario: ['a.json'] }],
    ['run a.json b.json', { scenario: ['a.json', 'b.json'] }],
    ['run -', { scenario: ['stdin:'] }],
    ['run - b.json', { scenario: ['stdin:', 'b.json'] }],
    ['run 1', { scenario: ['1'] }],
    ['run 007.json', { scenario: ['007.json'] }],
    ['run -- -odd.json b.json', { scenario: ['./-odd.json', 'b.json'] }],
    ['run -q -- - -', { quiet: 1, scenario: ['stdin:', 'stdin:'] }],
    ['--json run a.json', { json: true, scenario: ['a.json'] }],
    ['run run', { scenario: ['run'] }],
    ['run help', { scenario: ['help'] }],
    ['run a.json -q', { quiet: 1 }],
    ['run a.json -qq', { quiet: 2 }],
    ['run a.json -q --quiet', { quiet: 2 }],
    ['run a.json -qvq', { quiet: 2, verbose: 1 }],
    ['run a.json -j2', { workers: 2 }],
    ['run a.json -j=2', { workers: 2 }],
    ['run a.json -j 2', { workers: 2 }],
    ['run a.json --workers=2', { workers: 2 }],
    ['run a.json -qj2', { quiet: 1, workers: 2 }],
    ['run a.json -n 3', { replications: 3 }],
    ['run a.json --seed 1', { seed: '1' }],
    ['run a.json --seed 1e3', { seed: '1e3' }],
    ['run a.json --seed=-5', { seed: '-5' }],
    ['run a.json --duration 50ms', { duration: '50ms' }],
    ['run a.json -s a.b=1', { set: ['a.b=1'] }],
    ['run a.json -sa.b=1 --set c=2', { set: ['a.b=1', 'c=2'] }],
    ['run a.json --set a={"b":[1,2]}', { set: ['a={"b":[1,2]}'] }],
    ['run a.json --set a.b=x=y', { set: ['a.b=x=y'] }],
    ['run a.json --set a=', { set: ['a='] }],
    ['run a.json --no-progress', { 'no-progress': true }],
    ['run a.json --no-color', { 'no-color': true }],
    ['run a.json --json --json', { json: true }],
    ['run --json a.json', { json: true, scenario: ['a.json'] }],
    ['run -o out a.json', { out: 'out', scenario: ['a.json'] }],
    ['theory a.json --vary a.b=1,2', { vary: { path: 'a.b', values: ['1', '2'] } }],
    ['new --from-ipvsadm -', { 'from-ipvsadm': 'stdin:' }],
    ['new --from-ipvsadm=-', { 'from-ipvsadm': 'stdin:' }],
    ['explain services.web', { word: 'services.web' }],
  ])('%s', async (line, values) => {
    expect(await valuesOf(line)).toMatchObject(values)
  })

  test('a word may have spaces', async () => {
    const { values } = await parse(['run', 'my file.json', '-s', 'title=a b'], COMMANDS, {})
    expect(values).toMatchObject({ scenario: ['my file.json'], set: ['title=a b'] })
  })
})

describe('what is refused, and what it says', () => {
  test.each<[line: string, message: RegExp, hint: RegExp | null]>([
    ['run', /something is missing/, /help run/],
    ['theory', /something is missing/, /help theory/],
    ['theory a.json b.json', /do not know what to do with "b\.json"/, null],
    ['schema now', /do not know what to do with "now"/, null],
    ['rum a.json', /no command "rum"/, /Did you mean run\?/],
    ['my.json', /no command "my\.json"/, /lvs-sim run my\.json/],
    ['frobnicate', /no command/, /run, theory, validate, explain, new, schema/],
    ['run a.json --sede 1', /no option --sede in/, /Did you mean --seed\?/],
    ['run a.json --worker 1', /no option --worker/, /--workers/],
    ['run a.json --frobnicate', /no option --frobnicate/, /lvs-sim help run/],
    ['run a.json -z', /no option -z/, null],
    ['run a.json -qz', /no option -z/, null],
    ['run a.json --seed 1 --seed 2', /--seed is given 2 times/, null],
    ['run a.json -n 1 --replications 2', /--replications is given 2 times/, null],
    ['run a.json --seed', /--seed needs a value/, null],
    ['run a.json --seed=', /--seed (is empty|needs a value)/, null],
    ['run a.json -j0', /--workers is a whole number from 1/, null],
    ['run a.json -j -1', /./, null],
    ['run a.json -j 1.5', /--workers is a whole number/, null],
    ['run a.json -j two', /got "two"/, null],
    ['run a.json -n 0', /--replications is a whole number from 1 to 10000/, null],
    ['run a.json -n 1e3', /got "1e3"/, null],
    ['run a.json --set a.b', /--set is PATH=VALUE, got "a\.b"/, /explain/],
    ['run a.json --set =1', /--set is PATH=VALUE/, null],
    ['run a.json --duration 50', /a time with its unit/, /50us/],
    ['run a.json --duration 50msec', /a time with its unit/, null],
    ['run a.json --duration 0ms', /must be more than 0/, null],
    ['run a.json --load 2k', /a rate with its unit/, null],
    ['run a.json --as sheep', /--as is scenario or rules/, null],
    ['run a.json --quiet=maybe', /--quiet takes no value, got "maybe"/, /alone/],
    ['run a.json --json=false', /--json takes no value/, null],
    ['theory a.json --vary a.b', /--vary is PATH=A,B,C/, null],
    ['theory a.json --vary a.b=1,,2', /--vary is PATH=A,B,C/, null],
    ['theory a.json --vary a=1 --vary b=2', /--vary is given 2 times/, null],
  ])('%s', async (line, message, hint) => {
    const error = await refusal(line)
    expect(error.message).toMatch(message)
    if (hint !== null) expect(error.hint).toMatch(hint)
  })
})

describe('the environment', () => {
  const env = (values: Record<string, string>) => valuesOf('run a.json', values)

  test('gives what was not typed', async () => {
    expect(await env({ LVS_SIM_SEED: 'x' })).toMatchObject({ seed: 'x' })
    expect(await env({ LVS_SIM_NO_PROGRESS: '1' })).toMatchObject({ 'no-progress': true })
    expect(await env({ LVS_SIM_WORKERS: '3' })).toMatchObject({ workers: 3 })
    expect((await env({ LVS_SIM_JSON: '0' }))['json']).toBeFalsy()
    expect((await env({ LVS_SIM_SEED: '' }))['seed']).toBeUndefined()
  })

  test.each(['--seed y', '--seed=y'])('%s wins', async (typed) => {
    expect(await valuesOf(`run a.json ${typed}`, { LVS_SIM_SEED: 'x' })).toMatchObject({
      seed: 'y',
    })
  })

  test('a letter typed wins too', async () => {
    const values = await valuesOf('run a.json -j2', { LVS_SIM_WORKERS: '7' })
    expect(values).toMatchObject({ workers: 2 })
  })

  test('is checked like what is typed', async () => {
    expect((await refusal('run a.json', { LVS_SIM_WORKERS: '0' })).message).toMatch(/from 1 to/)
    expect((await refusal('run a.json', { LVS_SIM_JSON: 'maybe' })).message).toMatch(/LVS_SIM_JSON/)
  })

  test('flags of other commands do not disturb', async () => {
    expect(await valuesOf('schema', { LVS_SIM_SEED: 'x' })).not.toHaveProperty('seed')
  })

  test('misspelt settings are told', () => {
    const environment = { LVS_SIM_SEEED: 'x', LVS_SIM_SEED: 'x', LVS_SIM_DEBUG: '1', HOME: '/' }
    const lines = strangeVariables(environment, ['seed', 'json'])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/LVS_SIM_SEEED .* Did you mean LVS_SIM_SEED\?/)
  })
})

describe('help', () => {
  const helpOf = async (line: string) => (await parse(line.split(' '), COMMANDS, {})).help ?? ''

  test.each(COMMANDS.map(({ name }) => name))(
    'of %s has examples and every option',
    async (name) => {
      const command = COMMANDS.find((one) => one.name === name)!
      const texts = [await helpOf(`help ${name}`), await helpOf(`${name} --help`)]
      expect(texts[0]).toBe(texts[1])
      for (const example of command.examples) expect(texts[0]).toContain(example)
      for (const flag of Object.keys(command.flags)) expect(texts[0]).toContain(`--${flag}`)
    },
  )

  test('of all names every command', async () => {
    const text = await helpOf('--help')
    for (const { name } of COMMANDS) expect(text).toContain(`lvs-sim ${name}`)
  })

  test('is shown whatever else was typed', async () => {
    expect(await helpOf('run --workers zero -h')).toContain('Usage: lvs-sim run')
  })
})
