// Tables of the ziggurat for the exponential distribution of mean 1 (Marsaglia and Tsang, "The
// ziggurat method for generating random variables", 2000): 256 layers of equal area under exp(-x).
// The lowest holds the tail. They are computed when the module loads, by our own ln and exp, so
// that they are the same on every engine.
import { exp, ln } from './elementary.ts'

/** Where the tail begins, and the area of each layer. */
export const TAIL_START = 7.69711747013104972
const LAYER_AREA = 3.9496598225815571993e-3

export const LAYERS = 256
/** Places across a layer: what 32 bits leave when eight have chosen the layer. */
export const PLACES = 16_777_216

/** Width of one place in each layer. */
export const placeWidths: Float64Array = new Float64Array(LAYERS)
/** Places of each layer that lie under the curve whatever the height: no further look is needed. */
export const safePlaces: Int32Array = new Int32Array(LAYERS)
/** Height of the curve at the right end of each layer; layer i lies between heights i and i - 1. */
export const heights: Float64Array = new Float64Array(LAYERS)

fill()

function fill(): void {
  const tailHeight = exp(-TAIL_START)
  const baseWidth = LAYER_AREA / tailHeight
  placeWidths[0] = baseWidth / PLACES
  safePlaces[0] = Math.floor((TAIL_START / baseWidth) * PLACES)
  heights[0] = 1
  let x = TAIL_START
  for (let layer = LAYERS - 1; layer >= 1; layer--) {
    placeWidths[layer] = x / PLACES
    heights[layer] = exp(-x)
    // The layer above ends where its area is used up; above the topmost there is nothing.
    const above = layer > 1 ? -ln(LAYER_AREA / x + heights[layer]!) : 0
    safePlaces[layer] = Math.floor((above / x) * PLACES)
    x = above
  }
}
