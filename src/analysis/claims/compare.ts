import type { Exact } from '../../policy/core.ts'
import { compareExact } from '../../policy/catalogue-queries.ts'
import { integer, minus } from '../../policy/value.ts'
import type { Bounds } from '../../replay/session-row.ts'
import { addBounds, noMoney } from '../../replay/session-row.ts'
import type { SessionRow } from '../../replay/session-row.ts'
import { hullOf, meanHeight, splitAt } from '../statistics/hull.ts'
import type { CostSuccess } from '../statistics/hull.ts'
import type { Claims } from './claims.ts'
import type { OutcomePoint } from './outcome-point.ts'
import type { SuccessClaim } from './success.ts'

/** One policy of a comparison. */
export interface Compared {
  readonly name: string
  readonly claims: Claims
}

export interface Comparison {
  readonly policies: readonly Compared[]
  /** Policies whose success is a point, cheapest first, without those that cost more for no more success. */
  readonly frontier: readonly FrontierPoint[]
  /** Of the single models whose success was handed in; `undefined`: there are none. */
  readonly hull: Hull | undefined
}

export interface FrontierPoint {
  readonly name: string
  /** What a further success costs, coming from the cheaper neighbour; absent for the cheapest. */
  readonly perFurtherSuccess: FurtherSuccess | undefined
}

/** ΔC / ΔS, pico-dollars a success. */
export type FurtherSuccess =
  /** `hi` is `null` where no bound is known. Costs range over assumptions, success over its sampling. */
  | { readonly kind: 'known'; readonly value: bigint; readonly lo: bigint; readonly hi: bigint | null }
  /** The intervals of success do not tell which of the two succeeds more often. */
  | { readonly kind: 'undecided' }

export interface Hull {
  readonly models: readonly string[]
  /** The mean success over the range of its costs (AIQ), in millionths; `undefined`: it has no range. */
  readonly meanSuccessMillionths: number | undefined
  /** Each policy beside the fixed split of single models that costs as much. */
  readonly besides: readonly {
    readonly name: string
    /** Millionths; `undefined`: no model is as cheap. */
    readonly splitSuccess: number | undefined
    /** By the interval of the policy's success: above, below, or neither. */
    readonly verdict: 'above' | 'below' | 'undecided'
  }[]
}

export function compared(
  policies: readonly Compared[],
  rows: readonly SessionRow[],
  points: readonly OutcomePoint[],
): Comparison {
  const sessions = rows.length
  return { policies, frontier: frontierOf(policies, sessions), hull: hullOfModels(policies, rows, points) }
}

const million = 1_000_000

/** A success that is a point: seen or handed in. */
function isPoint({ kind }: SuccessClaim): boolean {
  return kind === 'observed' || kind === 'given'
}

function frontierOf(policies: readonly Compared[], sessions: number): readonly FrontierPoint[] {
  const cheapestFirst = policies
    .filter(({ claims }) => isPoint(claims.success))
    .toSorted((left, right) => {
      const [one, other] = [costOf(left).value, costOf(right).value]
      return one === other ? compareExact(shareOf(right), shareOf(left)) : one < other ? -1 : 1
    })
  const frontier: Compared[] = []
  for (const each of cheapestFirst) {
    const last = frontier.at(-1)
    if (last === undefined || compareExact(shareOf(each), shareOf(last)) > 0) frontier.push(each)
  }
  return frontier.map((each, at) => {
    const before = frontier[at - 1]
    return { name: each.name, perFurtherSuccess: before === undefined ? undefined : furtherSuccess(before, each, sessions) }
  })
}

function costOf({ claims }: Compared): Bounds {
  return claims.delta.delta
}

function shareOf({ claims: { success } }: Compared): Exact {
  return { numerator: BigInt(success.succeeded), denominator: BigInt(success.sessions) }
}

/** (cost more of all sessions) / (sessions × success more), at the point and at its corners. */
function furtherSuccess(cheap: Compared, dear: Compared, sessions: number): FurtherSuccess {
  const [from, to] = [costOf(cheap), costOf(dear)]
  const [low, high] = [cheap.claims.success.sampling, dear.claims.success.sampling]
  if (low === undefined || high === undefined || high.lo <= low.hi) return { kind: 'undecided' }
  const per = (picoUsd: bigint, millionths: number): bigint =>
    (picoUsd * BigInt(million)) / (BigInt(millionths) * BigInt(sessions))
  const [least, most] = [high.lo - low.hi, high.hi - low.lo]
  const more = minus(shareOf(dear), shareOf(cheap))
  const lo = to.lo === null || from.hi === null ? null : to.lo - from.hi
  const hi = to.hi === null || from.lo === null ? null : to.hi - from.lo
  return {
    kind: 'known',
    value: ((to.value - from.value) * more.denominator) / (more.numerator * BigInt(sessions)),
    lo: lo === null ? 0n : lo < 0n ? per(lo, least) : per(lo, most),
    hi: hi === null ? null : hi < 0n ? per(hi, most) : per(hi, least),
  }
}

function hullOfModels(
  policies: readonly Compared[],
  rows: readonly SessionRow[],
  points: readonly OutcomePoint[],
): Hull | undefined {
  const models = points.flatMap((point): readonly CostSuccess[] => {
    const { kind, name } = point.of
    if (kind !== 'model' || rows.length === 0 || rows.some((row) => row.always[name] === undefined)) return []
    const cost = rows.map((row) => row.always[name]?.delta ?? noMoney).reduce(addBounds, noMoney)
    const success = { numerator: BigInt(point.successes), denominator: BigInt(point.sessions) }
    return [{ name, cost: integer(cost.value), success }]
  })
  const hull = hullOf(models)
  if (hull.length === 0) return undefined
  const height = meanHeight(hull)
  return {
    models: hull.map(({ name }) => name),
    meanSuccessMillionths: height === undefined ? undefined : millionthsOf(height),
    besides: policies.map((each) => {
      const split = splitAt(hull, integer(costOf(each).value))
      const at = split === undefined ? undefined : millionthsOf(split.success)
      return { name: each.name, splitSuccess: at, verdict: verdictOf(each.claims.success, at) }
    }),
  }
}

/** Half up. */
function millionthsOf(share: Exact): number {
  return Number((2n * BigInt(million) * share.numerator + share.denominator) / (2n * share.denominator))
}

function verdictOf({ sampling }: SuccessClaim, split: number | undefined): Hull['besides'][number]['verdict'] {
  if (sampling === undefined || split === undefined) return 'undecided'
  return sampling.lo > split ? 'above' : sampling.hi < split ? 'below' : 'undecided'
}
