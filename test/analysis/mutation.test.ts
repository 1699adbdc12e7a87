import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProvedAlike, isProvedEquivalent } from '../../src/analysis/mutation/equivalence.ts'
import { mutantsOf } from '../../src/analysis/mutation/mutants.ts'
import { mutationScore } from '../../src/analysis/mutation/score.ts'
import { policyDigest } from '../../src/policy/digest.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { madeUpSession } from '../support/arbitrary-session.ts'
import { runSession } from '../support/run-session.ts'
import type { Step } from '../support/run-session.ts'
import { small } from '../support/policy-of.ts'
import { shippedPolicies } from '../support/shipped-policies.ts'

const text = `
setting limit = 2 from 1 to 9
state { latch seen }
deny cheap: models where it is small when plan-mode
on start {
  rule first: when images >= limit and not plan-mode then set seen, use big
  rule second: when images >= 1 then use mid else use small
  otherwise use small
}
on turn, call {
  rule up: when images > 5 then upgrade to big
  otherwise keep
}
`

const tests = `
test "two" { user "a" with { images 2 } -> big by first where seen }
test "one" { user "a" with { images 1 } -> mid by second }
test "none" { user "a" -> small by otherwise }
`

describe('mutants', () => {
  it('make one mistake each, in the order of the policy', () => {
    expect(mutantsOf(small(text)).map(({ kind, place, change }) => `${place}, ${kind}: ${change}`)).toMatchInlineSnapshot(`
      [
        "filter cheap, negate: \`plan-mode\` negated",
        "filter cheap, negate: \`it is small\` negated",
        "rule first, drop condition: without \`images >= limit\`",
        "rule first, drop condition: without \`not plan-mode\`",
        "rule first, negate: \`images >= limit\` negated",
        "rule first, move threshold: \`images >= limit\` becomes \`images >= 3\`",
        "rule first, move threshold: \`images >= limit\` becomes \`images >= 1\`",
        "rule first, negate: \`plan-mode\` negated",
        "rule second, negate: \`images >= 1\` negated",
        "rule second, move threshold: \`images >= 1\` becomes \`images >= 2\`",
        "rule second, move threshold: \`images >= 1\` becomes \`images >= 0\`",
        "rule up, negate: \`images > 5\` negated",
        "rule up, move threshold: \`images > 5\` becomes \`images > 6\`",
        "rule up, move threshold: \`images > 5\` becomes \`images > 4\`",
        "filter cheap, drop filter: without the filter",
        "rule second, swap rules: \`second\` stands before \`first\`",
        "rule first, change target: \`big\` becomes \`mid\`",
        "rule first, drop effect: without \`set seen\`",
        "rule second, change target: \`mid\` becomes \`small\`",
        "rule second, change target: in its else, \`small\` becomes \`big\`",
        "otherwise of on start, change target: \`small\` becomes \`big\`",
        "rule up, change target: \`big\` becomes \`mid\`",
      ]
    `)
  })

  it('mean something else than the policy, and no two of shipped ones the same', () => {
    for (const { policy } of shippedPolicies()) {
      const own = policyDigest(policy)
      const digests = mutantsOf(policy).map((mutant) => policyDigest(mutant.policy))
      expect(digests).not.toContain(own)
      // A threshold may be moved by one to what a dropped condition is as well; never twice alike within a kind.
      expect(new Set(digests).size).toBe(digests.length)
    }
  })

  it('change a block in every moment that it stands for', () => {
    for (const { policy } of mutantsOf(small(text))) expect(policy.blocks.turn).toBe(policy.blocks.call)
  })
})

describe('the mutation score', () => {
  it('names what no test notices, and is the same every time', () => {
    const policy = small(`${text}${tests}`)
    const score = mutationScore(policy)
    expect(score.killed + score.survived).toBe(score.mutants.length)
    const survivors = score.mutants.flatMap(({ mutant, verdict }) =>
      verdict.kind === 'survived' ? [`${mutant.place}: ${mutant.change}`] : [],
    )
    expect(survivors).toContain('rule up: `big` becomes `mid`')
    expect(survivors).toContain('filter cheap: without the filter')
    expect(survivors).not.toContain('rule first: without `set seen`')
    expect(mutationScore(policy)).toEqual(score)
  })

  it('kills nothing by a test that fails anyhow', () => {
    const { killed } = mutationScore(small(`${text}\ntest "wrong" { user "a" -> big }`))
    expect(killed).toBe(0)
  })

  it('leaves out what is proved to be the same', () => {
    const score = mutationScore(
      small(`
        on start {
          rule many: when images >= 5 and images >= 3 then use big
          rule few: when images < 2 then use mid
          otherwise use mid
        }
        test "a" { user "a" with { images 5 } -> big by many }
        test "b" { user "a" with { images 4 } -> mid by otherwise }
        test "c" { user "a" with { images 2 } -> mid by otherwise }
        test "d" { user "a" with { images 1 } -> mid by few }
      `),
    )
    const same = score.mutants.filter(({ verdict }) => verdict.kind === 'equivalent')
    expect(same.map(({ mutant }) => mutant.change)).toEqual([
      'without `images >= 3`',
      '`images >= 3` becomes `images >= 4`',
      '`images >= 3` becomes `images >= 2`',
      '`few` stands before `many`',
    ])
    expect(score.survived).toBe(0)
  })
})

const atom = fc.oneof(
  fc.nat(3).map((count) => `images >= ${count}`),
  fc.nat(3).map((count) => `images < ${count}`),
  fc.nat(3).map((count) => `calls since switch >= ${count}`),
  fc.constantFrom('plan-mode', 'not plan-mode', 'sidechain', 'turn > 1', 'context.length >= 10k tokens'),
)
const guard = fc
  .tuple(fc.constantFrom(' and ', ' or '), fc.array(atom, { minLength: 1, maxLength: 3 }))
  .map(([operator, atoms]) => atoms.join(operator))

/** Rules whose conditions often exclude or imply each other. */
const overlapping = fc
  .array(fc.tuple(guard, fc.constantFrom('use big', 'use mid', 'set seen, use big')), { minLength: 2, maxLength: 4 })
  .map((rules) => {
    const written = rules.map(([when, then], at) => `rule r${at}: when ${when} then ${then} else use mid`)
    return `state { latch seen }\non start, turn, call { ${written.join(' ')} otherwise use mid }`
  })

describe('a mutant that is proved equivalent', () => {
  it('chooses and says the same in any session', () => {
    let proved = 0
    fc.assert(
      fc.property(overlapping, fc.array(madeUpSession, { minLength: 4, maxLength: 4 }), (source, sessions) => {
        const policy = small(source)
        for (const { policy: changed, comparable } of mutantsOf(policy)) {
          if (comparable === undefined || !isProvedEquivalent(policy, comparable)) continue
          proved += 1
          for (const session of sessions) {
            const own = runSession(referenceEvaluator(policy), session)
            const other = runSession(referenceEvaluator(changed), session, own.conclusions)
            expect(other.steps.map(shown)).toEqual(own.steps.map(shown))
          }
        }
      }),
      { numRuns: 20 },
    )
    expect(proved).toBeGreaterThan(5)
  })
})

describe('a mutant that is proved to decide alike', () => {
  it('does so in any session, whichever rule it is that decides', () => {
    let proved = 0
    fc.assert(
      fc.property(overlapping, fc.array(madeUpSession, { minLength: 3, maxLength: 3 }), (source, sessions) => {
        const policy = small(source)
        for (const { policy: changed } of mutantsOf(policy)) {
          if (!isProvedAlike(policy, changed)) continue
          proved += 1
          for (const session of sessions) {
            const own = runSession(referenceEvaluator(policy), session)
            const other = runSession(referenceEvaluator(changed), session, own.conclusions)
            const told = ({ decision: { model, reminders, alerts, forThisCall } }: Step): unknown => ({ model, reminders, alerts, forThisCall })
            expect(other.steps.map(told)).toEqual(own.steps.map(told))
          }
        }
      }),
      { numRuns: 6 },
    )
    expect(proved).toBeGreaterThan(2)
  })

  it('is left out of the score where nothing else tells', () => {
    // A filter that another one makes needless.
    const score = mutationScore(
      small(`
        deny cheap: models where it is small
        deny cheapest: models where it is small and plan-mode
        on start { otherwise choose cheapest from main else stop "none" }
        test "a" { user "a" -> mid by otherwise }
        test "b" { user "a" with { plan-mode true } -> mid by otherwise }
      `),
    )
    const same = score.mutants.filter(({ verdict }) => verdict.kind === 'equivalent')
    expect(same.map(({ mutant }) => `${mutant.place}: ${mutant.change}`)).toContain('filter cheapest: without the filter')
  })
})

function shown({ decision }: Step): unknown {
  const { rule, after, model, reminders, alerts, upgraded, noRoute } = decision
  return { rule, after, model, reminders, alerts, upgraded, noRoute }
}

describe('a test that names a rule in its title', () => {
  it.each([
    ['and does not need it', 'stuck is seen', 'user "a" -> mid user "b" -> mid', ['rule stuck']],
    ['and needs it', 'stuck is seen', 'user "a" -> mid user "b" with { images 1 } -> big by stuck', []],
    ['beside another that it needs', 'stuck before late', 'user "a" -> mid user "b" with { images 1 } -> big by stuck', []],
    ['as a part of a word', 'unstuckable', 'user "a" -> mid user "b" -> mid', []],
  ])('%s', (_title, title, steps, expected) => {
    const policy = small(`on start { otherwise use mid }
      on turn { rule stuck: when images > 0 then use big rule late: when turn > 5 then use small otherwise keep }
      test "${title}" { ${steps} }`)
    expect(mutationScore(policy).idleTests.flatMap(({ without }) => without)).toEqual(expected)
  })
})
