// The two families of extreme value theory: what lies beyond a high threshold is a generalized
// Pareto (Pickands 1975), the largest of many a generalized extreme value (Jenkinson 1955). Sizes
// and gaps of caches were fitted with them.
import { assert } from '../assert.ts'
import { exp, power } from './elementary.ts'
import type { Stream } from './random.ts'
import type { Sampler } from './samplers.ts'

/** By the inverse of its distribution function, from an exponential. */
export class GeneralizedPareto implements Sampler {
  private readonly scale: number
  private readonly shape: number
  private readonly stream: Stream

  constructor(scale: number, shape: number, stream: Stream) {
    assert(scale > 0 && shape > 0, 'a generalized Pareto needs a positive scale and shape here')
    this.scale = scale
    this.shape = shape
    this.stream = stream
  }

  next(): number {
    return (this.scale / this.shape) * (exp(this.shape * this.stream.exponential()) - 1)
  }
}

/** By the inverse of its distribution function, whose -ln is an exponential. */
export class GeneralizedExtremeValue implements Sampler {
  private readonly location: number
  private readonly scale: number
  private readonly shape: number
  private readonly stream: Stream

  constructor(location: number, scale: number, shape: number, stream: Stream) {
    assert(scale > 0 && shape > 0, 'an extreme value needs a positive scale and shape here')
    this.location = location
    this.scale = scale
    this.shape = shape
    this.stream = stream
  }

  next(): number {
    const growth = power(this.stream.exponential(), -this.shape) - 1
    return this.location + (this.scale / this.shape) * growth
  }
}
