import type { Exact } from '../../policy/core.ts'
import { compareExact } from '../../policy/catalogue-queries.ts'
import { integer, minus, plus, times } from '../../policy/value.ts'

/** What something costs and how often it succeeds, both exact. */
export interface CostSuccess {
  readonly name: string
  readonly cost: Exact
  readonly success: Exact
}

/**
 * What mixing can reach: the non-decreasing concave hull of some points, cheapest first. Whatever lies
 * below it is beaten by a fixed split between two neighbours at the same cost. All arithmetic is exact.
 */
export function hullOf(points: readonly CostSuccess[]): readonly CostSuccess[] {
  const hull: CostSuccess[] = []
  for (const point of points.toSorted(byCost)) {
    const last = hull.at(-1)
    if (last !== undefined && compareExact(point.success, last.success) <= 0) continue
    while (hull.length >= 2 && isBelow(hull.at(-2), hull.at(-1), point)) hull.pop()
    hull.push(point)
  }
  return hull
}

/** Cheapest first, of equal cost the most successful first, then by name. */
function byCost(left: CostSuccess, right: CostSuccess): number {
  return (
    compareExact(left.cost, right.cost) ||
    compareExact(right.success, left.success) ||
    (left.name < right.name ? -1 : left.name > right.name ? 1 : 0)
  )
}

/** The middle one lies on or below the line between the other two. */
function isBelow(first: CostSuccess | undefined, middle: CostSuccess | undefined, last: CostSuccess): boolean {
  if (first === undefined || middle === undefined) return false
  const rise = times(minus(middle.success, first.success), minus(last.cost, first.cost))
  const line = times(minus(last.success, first.success), minus(middle.cost, first.cost))
  return compareExact(rise, line) <= 0
}

/** The best fixed split at a cost. */
export interface Split {
  readonly cheaper: string
  readonly dearer: string
  /** Of sessions that go to the dearer one. */
  readonly dearerShare: Exact
  readonly success: Exact
}

/** `undefined`: nothing costs as little. Above the dearest point money is left over. */
export function splitAt(hull: readonly CostSuccess[], cost: Exact): Split | undefined {
  const dearer = hull.findIndex((point) => compareExact(point.cost, cost) >= 0)
  const high = hull[dearer < 0 ? hull.length - 1 : dearer]
  const low = dearer < 0 || (high !== undefined && compareExact(high.cost, cost) === 0) ? high : hull[dearer - 1]
  if (high === undefined || low === undefined) return undefined
  if (high === low) return { cheaper: low.name, dearer: low.name, dearerShare: integer(1), success: low.success }
  const dearerShare = quotient(minus(cost, low.cost), minus(high.cost, low.cost))
  const success = plus(low.success, times(dearerShare, minus(high.success, low.success)))
  return { cheaper: low.name, dearer: high.name, dearerShare, success }
}

/** The mean height of a hull over its own range of costs; `undefined`: it has no range. */
export function meanHeight(hull: readonly CostSuccess[]): Exact | undefined {
  const [first] = hull
  const last = hull.at(-1)
  if (first === undefined || last === undefined || first === last) return undefined
  const area = hull.slice(1).reduce<Exact>((sum, point, at) => {
    const before = hull[at] ?? point
    const wide = minus(point.cost, before.cost)
    return plus(sum, times(times(wide, plus(before.success, point.success)), { numerator: 1n, denominator: 2n }))
  }, integer(0))
  return quotient(area, minus(last.cost, first.cost))
}

/** The divisor is above 0. */
export function quotient(left: Exact, right: Exact): Exact {
  return times(left, { numerator: right.denominator, denominator: right.numerator })
}
