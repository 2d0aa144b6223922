// Words of the format's future, so that who uses them learns that they are known and not built yet.

export const NOT_YET: ReadonlyMap<string, string> = new Map([
  ['outputs', 'the files of the results folder are always the same'],
  ['offload', 'interrupts and offloads have no cost of their own'],
  ['persistence', 'rules of a director have it (-p), and a keepalived.conf'],
  ['fwmark', 'services are told by address and port'],
  ['fullnat', 'fullnat is not part of the format yet'],
])
