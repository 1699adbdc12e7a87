import { poolNamed } from '../policy/catalogue-queries.ts'
import type { BlockCheck } from './block-checks.ts'
import { attempt } from './diagram/blocks.ts'
import type { BlockDiagram, RuleDiagram } from './diagram/blocks.ts'
import { candidateOf } from './diagram/candidacy.ts'
import { exampleText, onlyKnown } from './diagram/examples.ts'
import { no, yes } from './diagram/leaves.ts'
import { outcomesOf } from './diagram/outcomes.ts'
import { decisionIn, situationOf } from './diagram/situation.ts'
import type { Diagram } from './diagram/store.ts'
import { smallest } from './diagram/witness.ts'
import { choiceChain } from './used-models.ts'

/**
 * A `choose … else stop` that stops although somebody of its pools may be chosen: nobody has a score,
 * say. Shown with an example in which everything is known, decided by the evaluator.
 */
export const checkStopsWhileAllowed: BlockCheck = (diagrams, accept) => {
  const reported = new Set<string>()
  for (const diagram of diagrams) {
    for (const [index, each] of diagram.rules.entries()) {
      if (reported.has(each.rule.name)) continue
      const found = attempt(() => stopping(diagram, each, index))
      if (found === undefined || 'decided' in found) continue
      reported.add(each.rule.name)
      const { model, pool, example } = found
      accept('RT0306', each.rule.location, `\`${each.rule.name}\` stops although \`${model}\` may be chosen${example}`, {
        help: `write \`else choose first from ${pool}\` before the \`stop\`, if that is not meant`,
      })
    }
  }
}

function stopping(
  diagram: BlockDiagram,
  { rule, guard, frame }: RuleDiagram,
  index: number,
): { readonly model: string; readonly pool: string; readonly example: string } | undefined {
  const { space, rules, feasible, policy } = diagram
  const chain = choiceChain(rule.choice)
  // A `where` says who is not wanted; without one, everybody of the pool is.
  const last = chain.at(-2)
  if (last?.kind !== 'choose' || last.where !== undefined || chain.at(-1)?.kind !== 'stop') return undefined
  const { pool } = last
  const never = space.constant(no)
  const stops = space.bind(outcomesOf(rule, frame), (number) => {
    const leaf = space.leaves.at(number)
    return space.constant(leaf.kind === 'outcome' && leaf.outcome.branch === chain.length - 1 ? yes : no)
  })
  const before = rules.slice(0, index).filter((each) => each.rule.choice !== undefined)
  const fires = before.reduce((left, each) => space.choose(each.guard, never, left), space.and(guard, feasible))
  const known = onlyKnown(diagram, space.and(fires, stops))
  for (const { model } of poolNamed(policy, pool)?.models ?? []) {
    const region: Diagram = space.and(known, candidateOf(model, frame))
    const cells = region === never ? undefined : smallest(diagram, region)
    if (cells === undefined) continue
    const decision = decisionIn(diagram, situationOf(diagram, cells))
    if (decision.rule !== rule.name || decision.noRoute === undefined) continue
    return { model, pool, example: exampleText(diagram, cells) }
  }
  return undefined
}
