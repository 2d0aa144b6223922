// The variables of net.ipv4.vs (spec 9a): what may be written, at the limits and past them, and
// what is read back.
import { describe, expect, test } from 'vitest'
import { IpvsError } from '../../src/ipvs/service.ts'
import { defaultSysctls, readSysctl, writeSysctl } from '../../src/ipvs/sysctls.ts'

function write(name: string, text: string): string {
  const sysctls = defaultSysctls()
  try {
    writeSysctl(sysctls, name, text)
  } catch (error) {
    if (!(error instanceof IpvsError)) throw error
    // What is refused changes nothing.
    expect(sysctls).toEqual(defaultSysctls())
    return error.code
  }
  return readSysctl(sysctls, name)
}

describe('writing', () => {
  test.each([
    ['drop_entry', '3', '3'],
    ['drop_entry', '4', 'EINVAL'],
    ['drop_entry', '-1', 'EINVAL'],
    ['drop_packet', '2', '2'],
    ['drop_packet', '4', 'EINVAL'],
    ['secure_tcp', '1', '1'],
    ['secure_tcp', '9', 'EINVAL'],
    ['sync_version', '0', '0'],
    ['sync_version', '2', 'EINVAL'],
    ['sync_retries', '3', '3'],
    ['sync_retries', '4', 'EINVAL'],
    ['sync_ports', '1', '1'],
    ['sync_ports', '8', '8'],
    ['sync_ports', '6', 'EINVAL'],
    ['sync_ports', '0', 'EINVAL'],
    ['sync_threshold', '2 10', '2\t10'],
    ['sync_threshold', '9 10', '9\t10'],
    ['sync_threshold', '10 10', 'EINVAL'],
    ['sync_threshold', '7 0', '7\t0'],
    ['sync_threshold', '-1 5', 'EINVAL'],
    ['sync_threshold', '3 -5', 'EINVAL'],
    ['sync_threshold', '3', 'EINVAL'],
    ['am_droprate', '-7', '-7'],
    ['amemthresh', '2147483647', '2147483647'],
    ['amemthresh', '2147483648', 'EINVAL'],
    ['amemthresh', '-2147483648', '-2147483648'],
    ['amemthresh', '-2147483649', 'EINVAL'],
    ['conn_reuse_mode', ' 2\n', '2'],
    ['conn_reuse_mode', 'two', 'EINVAL'],
    ['conn_reuse_mode', '1.5', 'EINVAL'],
    ['conn_reuse_mode', '', 'EINVAL'],
    ['conn_reuse_mode', '1e1', 'EINVAL'],
    ['conn_reuse_mode', '0x10', '16'],
    ['conn_reuse_mode', '010', '8'],
    ['conn_reuse_mode', '08', 'EINVAL'],
    ['lblc_expiration', '60', '60'],
    ['debug_level', '1', 'ENOENT'],
    ['toString', '1', 'ENOENT'],
  ])('%s = %j', (name, text, then) => {
    expect(write(name, text)).toBe(then)
  })

  test('a refusal names the variable, the range and what was given', () => {
    expect(() => writeSysctl(defaultSysctls(), 'drop_entry', '7')).toThrow(
      'drop_entry: expected a number from 0 to 3, got 7',
    )
    expect(() => writeSysctl(defaultSysctls(), 'drop_entries', '1')).toThrow(
      'no variable net.ipv4.vs.drop_entries',
    )
  })
})

test('defaults', () => {
  expect(defaultSysctls()).toMatchObject({
    ...{ am_droprate: 10, amemthresh: 1024, conn_reuse_mode: 1, snat_reroute: 1, pmtu_disc: 1 },
    ...{ sync_version: 1, sync_ports: 1, sync_threshold: [3, 50], run_estimation: 1 },
    ...{ lblc_expiration: 86_400, lblcr_expiration: 86_400, expire_nodest_conn: 0 },
  })
})
