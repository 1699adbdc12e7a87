import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockDiagram, isUndecided } from '../../../src/check/diagram/blocks.ts'
import type { BlockDiagram } from '../../../src/check/diagram/blocks.ts'
import { takesNobodyOut } from '../../../src/check/diagram/idle-filters.ts'
import { decisionIn, situationOf } from '../../../src/check/diagram/situation.ts'
import type { Assignment } from '../../../src/check/diagram/witness.ts'
import { check } from '../../../src/check/index.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { small } from '../../support/policy-of.ts'

const condition = fc.constantFrom(
  'turn > 3', 'turn is 5', 'plan-mode', 'images > 0', 'tags has "x"', 'org.only has mid', 'used(purse) >= 50%', 'message.length > 9 chars',
)
const where = fc.constantFrom(
  'tier(it) is premium', 'accepts(it, image)', 'it is mid', 'it in org.blocked', 'it in org.only', 'price(it, input) < $2 per 1M tokens',
)
const choice = fc.oneof(
  fc.constantFrom(
    'use big else keep', 'use small else keep', 'upgrade to mid else keep', 'upgrade to big else keep', 'downgrade to small else keep', 'keep',
  ),
  where.map((own) => `choose first from main where ${own} else stop "nobody"`),
  fc.constantFrom('choose cheapest from main else stop "nobody"', 'choose highest price(it, output) from main else stop "nobody"'),
)
const filter = fc
  .tuple(fc.constantFrom('allow', 'deny'), where, fc.option(condition, { nil: undefined }))
  .map(([effect, own, when]) => `${effect} f: models where ${own}${when === undefined ? '' : ` when ${when}`}`)
const rule = fc.tuple(condition, choice)
const policyText = fc
  .tuple(fc.option(filter, { nil: undefined }), fc.array(rule, { minLength: 1, maxLength: 3 }), choice)
  .map(([own, rules, last]) =>
    `budget purse { limit $5 per session at 100% then alert "spent" }
     ${own ?? ''}
     on start { otherwise use small else stop "nobody" }
     on turn {
       ${rules.map(([when, then], index) => `rule r${index}: when ${when} then ${then}`).join('\n')}
       otherwise ${last}
     }`,
  )

/** Situations in scattered combinations of cells. */
function situations(policy: Policy, most: number): readonly { readonly diagram: BlockDiagram; readonly cells: Assignment }[] {
  const diagram = blockDiagram(policy, 'turn')
  if (diagram === undefined || isUndecided(diagram)) throw new Error('on turn is not decided')
  const { variables } = diagram.space
  let all: Assignment[] = [[]]
  for (const variable of variables.all) {
    const cells = variables.cellsOf(variable)
    all = all.flatMap((one) => cells.map((cell) => [...one, cell]))
    const keep = Math.ceil(all.length / most)
    all = all.filter((_, index) => (Math.imul(index, 2_654_435_761) >>> 7) % keep === 0)
  }
  return all.map((cells) => ({ diagram, cells }))
}

describe('models and filters', () => {
  it('are judged as every combination of inputs is decided', () => {
    const told = { models: 0, idle: 0, busy: 0 }
    fc.assert(
      fc.property(policyText, (text) => {
        const policy = small(text)
        const found = check(policy)
        const never = new Set(
          found.flatMap(({ code, message }) => (code === 'RT0304' ? [/`(\w+)`/.exec(message)?.[1]] : [])),
        )
        told.models += never.size
        const [own] = policy.filters
        const isIdle = own !== undefined && takesNobodyOut(policy, own)
        if (own !== undefined) told[isIdle ? 'idle' : 'busy'] += 1
        for (const { diagram, cells } of situations(policy, 120)) {
          const situation = situationOf(diagram, cells)
          const decision = decisionIn(diagram, situation)
          // A model that is kept was chosen before.
          const chosen = decision.model === decision.before ? undefined : decision.model
          expect([text, chosen, never.has(chosen)]).toEqual([text, chosen, false])
          if (!isIdle) continue
          const without = decisionIn({ ...diagram, policy: { ...policy, filters: [] } }, situation)
          expect([text, without.rule, without.model]).toEqual([text, decision.rule, decision.model])
        }
      }),
      { numRuns: 40 },
    )
    expect(Math.min(told.models, told.idle, told.busy)).toBeGreaterThan(0)
  }, 60_000)
})
