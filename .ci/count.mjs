// Counts the tests in vitest's JSON report: names those skipped, and ends with `N passed, N failed`.
// Exits with 1 when a test failed or none passed. A file that could not be loaded is one failure.
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0
let skipped = 0
let files = []
try {
  files = JSON.parse(readFileSync(process.argv[2], 'utf8')).testResults
} catch {
  console.log('NO REPORT: the tests did not run')
  failed++
}
for (const file of files) {
  const before = failed
  for (const test of file.assertionResults) {
    if (test.status === 'passed') passed++
    else if (test.status === 'failed') failed++
    else {
      skipped++
      console.log(`SKIPPED (${test.status}): ${nameOf(file)} > ${test.fullName}`)
    }
  }
  if (file.status === 'failed' && failed === before) {
    failed++
    console.log(`NOT LOADED: ${nameOf(file)}: ${String(file.message).split('\n')[0]}`)
  }
}
if (skipped > 0) console.log(`${skipped} skipped, named above`)
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0 || passed === 0) process.exitCode = 1

function nameOf(file) {
  return file.name.replace(`${process.cwd()}/`, '')
}
