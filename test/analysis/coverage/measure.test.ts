import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coveragePoints } from '../../../src/analysis/coverage/points.ts'
import { measureCoverage, reached } from '../../../src/analysis/coverage/measure.ts'
import { format } from '../../../src/language/format.ts'
import { parse } from '../../../src/language/parser.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { missing } from '../../../src/report/coverage-report.ts'
import { policyText } from '../../support/arbitrary-policy.ts'
import { small } from '../../support/policy-of.ts'
import { relaid } from '../../support/relaid.ts'
import { shippedRouteFiles } from '../../support/route-files.ts'

const body = `
signal sized = when message.length <= 4 chars then 1.0 otherwise 0.0
on start {
  rule picture: when images > 0 and (not plan-mode or images > 2) then use big
  rule short: when sized >= 0.50 then use mid
  otherwise use small
}
`

/** What no test reaches of that policy under these tests. */
function unreached(tests: string, more = ''): readonly string[] {
  return missing(measureCoverage(small(`${body}${more}\n${tests}`)).coverage)
}

/** All that coverage tells, without places. */
function told(policy: Policy): unknown {
  const { rules, conditions, boundaries } = measureCoverage(policy).coverage
  return {
    rules: rules.map(({ point, fired }) => [point.key, fired]),
    conditions: conditions.map(({ point, ...counts }) => [point.key, counts]),
    boundaries: boundaries.map(({ point, ...counts }) => [point.key, counts]),
  }
}

describe('coverage', () => {
  it('names each rule, outcome and side that no test reaches', () => {
    expect(unreached('test "a" { user "hello" -> small }')).toMatchInlineSnapshot(`
      [
        "rule picture fires",
        "rule short fires",
        "rule picture: the whole guard \`images > 0 and (not plan-mode or images > 2)\` is true",
        "rule picture: \`images > 0\` is true",
        "rule picture: \`plan-mode\` is true",
        "rule picture: \`plan-mode\` is false",
        "rule picture: \`images > 2\` is true",
        "rule picture: \`images > 2\` is false",
        "rule short: \`sized >= 0.50\` is true",
        "signal sized: \`message.length <= 4 chars\` is true",
        "rule picture: \`images > 0\` just above 0",
        "rule picture: \`images > 2\` at 2",
        "rule picture: \`images > 2\` just above 2",
        "rule short: \`sized >= 0.50\` at 0.50",
        "rule short: \`sized >= 0.50\` just below 0.50",
        "signal sized: \`message.length <= 4 chars\` at 4 chars",
      ]
    `)
  })

  it('is whole once tests reach everything', () => {
    const tests = `
      test "a" { user "hello" -> small }
      test "b" { user "four" -> mid }
      test "c" { user "a" with { images 1 } -> big }
      test "d" { user "a" with { images 2, plan-mode true } -> mid }
      test "e" { user "a" with { images 3, plan-mode true } -> big }
      test "f" { user "hello" with { sized 0.50 } -> mid }
      test "g" { user "hello" with { sized 0.49 } -> small }
    `
    expect(unreached(tests)).toEqual([])
  })

  it('counts unknown apart', () => {
    expect(unreached('test "a" { user "hello" with { message.length unknown } }')).toContain(
      'signal sized: `message.length <= 4 chars` is true, only unknown',
    )
  })

  it('leaves out signals that no decision reads', () => {
    const { conditions } = coveragePoints(small(`${body}\nsignal idle = images > 9\ntest "a" { user "b" check idle }`))
    expect(conditions.filter(({ owner }) => owner.name === 'idle')).toEqual([])
  })

  it('tells each `otherwise` without a name by its block', () => {
    const { rules } = coveragePoints(small('on start { otherwise use small }\non turn, call { otherwise keep }'))
    expect(rules.map(({ name }) => name)).toEqual(['otherwise of on start', 'otherwise of on turn, call'])
  })

  it('survives names that objects have of their own', () => {
    const policy = small('on start { rule constructor: when images > 0 then use big otherwise use small }')
    expect(reached(measureCoverage(policy).coverage)).toMatchObject({ rules: { covered: 0, of: 2 } })
  })
})

const files = shippedRouteFiles()
const libraries = new Map(files.map(({ name, text }) => [name, text]))

function loaded(name: string, text: string): Policy {
  const { policy, diagnostics } = loadPolicyText(name, text, libraries)
  if (policy === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '))
  return policy
}

describe('layout and comments', () => {
  const shipped = files.filter(({ text }) => /^test /m.test(text))

  it('change nothing in the coverage of shipped policies', () => {
    expect(shipped.length).toBeGreaterThan(0)
    for (const { name, text } of shipped) {
      const before = told(loaded(name, text))
      fc.assert(
        fc.property(relaid(text), (other) => {
          expect(told(loaded(name, other))).toEqual(before)
          expect(told(loaded(name, format(parse({ name, text: other }).file)))).toEqual(before)
        }),
        { numRuns: 3 },
      )
    }
  })

  it('change nothing in what there is to cover', () => {
    fc.assert(
      fc.property(
        policyText.chain((text) => fc.tuple(fc.constant(text), relaid(text))),
        ([text, other]) => {
          expect(told(loaded('a.route', other))).toEqual(told(loaded('a.route', text)))
        },
      ),
      { numRuns: 25 },
    )
  })
})
