import type { Rule } from '../policy/core.ts'
import type { BlockCheck } from './block-checks.ts'
import { attempt, isUndecided } from './diagram/blocks.ts'
import type { BlockDiagram, RuleDiagram, Undecided } from './diagram/blocks.ts'
import { leastCoverOf } from './diagram/least-cover.ts'
import { yes } from './diagram/leaves.ts'
import { leafAt, samplePoints } from './diagram/samples.ts'
import { asksTooMuch } from './unreachable-counts.ts'

/** A rule that never fires, with the rules before it that leave nothing to it. */
export const checkUnreachableRules: BlockCheck = (diagrams, accept) => {
  const [first] = diagrams
  if (first === undefined) return
  const undecided: { readonly rule: Rule; readonly reason: string }[] = []
  for (const [index, { rule }] of first.rules.entries()) {
    if (rule === first.block.otherwise) continue
    // A block that stands for several moments is dead where it is dead at each of them.
    const dead = diagrams.map((diagram) => shadowsOf(diagram, index))
    if (dead.includes(undefined)) continue
    const gaveUp = dead.find(isUndecided)
    if (gaveUp !== undefined) {
      undecided.push({ rule, reason: gaveUp.reason })
      continue
    }
    const shadows = dead.flatMap((each) => (each === undefined || isUndecided(each) ? [] : each))
    const named = first.rules.map((each) => each.rule).filter((each) => shadows.includes(each))
    const what = `the rule \`${rule.name}\` never fires`
    if (named.length === 0) {
      // A count that its window cannot hold is reported where it stands.
      if (rule.guard !== undefined && asksTooMuch(first.policy, rule.guard)) continue
      accept('RT0301', rule.location, `${what}: its condition is never true`, {
        help: 'mend the condition, or take the rule out',
      })
      continue
    }
    const names = list(named.map(({ name }) => `\`${name}\``))
    const take = named.length === 1 ? 'takes' : 'together take'
    accept('RT0301', rule.location, `${what}: ${names} ${take} every call that it could`, {
      help: 'put it before them, narrow their conditions, or take it out',
      related: named.map((each) => ({ location: each.location, message: `\`${each.name}\` stands here` })),
    })
  }
  const [one, ...more] = undecided
  if (one === undefined) return
  const others = more.length === 0 ? '' : `, nor of ${more.length} more rules`
  accept('RT0310', one.rule.location, `whether the rule \`${one.rule.name}\` can fire is not decided${others}: ${one.reason}`, {
    help: 'nothing is claimed about it; fewer conditions before it can be decided',
  })
}

const samples = 48

/**
 * Rules before it that together cover its condition, none of which can be left out; none at all for a
 * condition that is never true. `undefined`: it fires somewhere.
 */
export function shadowsOf(diagram: BlockDiagram, index: number): readonly Rule[] | Undecided | undefined {
  const { rules, feasible } = diagram
  const target = rules[index]
  if (target === undefined) return undefined
  const before = rules.slice(0, index).filter(({ rule }) => rule.choice !== undefined)
  const fires = samplePoints(diagram, target.guard, samples).some(
    (point) =>
      leafAt(diagram, feasible, point) === yes &&
      before.every(({ guard }) => leafAt(diagram, guard, point) !== yes),
  )
  if (fires) return undefined
  return attempt(() => shadowing(diagram, target, before))
}

function shadowing(
  diagram: BlockDiagram,
  target: RuleDiagram,
  before: readonly RuleDiagram[],
): readonly Rule[] | undefined {
  const wanted = diagram.space.and(diagram.feasible, target.guard)
  return leastCoverOf(diagram, wanted, before.map(({ guard }) => guard))?.flatMap((place) => before[place]?.rule ?? [])
}

export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
