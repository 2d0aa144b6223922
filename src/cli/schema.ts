// `lvs-sim schema`: the format as JSON Schema, for editors that complete and check as one types.
import { jsonSchemaText } from '../scenario/schema-json.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'

export const schema: Command = {
  name: 'schema',
  positional: '',
  summary: 'Prints the JSON Schema of scenario files, for editors.',
  examples: ['lvs-sim schema > scenario.schema.json'],
  flags: {},
  more: 'A scenario names it in its first line: "$schema": "scenario.schema.json".',
  handle: (_values, shell) => {
    shell.out(jsonSchemaText())
    return EXIT.ok
  },
}
