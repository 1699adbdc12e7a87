import { keyedIndices } from './keyed-indices.ts'

/** What one cluster adds to the two sums of a ratio. */
export interface Cluster {
  readonly key: string
  readonly numerator: number
  readonly denominator: number
}

/** A 95% interval of a ratio of sums, or why there is none. */
export type RatioInterval =
  | { readonly kind: 'interval'; readonly clusters: number; readonly lo: number; readonly hi: number }
  | { readonly kind: 'undefined'; readonly clusters: number; readonly reason: string }

export interface BootstrapOptions {
  readonly seed: string
  /** What is estimated: keys the draws. */
  readonly purpose: string
  /** One less than a multiple of 40, so that the tails are whole order statistics. */
  readonly replicates?: number
}

/** 0.025 × (999 + 1) and 0.975 × (999 + 1) are whole. */
const replicatesByDefault = 999
const tail = 0.025

/**
 * Studentised bootstrap over clusters, two-sided, of Σ numerator / Σ denominator. Rows of one cluster
 * are one draw, so what they have in common does not pass for evidence. Depends on the seed and on
 * the set of clusters, not on their order.
 *
 * One cluster has no interval, and neither has a sample in which too many draws would have no spread
 * of their own: a ratio that hangs on one or two clusters. Only + − × ÷ √ are used, which every engine
 * computes alike.
 */
export function ratioInterval(clusters: readonly Cluster[], options: BootstrapOptions): RatioInterval {
  const count = clusters.length
  const undefinedFor = (reason: string): RatioInterval => ({ kind: 'undefined', clusters: count, reason })
  if (count < 2) return undefinedFor('one cluster tells nothing of another')
  const sorted = clusters.toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
  const sample: Sample = {
    numerators: Float64Array.from(sorted, (cluster) => cluster.numerator),
    denominators: Float64Array.from(sorted, (cluster) => cluster.denominator),
  }
  const whole = estimate(sample, Uint32Array.from(sorted, (_cluster, at) => at))
  if (whole === undefined) return undefinedFor('nothing to divide by')
  if (whole.error === 0) return undefinedFor('all clusters are alike')

  const replicates = options.replicates ?? replicatesByDefault
  const distances: number[] = []
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    const drawn = keyedIndices([options.seed, 'bootstrap', options.purpose, replicate], count, count)
    distances.push(distance(estimate(sample, drawn), whole.ratio))
  }
  distances.sort((left, right) => left - right)
  const least = distances[Math.round(tail * (replicates + 1)) - 1]
  const most = distances[Math.round((1 - tail) * (replicates + 1)) - 1]
  if (least === undefined || most === undefined || !Number.isFinite(least) || !Number.isFinite(most)) {
    return undefinedFor('it hangs on too few clusters')
  }
  return {
    kind: 'interval',
    clusters: count,
    lo: whole.ratio - most * whole.error,
    hi: whole.ratio - least * whole.error,
  }
}

interface Estimate {
  readonly ratio: number
  /** Its standard error, by linearisation over clusters. */
  readonly error: number
}

interface Sample {
  readonly numerators: Float64Array
  readonly denominators: Float64Array
}

/** Of the clusters drawn; `undefined`: their denominators come to nothing. */
function estimate({ numerators, denominators }: Sample, drawn: Uint32Array): Estimate | undefined {
  let above = 0
  let below = 0
  for (const at of drawn) {
    above += numerators[at] ?? 0
    below += denominators[at] ?? 0
  }
  if (below === 0) return undefined
  const ratio = above / below
  let squares = 0
  for (const at of drawn) {
    const residual = (numerators[at] ?? 0) - ratio * (denominators[at] ?? 0)
    squares += residual * residual
  }
  const count = drawn.length
  return { ratio, error: Math.sqrt((squares * count) / (count - 1)) / Math.abs(below) }
}

/** In standard errors of the draw; without any spread it is infinitely far, unless it is the same. */
function distance(drawn: Estimate | undefined, ratio: number): number {
  if (drawn === undefined) return Number.POSITIVE_INFINITY
  if (drawn.ratio === ratio) return 0
  return (drawn.ratio - ratio) / drawn.error
}
