import { attempt, blockDiagram, isUndecided } from '../../check/diagram/blocks.ts'
import type { BlockDiagram, RuleDiagram } from '../../check/diagram/blocks.ts'
import { leastCoverOf } from '../../check/diagram/least-cover.ts'
import { no, open, yes } from '../../check/diagram/leaves.ts'
import { valuesOf } from '../../check/diagram/reading.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import { shadowsOf } from '../../check/unreachable-rules.ts'
import type { Expression, Policy, Rule } from '../../policy/core.ts'
import { partsOf } from '../../policy/walk.ts'

/** What is proved about the rules of a policy: why something can never happen. */
export interface OutOfReach {
  /** Why a rule never fires; `undefined`: it can, or that is not decided. */
  rule(rule: Rule): string | undefined
  /** Why none of the conditions, parts of one guard, ever comes out so; `undefined`: one can, or that is not decided. */
  outcome(rule: Rule, conditions: readonly Expression[], outcome: 'true' | 'false'): string | undefined
}

export function outOfReach(policy: Policy): OutOfReach {
  const moments = (['start', 'turn', 'call'] as const).flatMap((moment) => {
    const diagram = blockDiagram(policy, moment)
    return diagram === undefined ? [] : [diagram]
  })
  /** Asked at each moment of the rule's block; one that does not know, or where it can be, ends it. */
  const everywhere = (rule: Rule, ask: (diagram: BlockDiagram, index: number) => unknown): readonly Rule[] | undefined => {
    const found = new Set<Rule>()
    let asked = 0
    for (const diagram of moments) {
      if (isUndecided(diagram)) return undefined
      const index = diagram.rules.findIndex((each) => each.rule === rule)
      if (index < 0) continue
      asked += 1
      const names = ask(diagram, index)
      if (!Array.isArray(names)) return undefined
      for (const each of names as readonly Rule[]) found.add(each)
    }
    return asked === 0 ? undefined : [...found]
  }
  return {
    rule: (rule) => {
      const found = everywhere(rule, shadowsOf)
      if (found === undefined) return undefined
      return found.length === 0 ? 'its condition is never true (RT0301)' : `${listed(found)} ${found.length === 1 ? 'leaves' : 'leave'} nothing to it (RT0301)`
    },
    outcome: (rule, conditions, outcome) => {
      const { guard } = rule
      if (guard === undefined) return undefined
      const found = everywhere(rule, (diagram, index) =>
        attempt(() => {
          const own = diagram.rules[index]
          const wanted = own && comesOut(diagram, own, guard, conditions, outcome === 'true' ? yes : no)
          const before = diagram.rules.slice(0, index).filter((each) => each.rule.choice !== undefined)
          return wanted === undefined
            ? undefined
            : leastCoverOf(diagram, wanted, before.map((each) => each.guard))?.flatMap((place) => before[place]?.rule ?? [])
        }),
      )
      if (found === undefined) return undefined
      return found.length === 0 ? `it is never ${outcome} where it is asked` : `${listed(found)} ${found.length === 1 ? 'takes' : 'take'} every call in which it is`
    },
  }
}

function listed(rules: readonly Rule[]): string {
  return rules.map(({ name }) => `\`${name}\``).join(', ')
}

/** Where one of the conditions is asked, rules before it left aside, and comes out so. */
function comesOut(
  { space, feasible }: BlockDiagram,
  { asked }: RuleDiagram,
  guard: Expression,
  conditions: readonly Expression[],
  outcome: number,
): Diagram | undefined {
  const is = (expression: Expression, leaves: readonly number[]): Diagram =>
    space.bind(valuesOf(expression, asked), (leaf) => {
      // What is none does not hold.
      const truth = leaf === yes || leaf === open ? leaf : no
      return space.constant(leaves.includes(truth) ? yes : no)
    })
  const ways = conditions.map((condition) => pathTo(guard, condition))
  if (ways.includes(undefined)) return undefined
  return ways
    .map((way, index) => {
      const condition = conditions[index]
      const own = condition === undefined ? space.constant(no) : is(condition, [outcome])
      return (way ?? []).map(({ part, not }) => is(part, [yes, no, open].filter((leaf) => leaf !== not))).reduce(space.and, own)
    })
    .reduce((all, way) => space.or(all, space.and(feasible, way)), space.constant(no))
}

/** What `and` and `or` have been through before they come to a part of them; none of it came to `not`. */
function pathTo(
  expression: Expression,
  wanted: Expression,
): readonly { readonly part: Expression; readonly not: number }[] | undefined {
  if (expression === wanted) return []
  const parts = partsOf(expression)
  for (const [index, part] of parts.entries()) {
    const inside = pathTo(part, wanted)
    if (inside === undefined) continue
    if (expression.kind !== 'logical') return inside
    const not = expression.operator === 'and' ? no : yes
    return [...parts.slice(0, index).map((before) => ({ part: before, not })), ...inside]
  }
  return undefined
}
