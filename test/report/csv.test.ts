import { expect, test } from 'vitest'
import { csvText } from '../../src/report/csv.ts'
import * as tables from '../../src/report/tables.ts'
import { phaseFixture, replicationFixture } from '../support/replication-fixture.ts'

test('numbers by their shortest form, truth as words, nothing as an empty field', () => {
  const rows = [
    ['a,b', 0.1, true, null],
    ['"', 1e21, false, NaN],
  ]
  expect(csvText(['name', 'value', 'is', 'none'], rows)).toBe(
    'name,value,is,none\n"a,b",0.1,true,\n"""",1e+21,false,\n',
  )
})

test('throughput: one direction of one wire in one phase is a row', () => {
  const two = [replicationFixture(1), replicationFixture(2)]
  expect(tables.throughputCsv(two)).toBe(
    'phase,node,direction,packets,pps,bps,utilisation\n' +
      'steady,lb1.eth0,receive,1000,10000,5120000,0.9\n',
  )
})

test('series: offered and delivered by window', () => {
  const [header, first, second] = tables.seriesCsv([replicationFixture(1)]).split('\n')
  expect(header).toBe('time_s,name,value,unit')
  expect([first, second]).toEqual(['0,web.offered,10000,pps', '0,web.delivered,10000,pps'])
})

test('latency: a spectrum that ends with the largest', () => {
  const phase = phaseFixture({ latencyPs: (window) => (window + 1) * 1_000_000 })
  const lines = tables
    .latencyCsv([replicationFixture(1, [phase])])
    .trimEnd()
    .split('\n')
  expect(lines[0]).toBe('service,phase,percentile,value_s,count,inverse_tail')
  expect(lines.at(-1)).toBe('web,steady,1,0.0001,1000,')
  const values = lines.slice(1).map((line) => Number(line.split(',')[3]))
  expect(values).toEqual([...values].sort((a, b) => a - b))
})
