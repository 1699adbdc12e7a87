import { referenceEvaluator } from '../../policy/reference/decide.ts'
import type { Observer } from '../../policy/reference/observer.ts'
import { compareExact } from '../../policy/catalogue-queries.ts'
import type { Evaluator } from '../../policy/decision.ts'
import type { ActingLine, Exact, Expression, Policy, Rule } from '../../policy/core.ts'
import { isExact, isUnknown, minus, plus } from '../../policy/value.ts'
import type { Value } from '../../policy/value.ts'
import { namedModels } from '../../check/used-models.ts'
import { runTests } from '../../replay/scenario.ts'
import type { TestResult } from '../../replay/scenario.ts'
import { sideOutOfReach } from './boundary-reach.ts'
import type { Side } from './boundary-reach.ts'
import { hasNowhereToGo, inForce } from './lines.ts'
import { outOfReach } from './out-of-reach.ts'
import { coveragePoints } from './points.ts'
import type { BoundaryPoint, ConditionPoint, LinePoint, Points, RulePoint } from './points.ts'

export interface RuleCoverage {
  readonly point: RulePoint
  readonly fired: number
  /** Why it can never fire, where that is proved; asked only where no test fires it. */
  readonly unreachable?: string
}

export interface ConditionCoverage {
  readonly point: ConditionPoint
  readonly whenTrue: number
  readonly whenFalse: number
  /** Counted apart: it covers neither outcome. */
  readonly whenUnknown: number
  /** Why it can never come out so, where that is proved; asked only where no test reaches it. */
  readonly neverTrue?: string
  readonly neverFalse?: string
}

export interface BoundaryCoverage {
  readonly point: BoundaryPoint
  readonly exactly: number
  readonly beside: number
  /** Why no call comes there, where that is proved; asked only where no test does. */
  readonly neverAt?: string
  readonly neverBeside?: string
}

export interface LineCoverage {
  readonly point: LinePoint
  readonly acted: number
  /** Why it can never act, where that is proved; asked only where it acts in no test. */
  readonly unreachable?: string
}

export interface Coverage {
  readonly rules: readonly RuleCoverage[]
  readonly conditions: readonly ConditionCoverage[]
  readonly boundaries: readonly BoundaryCoverage[]
  readonly lines: readonly LineCoverage[]
}

/** How much of something was reached. */
export interface Reached {
  readonly covered: number
  readonly of: number
  /** What is proved to be out of reach; it is in neither of the two. */
  readonly unreachable: number
}

/**
 * A rule and a line count once, a condition and a boundary twice: true and false, at it and beside it. What is
 * proved to be out of reach does not count.
 */
export function reached(coverage: Coverage): {
  readonly rules: Reached
  readonly conditions: Reached
  readonly boundaries: Reached
  readonly lines: Reached
} {
  type Hits = readonly { readonly count: number; readonly never?: string | undefined }[]
  const ofAll = (hits: Hits): Reached => {
    const covered = hits.filter(({ count }) => count > 0).length
    const unreachable = hits.filter(({ count, never }) => count === 0 && never !== undefined).length
    return { covered, of: hits.length - unreachable, unreachable }
  }
  return {
    rules: ofAll(coverage.rules.map(({ fired, unreachable }) => ({ count: fired, never: unreachable }))),
    conditions: ofAll(
      coverage.conditions.flatMap(({ whenTrue, whenFalse, neverTrue, neverFalse }) => [
        { count: whenTrue, never: neverTrue },
        { count: whenFalse, never: neverFalse },
      ]),
    ),
    boundaries: ofAll(coverage.boundaries.flatMap(({ exactly, beside, neverAt, neverBeside }) => [
        { count: exactly, never: neverAt },
        { count: beside, never: neverBeside },
      ]),
    ),
    lines: ofAll(coverage.lines.map(({ acted, unreachable }) => ({ count: acted, never: unreachable }))),
  }
}

/** Runs the tests of a policy under the reference evaluator and tells what they reach. */
export function measureCoverage(policy: Policy): {
  readonly results: readonly TestResult[]
  readonly coverage: Coverage
} {
  const recorder = coverageRecorder(policy)
  const results = runTests(policy, recorder.evaluator, recorder.observer)
  return { results, coverage: withProofs(policy, recorder.coverage()) }
}

/** For what no test reaches: whether anything could. */
function withProofs(policy: Policy, coverage: Coverage): Coverage {
  const proofs = lazily(() => outOfReach(policy))
  const forced = lazily(() => inForce(policy))
  const owners = new Map(coverage.rules.map(({ point }) => [point.name, point.rule]))
  const never = ({ owner, expressions }: ConditionPoint, outcome: 'true' | 'false'): string | undefined => {
    if (owner.kind === 'serve' || owner.kind === 'profile') return expressions.some(forced()) ? undefined : replaced
    const rule = owner.kind === 'rule' ? owners.get(owner.name) : undefined
    return rule && proofs().outcome(rule, expressions, outcome)
  }
  return {
    ...coverage,
    rules: coverage.rules.map((each) => {
      const unreachable = each.fired > 0 ? undefined : proofs().rule(each.point.rule)
      return unreachable === undefined ? each : { ...each, unreachable }
    }),
    conditions: coverage.conditions.map((each) => {
      const neverTrue = each.whenTrue > 0 ? undefined : never(each.point, 'true')
      const neverFalse = each.whenFalse > 0 ? undefined : never(each.point, 'false')
      return { ...each, ...(neverTrue !== undefined && { neverTrue }), ...(neverFalse !== undefined && { neverFalse }) }
    }),
    boundaries: coverage.boundaries.map((each) => {
      const rule = each.point.owner.kind === 'rule' ? owners.get(each.point.owner.name) : undefined
      const neverSide = (side: Side, count: number): string | undefined =>
        count > 0 || rule === undefined ? undefined : sideOutOfReach(policy, rule, each.point, side)
      const [neverAt, neverBeside] = [neverSide('at', each.exactly), neverSide('beside', each.beside)]
      return { ...each, ...(neverAt !== undefined && { neverAt }), ...(neverBeside !== undefined && { neverBeside }) }
    }),
    lines: coverage.lines.map((each) => {
      const unreachable = each.acted > 0 ? undefined : neverActs(policy, each.point, forced())
      return unreachable === undefined ? each : { ...each, unreachable }
    }),
  }
}

const replaced = 'a narrower line takes its place for every model'

function neverActs(policy: Policy, { owner, lines }: LinePoint, forced: ReturnType<typeof inForce>): string | undefined {
  if (owner.kind !== 'serve' && owner.kind !== 'profile') return undefined
  if (!lines.some(forced)) return replaced
  const named = namedModels(policy)
  if (named !== undefined && !lines.some(inForce(policy, named))) return 'no rule and no fallback names a model that it holds for'
  const isAmongHosts = lines.every((line) => ('word' in line ? !line.word.startsWith('timeout') : 'on' in line && !('to' in line) && !('times' in line)))
  return isAmongHosts && lines.every((line) => hasNowhereToGo(policy, line)) ? 'no model has a second host under it' : undefined
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

export interface CoverageRecorder {
  /** Decides, and remembers what its decisions reached. */
  readonly evaluator: Evaluator
  /** For the serving, which the evaluator knows nothing of. */
  readonly observer: Observer
  /** So far. */
  readonly coverage: () => Coverage
  /** What has been reached since this was last asked for, by the keys of `hitKey`. */
  readonly news: () => ReadonlySet<string>
}

/** Keys that `news` gives: one for each thing that can be reached. */
export const hitKey = {
  rule: (point: RulePoint): string => point.key,
  condition: (point: ConditionPoint, outcome: 'true' | 'false' | 'unknown'): string => `${point.key} is ${outcome}`,
  boundary: (point: BoundaryPoint, side: 'at' | 'beside'): string => `${point.key}, ${side}`,
  line: (point: LinePoint): string => `${point.key}, acted`,
}

export function coverageRecorder(policy: Policy, points: Points = coveragePoints(policy)): CoverageRecorder {
  const counts = new Map<string, number>()
  let fresh = new Set<string>()
  const hit = (key: string): void => {
    const before = counts.get(key) ?? 0
    counts.set(key, before + 1)
    fresh.add(key)
  }
  const observer = observerOf(points, hit)
  const evaluator = referenceEvaluator(policy, observer)
  const countOf = (key: string): number => counts.get(key) ?? 0
  return {
    evaluator,
    observer,
    coverage: () => ({
      rules: points.rules.map((point) => ({ point, fired: countOf(hitKey.rule(point)) })),
      conditions: points.conditions.map((point) => ({
        point,
        whenTrue: countOf(hitKey.condition(point, 'true')),
        whenFalse: countOf(hitKey.condition(point, 'false')),
        whenUnknown: countOf(hitKey.condition(point, 'unknown')),
      })),
      boundaries: points.boundaries.map((point) => ({
        point,
        exactly: countOf(hitKey.boundary(point, 'at')),
        beside: countOf(hitKey.boundary(point, 'beside')),
      })),
      lines: points.lines.map((point) => ({ point, acted: countOf(hitKey.line(point)) })),
    }),
    news: () => {
      const found = fresh
      fresh = new Set()
      return found
    },
  }
}

function observerOf(points: Points, hit: (key: string) => void): Observer {
  const rules = new Map<Rule, RulePoint>(points.rules.map((point) => [point.rule, point]))
  const lines = new Map<ActingLine, LinePoint>(points.lines.flatMap((point) => point.lines.map((line) => [line, point] as const)))
  const listeners = new Map<Expression, ((value: Value) => void)[]>()
  const listen = (expression: Expression, listener: (value: Value) => void): void => {
    listeners.set(expression, [...(listeners.get(expression) ?? []), listener])
  }
  for (const point of points.conditions) {
    for (const expression of point.expressions) {
      listen(expression, (value) =>
        hit(hitKey.condition(point, isUnknown(value) ? 'unknown' : value === true ? 'true' : 'false')),
      )
    }
  }
  for (const point of points.boundaries) {
    for (const expression of point.measured) {
      listen(expression, (value) => {
        const side = isExact(value) ? sideOf(point, value) : undefined
        if (side !== undefined) hit(hitKey.boundary(point, side))
      })
    }
  }
  return {
    value: (expression, value) => {
      for (const listener of listeners.get(expression) ?? []) listener(value)
    },
    rule: (rule, fired) => {
      const point = rules.get(rule)
      if (fired && point !== undefined) hit(hitKey.rule(point))
    },
    acted: (line) => {
      const point = lines.get(line)
      if (point !== undefined) hit(hitKey.line(point))
    },
  }
}

/** Where a value stands to a boundary; `undefined`: elsewhere. */
function sideOf({ at, beside, step }: BoundaryPoint, value: Exact): 'at' | 'beside' | undefined {
  const order = compareExact(value, at)
  if (order === 0) return 'at'
  const size = { numerator: step, denominator: 1n }
  if (order < 0) return beside !== 'above' && compareExact(value, minus(at, size)) >= 0 ? 'beside' : undefined
  return beside !== 'below' && compareExact(value, plus(at, size)) <= 0 ? 'beside' : undefined
}
