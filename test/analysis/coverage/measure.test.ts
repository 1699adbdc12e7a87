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
  const { rules, conditions, boundaries, lines } = measureCoverage(policy).coverage
  return {
    rules: rules.map(({ point, fired }) => [point.key, fired]),
    conditions: conditions.map(({ point, ...counts }) => [point.key, counts]),
    boundaries: boundaries.map(({ point, ...counts }) => [point.key, counts]),
    lines: lines.map(({ point, acted }) => [point.key, acted]),
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

const serving = `
serve any {
  prefer not outage(it, 30s)
  require region(it) in [us, eu]
  sticky provider
  retry 1 times on [server]
  failover on [server, rate-limit]
  fallback on [context-window] to [mid]
  fallback on [any] to [small]
  cooldown { trip at once on [rate-limit] lasts 1min }
  breaker { trip after 2 failures in 1min on [server] lasts 1min }
  limit 9 calls per 1min
}
serve mid { failover on [any] }
profile near { require region(it) is us }
profile alone { fallback on [any] to [mid] }
budget month { limit $1_000 per month at 80% then alert "soon" at 100% then stop "spent" }
on start { rule near: when images is 1 then use big with near otherwise use big }
on turn, call { otherwise keep }
`

describe('coverage of serving', () => {
  const unacted = (tests: string): readonly string[] =>
    missing(measureCoverage(small(`${serving}\n${tests}`)).coverage).filter((line) => !line.startsWith('rule '))

  it('names each line that acts in no test, and each outcome of `prefer` and `require`', () => {
    expect(unacted('test "a" { user "hello" -> big }')).toMatchInlineSnapshot(`
      [
        "serve any: \`outage(it, 30s)\` is true",
        "serve any: \`region(it) in [us, eu]\` is false",
        "profile near: \`region(it) is us\` is true",
        "profile near: \`region(it) is us\` is false",
        "serve any: a call goes to the provider it is sticky to",
        "serve any: a retry is made",
        "serve any: failover goes on to another host",
        "serve any: fallback on [context-window] to [mid] is taken",
        "serve any: fallback on [any] to [small] is taken",
        "serve any: the cooldown trips",
        "serve any: the breaker opens",
        "serve any: the limit of 9 calls per 1min refuses",
        "profile alone: fallback on [any] to [mid] is taken",
        "budget month: 80% is reached, then alert "soon"",
        "budget month: 100% is reached, then stop "spent"",
      ]
    `)
  })

  it.each([
    ['a call goes to the provider it is sticky to', 'user "a" -> big  user "b" -> big'],
    ['a retry is made', 'fault north server for 1 calls  user "a" -> big at north where attempts is 2'],
    ['failover goes on to another host', 'fault north rate-limit for 1 calls  user "a" -> big at south'],
    ['fallback on [context-window] to [mid] is taken', 'fault north context-window for 1 calls  user "a" -> mid'],
    ['fallback on [any] to [small] is taken', 'fault north auth for 1 calls  user "a" -> small'],
    ['the cooldown trips', 'fault north rate-limit for 1 calls  user "a" -> big where cooling(north)'],
    ['the breaker opens', 'fault north server for 2 calls  user "a" -> big where open(north)'],
    ['the limit of 9 calls per 1min refuses', 'user "a" -> big  repeat 9 times { call -> big }'],
    ['`outage(it, 30s)` is true', 'fault north server for 10s  wait 20s  user "a" -> big at south'],
    ['then alert "soon"', 'user "a" with { used { month 80% } } -> big'],
    ['then stop "spent"', 'user "a" with { used { month 100% } } -> stop'],
  ])('%s, in a test in which it does', (what, steps) => {
    const named = (tests: string): readonly string[] => unacted(tests).filter((line) => line.includes(what))
    expect(named('test "a" { user "hello" -> big }')).toHaveLength(1)
    expect(named(`test "a" { ${steps} }`)).toEqual([])
  })

  it('leaves out what a narrower line replaces everywhere, and failover with nowhere to go', () => {
    const { coverage } = measureCoverage(small(`
serve any { prefer outage(it, 5s) retry 1 times }
serve main { prefer outage(it, 7s) retry 2 times }
serve mid { failover on [any] }
serve small { failover on [server] }
on start { rule plain: when plan-mode then use mid otherwise use big }
test "a" { user "hello" -> big user "hello" with { plan-mode true } -> big }
`))
    expect(coverage.lines.flatMap(({ point, unreachable }) => (unreachable === undefined ? [] : [point.key, unreachable]))).toEqual([
      'serve any: a retry is made',
      'a narrower line takes its place for every model',
      'serve mid: failover goes on to another host',
      'no model has a second host under it',
      'serve small: failover goes on to another host',
      'no rule and no fallback names a model that it holds for',
    ])
    expect(coverage.conditions.slice(1).map(({ point, neverTrue }) => [point.key, neverTrue])).toEqual([
      ['serve any: outage(it, 5s)', 'a narrower line takes its place for every model'],
      ['serve main: outage(it, 7s)', undefined],
    ])
  })

  it.each([
    ['order [south] then [north]', 'hosts are tried in the order [south] then [north]', 'user "a" with { org.ignored [north] }', 'user "a"'],
    ['order by price', 'hosts are ordered by price', 'user "a" with { org.ignored [north] }', 'user "a"'],
    ['weights { north 1 south 3 }', 'hosts are drawn by their weights', 'user "a" with { org.ignored [north] }', 'user "a"'],
    ['strategy shuffle sticky endpoint', 'hosts are drawn by shuffle', 'user "a" with { org.ignored [north] } call with { org.ignored [] }', 'user "a"'],
    ['timeout first-token 9s', 'the timeout first-token runs out', 'fault north server for 1 calls user "a"', 'fault north timeout for 1 calls user "a"'],
    ['timeout idle 9s', 'the timeout idle runs out', 'user "a"', 'fault north timeout for 1 calls user "a"'],
    ['timeout total 9s retry 1 times { backoff 9s }', 'the timeout total runs out', 'fault north server for 1 calls user "a" with { org.blocked [big] }', 'fault north server for 1 calls user "a"'],
  ])('a line that orders or times acts where there is something to order or to time: %s', (line, point, without, within) => {
    const acted = (steps: string): readonly number[] => {
      const policy = small(`serve any { ${line} }\non start, turn, call { otherwise use big }\ntest "a" { ${steps} check turns is 1 }`)
      return measureCoverage(policy).coverage.lines.flatMap((each) => (each.point.text === point ? [each.acted] : []))
    }
    expect(acted(without)).toEqual([0])
    expect(acted(within)).toEqual([1])
  })

  it('knows each line by what it says, once', () => {
    const keys = coveragePoints(small(serving)).lines.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toContain('profile alone: fallback on [any] to [mid] is taken')
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
        { numRuns: 2 },
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
