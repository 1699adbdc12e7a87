import { hitKey } from '../coverage/measure.ts'
import type { Coverage } from '../coverage/measure.ts'
import type { LinePoint, Owner, Points } from '../coverage/points.ts'
import type { Expression } from '../../policy/core.ts'

/** Something that no test reaches. */
export interface Goal {
  /** As the recorder of coverage tells that it is reached. */
  readonly key: string
  /** In words: `rule stuck fires`. */
  readonly title: string
  /** What decides whether it is reached. */
  readonly reads: readonly Expression[]
  /** Why nothing reaches it, where that is proved. */
  readonly unreachable?: string | undefined
  /** A line of serving, for which hosts have to fail, or calls to come in numbers. */
  readonly serving?: LinePoint
}

/** What coverage lacks, in the order in which it is told. */
export function goalsOf(coverage: Coverage, points: Points): readonly Goal[] {
  const guards = guardsOf(points)
  const about = (owner: Owner, own: readonly Expression[]): readonly Expression[] => [
    ...own,
    ...(owner.kind === 'rule' ? (guards.get(owner.name) ?? []) : []),
  ]
  return [
    ...coverage.rules.flatMap(({ point, fired, unreachable }): Goal[] =>
      fired > 0
        ? []
        : [{ key: hitKey.rule(point), title: `rule ${point.name} fires`, reads: guards.get(point.name) ?? [], unreachable }],
    ),
    ...coverage.conditions.flatMap(({ point, whenTrue, whenFalse, neverTrue, neverFalse }): Goal[] => {
      const goal = (outcome: 'true' | 'false'): Goal => ({
        key: hitKey.condition(point, outcome),
        title: `${point.owner.kind} ${point.owner.name}: ${point.text} is ${outcome}`,
        reads: about(point.owner, point.expressions),
        unreachable: outcome === 'true' ? neverTrue : neverFalse,
      })
      return [...(whenTrue > 0 ? [] : [goal('true')]), ...(whenFalse > 0 ? [] : [goal('false')])]
    }),
    ...coverage.boundaries.flatMap(({ point, exactly, beside, neverAt, neverBeside }): Goal[] => {
      const goal = (side: 'at' | 'beside'): Goal => ({
        key: hitKey.boundary(point, side),
        title: `${point.owner.kind} ${point.owner.name}: ${point.text}, ${side === 'at' ? 'at the boundary' : 'next to it'}`,
        reads: about(point.owner, points.conditions.find(({ key }) => key === point.key)?.expressions ?? []),
        unreachable: side === 'at' ? neverAt : neverBeside,
      })
      return [...(exactly > 0 ? [] : [goal('at')]), ...(beside > 0 ? [] : [goal('beside')])]
    }),
    ...coverage.lines.flatMap(({ point, acted, unreachable }): Goal[] =>
      acted > 0 ? [] : [{ key: hitKey.line(point), title: point.key, reads: [], unreachable, serving: point }],
    ),
  ]
}

function guardsOf({ rules }: Points): ReadonlyMap<string, readonly Expression[]> {
  return new Map(rules.map(({ name, rule }) => [name, rule.guard === undefined ? [] : [rule.guard]]))
}
