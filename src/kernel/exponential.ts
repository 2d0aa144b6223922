// Exponential draws by the ziggurat method (Marsaglia and Tsang, "The Ziggurat Method for
// Generating Random Variables", 2000): 256 layers of equal area, whose tables come from our own
// logarithm, so that every engine draws the same numbers.
import { exp, ln } from './elementary.ts'

const LAYERS = 256
/** Where the tail begins, and the area of a layer. */
const TAIL = 7.697117470131487
const AREA = 0.003949659822581572

/** Right edge of each layer, and the density there; layer 0 is the base strip with the tail. */
const edge = new Float64Array(LAYERS + 1)
const density = new Float64Array(LAYERS + 1)

function fillTables(): void {
  edge[0] = AREA / exp(-TAIL)
  edge[1] = TAIL
  for (let i = 2; i < LAYERS; i++) edge[i] = -ln(AREA / edge[i - 1]! + exp(-edge[i - 1]!))
  edge[LAYERS] = 0
  for (let i = 0; i <= LAYERS; i++) density[i] = exp(-edge[i]!)
}
fillTables()

/** Draws with mean 1; most draws cost one 32-bit word for the place and one for the layer. */
export function exponential(stream: { uint32(): number; uniform(): number }): number {
  for (let tail = 0; ;) {
    const layer = stream.uint32() & 255
    const x = stream.uniform() * edge[layer]!
    if (x < edge[layer + 1]!) return tail + x
    // Without memory: beyond the last edge the distribution starts again.
    if (layer === 0) tail += TAIL
    else if (
      density[layer]! + stream.uniform() * (density[layer + 1]! - density[layer]!) <
      exp(-x)
    ) {
      return tail + x
    }
  }
}
