// Load to a further service, as a file gives it, beside that of the workload.
import { object } from './schema-fields.ts'
import { rateOfAll, ratesByPhase } from './schema-rate.ts'
import { arrivals, connection, from, popularity, request, response } from './schema-requests.ts'

/** What is left out is as in the workload itself. */
const UNLESS_GIVEN = 'That of the workload unless given.'
const SIZE_UNLESS_GIVEN =
  'UDP: Ethernet frame with FCS. TCP: bytes of payload. As in the workload unless given; where ' +
  'the two services differ in their protocol, as in a workload of its own.'

export const furtherLoad = object(
  {
    rate: rateOfAll('Requests').optional(),
    rates: ratesByPhase('Requests', '{ "steady": "500cps" }').optional(),
    from: from.optional().meta({
      description: `Clients, or a list of populations with shares. ${UNLESS_GIVEN}`,
    }),
    arrivals: arrivals.optional().meta({ description: `How requests arrive. ${UNLESS_GIVEN}` }),
    popularity: popularity.optional().meta({
      description: `Which flow (TCP: address) sends the next request. ${UNLESS_GIVEN}`,
    }),
    request: request.optional().meta({ description: SIZE_UNLESS_GIVEN }),
    response: response.optional().meta({ description: SIZE_UNLESS_GIVEN }),
    connection: connection.optional(),
  },
  'Load to a further service, in the phases of the workload. Real servers take as long for its ' +
    'requests as for any other (realServers.<group>.cpu.perRequest).',
)
