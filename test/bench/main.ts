// `npm run bench -- [--json] [--seconds S] W1 W2 W3 W4 W5`: one line per workload. Each workload
// has a process of its own: what one makes the compiler believe of the code would slow the next.
// With `schedulers` instead, what a choice costs each scheduler with 10, 100 and 1,000 servers;
// with `spreading [--points N]`, what it costs to spread runs over threads, a queue, many points.
import { spawnSync } from 'node:child_process'
import { schedulerCosts } from './scheduler-cost.ts'
import { spreading } from './spreading.ts'
import { churnWorkload, crowdWorkload } from './tcp-workloads.ts'
import { forwardingWorkload, holdWorkload, type BenchLine } from './workloads.ts'

const WORKLOADS = ['W1', 'W2', 'W3', 'W4', 'W5']
const words = process.argv.slice(2)
const isJson = words.includes('--json')
const secondsAt = words.indexOf('--seconds')
const seconds = secondsAt < 0 ? 4 : Number(words[secondsAt + 1])
const pointsAt = words.indexOf('--points')
const points = pointsAt < 0 ? 10_000 : Number(words[pointsAt + 1])
const names = words.filter((word) => /^W\d$/.test(word))

const isPossible =
  seconds >= 0.1 && seconds <= 1000 && Number.isInteger(points / 1000) && points > 0

if (!isPossible || words.some((word) => !isKnown(word))) {
  console.error('usage: npm run bench -- [--json] [--seconds 0.1..1000] [W1] ... [W5] [schedulers]')
  console.error('       npm run bench -- [--json] [--points 1000, 2000, ...] spreading')
  process.exitCode = 2
} else if (words.includes('spreading')) {
  await printSpreading()
} else if (words.includes('schedulers')) {
  printCosts()
} else {
  const all = names.length === 0 ? WORKLOADS : names
  if (all.length === 1) for (const line of run(all[0]!)) print(line)
  else for (const name of all) runApart(name)
}

function isKnown(word: string): boolean {
  const flags = ['--json', ...flagAt(secondsAt), ...flagAt(pointsAt)]
  return [...flags, 'schedulers', 'spreading', ...WORKLOADS].includes(word)
}

/** A flag and its value. */
function flagAt(index: number): string[] {
  return index < 0 ? [] : words.slice(index, index + 2)
}

/** A line for each figure; fails when one is not as wanted. */
async function printSpreading(): Promise<void> {
  for await (const line of spreading(points)) {
    const { figure, value, wanted, ok } = line
    const told = `${figure.padEnd(54)} ${value.toFixed(3)}  wanted ${wanted}`
    if (isJson) console.log(JSON.stringify({ workload: 'spreading', ...line }))
    else console.log(ok ? told : `${told}  NOT REACHED`)
    if (!ok) process.exitCode = 1
  }
}

/** In a process with the same flags and that workload alone. */
function runApart(name: string): void {
  const flags = words.filter((word) => !/^W\d$/.test(word))
  const typed = [...process.execArgv, process.argv[1]!, ...flags, name]
  const { status } = spawnSync(process.execPath, typed, { stdio: 'inherit' })
  if (status !== 0) process.exitCode = status ?? 1
}

function run(name: string): BenchLine[] {
  if (name === 'W1' || name === 'W2') return [forwardingWorkload(name, seconds)]
  if (name === 'W4') return [churnWorkload(seconds)]
  if (name === 'W5') return [crowdWorkload(1_000_000)]
  const operations = Math.round(seconds * 250_000)
  return [1_000, 100_000, 1_000_000].map((size) => holdWorkload(size, operations))
}

function print(line: BenchLine): void {
  if (isJson) return console.log(JSON.stringify(line))
  const checks = Object.entries(line.checks)
    .map(([name, { value, ok }]) => `${name} ${value.toPrecision(6)}${ok ? '' : ' WRONG'}`)
    .join(', ')
  const rate = (line.packetsPerCpuSecond / 1e6).toFixed(3)
  console.log(`${line.workload.padEnd(11)} ${rate} M per processor second  ${checks}`)
}

/** A row for each scheduler, ns for each choice by number of servers. */
function printCosts(): void {
  const costs = [...schedulerCosts(secondsAt < 0 ? 0.2 : seconds)]
  if (isJson) {
    for (const cost of costs) console.log(JSON.stringify({ workload: 'schedulers', ...cost }))
    return
  }
  const sizes = [...new Set(costs.map(({ servers }) => servers))]
  console.log(`ns/choice${sizes.map((size) => `${size}`.padStart(9)).join('')} servers`)
  for (const name of new Set(costs.map(({ scheduler }) => scheduler))) {
    const row = costs.filter(({ scheduler }) => scheduler === name)
    const cells = row.map(({ nsPerChoice }) => nsPerChoice.toFixed(0).padStart(9))
    console.log(name.padEnd(9) + cells.join(''))
  }
}
