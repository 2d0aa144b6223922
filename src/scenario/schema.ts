// The format `lvs-sim/1` as zod sees it: the shape of a file, with a description of every field
// that `lvs-sim explain` and the JSON Schema show. Quantities stay texts here; resolve.ts turns
// them into numbers. Unknown keys are errors, `note` is allowed everywhere and ignored.
import { z } from 'zod'
import { name, object, text } from './schema-fields.ts'
import { link, router } from './schema-network.ts'
import { clients, director, realServers } from './schema-hosts.ts'
import { check, service, time, workload } from './schema-load.ts'
import { ecmp } from './schema-ecmp.ts'
import { sweep } from './schema-sweep.ts'
import { fault, operation } from './schema-timeline.ts'
import { vrrp } from './schema-vrrp.ts'

/** A scenario file; everything but format, name and phases may come from `extends` or a default. */
export const schema = object(
  {
    $schema: z.string().optional(),
    format: z.literal('lvs-sim/1').meta({ description: 'Version of this format.' }),
    name: name.meta({ description: 'Name of the results folder: letters, digits, . _ -' }),
    title: text('One line for reports.').optional(),
    description: text('What it shows.').optional(),
    seed: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Any text; the name unless given.' }),
    extends: text('A preset: "preset:one-director-10g".').optional(),
    time: time.optional(),
    links: z.record(name, link).optional().meta({ description: 'Networks by name.' }),
    routers: z.record(name, router).optional().meta({ description: 'Routers between networks.' }),
    clients: z
      .record(name, clients)
      .optional()
      .meta({ description: 'Populations of clients by name.' }),
    directors: z.record(name, director).optional().meta({ description: 'Directors by name.' }),
    vrrp: vrrp.optional(),
    ecmp: ecmp.optional(),
    realServers: z
      .record(name, realServers)
      .optional()
      .meta({ description: 'Groups of real servers by name.' }),
    services: z.record(name, service).optional().meta({ description: 'Virtual services by name.' }),
    workload: workload.optional(),
    faults: z.array(fault).max(10_000).optional().meta({
      description: 'What breaks: { "kind": "host-down", "host": "rs3", "at": "1s", "for": "5s" }.',
    }),
    operations: z.array(operation).max(10_000).optional().meta({
      description: 'What operators do: { "kind": "drain", "host": "rs3", "at": "1s" }.',
    }),
    thresholds: z
      .record(z.string(), z.union([check, z.array(check).max(100)]))
      .optional()
      .meta({
        description:
          'What must hold: "web.loss": { "check": "ratio < 0.1%", "phase": "steady" }, ' +
          'of the whole run "web.outage": "longest < 4s", "web.connections": "reset < 10".',
      }),
    sweep: sweep.optional(),
  },
  'A scenario of lvs-sim.',
)

export type Document = z.infer<typeof schema>
export type DistributionDocument = NonNullable<
  NonNullable<NonNullable<Document['realServers']>[string]['cpu']>['perRequest']
>
