import type { Rule } from '../policy/core.ts'
import { no } from './diagram/leaves.ts'
import type { BlockDiagram } from './diagram/blocks.ts'
import { isNever } from './diagram/blocks.ts'
import type { BlockCheck } from './block-checks.ts'
import { asksTooMuch } from './unreachable-counts.ts'

/** A rule that never fires, with the rules before it that leave nothing to it. */
export const checkUnreachableRules: BlockCheck = (diagrams, accept) => {
  const first = diagrams[0]
  if (first === undefined) return
  for (const [index, { rule }] of first.rules.entries()) {
    if (rule === first.block.otherwise) continue
    // A block that stands for several moments is dead where it is dead at each of them.
    if (!diagrams.every((diagram) => isNeverAt(diagram, index))) continue
    const shadows = new Set(diagrams.flatMap((diagram) => shadowsOf(diagram, index)))
    const named = first.rules.map((each) => each.rule).filter((each) => shadows.has(each))
    const what = `the rule \`${rule.name}\``
    if (named.length === 0) {
      // A count that its window cannot hold is reported where it stands.
      if (rule.guard !== undefined && asksTooMuch(first.policy, rule.guard)) continue
      accept('RT0301', rule.location, `${what} never fires: its condition is never true`, {
        help: 'mend the condition, or take the rule out',
      })
      continue
    }
    accept(
      'RT0301',
      rule.location,
      `${what} never fires: ${list(named.map(({ name }) => `\`${name}\``))} ${named.length === 1 ? 'takes' : 'together take'} every call that it could`,
      {
        help: 'put it before them, narrow their conditions, or take it out',
        related: named.map((each) => ({ location: each.location, message: `\`${each.name}\` stands here` })),
      },
    )
  }
}

function isNeverAt(diagram: BlockDiagram, index: number): boolean {
  const found = diagram.rules[index]
  return found !== undefined && isNever(diagram, found.region)
}

/** Rules before it that together cover its condition; none of them can be left out. */
export function shadowsOf({ space, rules, feasible }: BlockDiagram, index: number): readonly Rule[] {
  const target = rules[index]
  if (target === undefined) return []
  const never = space.constant(no)
  const wanted = space.and(feasible, target.guard)
  const without = (from: number, guards: readonly number[]): number =>
    guards.reduce((left, guard) => space.choose(guard, never, left), from)
  const taking: { readonly rule: Rule; readonly guard: number }[] = []
  let left = wanted
  for (const { rule, guard } of rules.slice(0, index)) {
    if (rule.choice === undefined || left === never) continue
    const rest = without(left, [guard])
    if (rest !== left) taking.push({ rule, guard })
    left = rest
  }
  return taking
    .reduce(
      (kept, each) => {
        const others = kept.filter((other) => other !== each)
        return without(wanted, others.map(({ guard }) => guard)) === never ? others : kept
      },
      taking as readonly { readonly rule: Rule; readonly guard: number }[],
    )
    .map(({ rule }) => rule)
}

export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
