import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/policy/decision.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { runTests } from '../../src/replay/scenario.ts'
import type { TestFailure } from '../../src/replay/scenario.ts'
import { small } from '../support/policy-of.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const files = shippedRouteFiles()
const libraries = new Map(files.map(({ name, text }) => [name, text]))
const policies = files.filter(({ text }) => /^policy /m.test(text))

describe('the tests of the shipped policies', () => {
  it.each(policies)('$name: all pass', ({ name, text }) => {
    const { policy } = loadPolicyText(name, text, libraries)
    const results = policy === undefined ? [] : runTests(policy)
    expect(results.length).toBeGreaterThan(0)
    expect(results.filter((result) => result.failure !== undefined)).toEqual([])
  })
})

const stuckPolicy = `
phrases thrash = ["try another", "wait"]
signal stuck = count thrash in last 3 assistant messages
ladder up { small -> mid -> big }
state { latch climbed }
on start {
  rule picture: when images > 0 then use big
  otherwise use small
}
on turn, call {
  rule climb: when stuck >= 2 then set climbed, upgrade via up else keep
  otherwise keep
}
serve any {
  retry 1 times on [server] { backoff 1s 2x }
  failover on [server, overloaded]
  fallback on [overloaded] to [mid]
}
`

/** The first failure of one test over that policy; `undefined`: it passes. */
function failureOf(steps: string): TestFailure | undefined {
  const [result] = runTests(small(`${stuckPolicy}\ntest "t" { ${steps} }`))
  return result?.failure
}

describe('a test of a policy', () => {
  it.each([
    ['user "hi" -> small', 'the model'],
    ['user "hi" -> small at south by otherwise', 'host and rule'],
    ['user "hi" with { images 1 } -> big by picture', 'an image'],
    ['user "hi" assistant "Wait, try another" call -> mid by climb where climbed', 'phrases in the reply'],
    ['user "hi" assistant "wait" call -> small by otherwise where stuck is 1', 'the value of a signal'],
    ['user "hi" repeat 2 times { assistant "wait" call } check climbed and upgrades is 1', 'a check after a repeat'],
    ['user "a" assistant "wait" user "b" assistant "wait" user "c" -> mid by climb', 'windows over turns'],
    ['given { messages unknown } user "hi" call -> small where undetermined', 'what nobody knows'],
    ['fault south server for 1 calls user "hi" -> small at south where attempts is 2', 'a retry'],
    ['fault south server for 2 calls user "hi" -> small at north where attempts is 3', 'failover after retries'],
    ['fault south overloaded for 1 calls user "hi" -> small at north where attempts is 2', 'failover without a retry'],
    ['fault south server for 1s user "hi" -> small at south where attempts is 2', 'a fault that ends during backoff'],
    ['fault south overloaded for 1min wait 1min user "hi" -> small at south', 'a fault that is over'],
    ['fault south overloaded for 1min fault north overloaded for 1min user "hi" -> exhausted', 'nobody left but the same host'],
    [
      'fault south overloaded of small for 1min fault north overloaded for 1min user "hi" -> mid at south where fallbacks is 1 and chosen is small',
      'fallback to another model',
    ],
    ['fault south auth for 1 calls user "hi" -> denied', 'a refusal'],
    ['given { org.blocked [small] } user "hi" -> stop by otherwise', 'no route'],
    ['user "hi" user "b" with { org.blocked [small] } -> stop by otherwise', 'a fact of one call'],
  ])('passes: %s (%s)', (steps) => {
    expect(failureOf(steps)).toBeUndefined()
  })

  it.each([
    ['user "hi" -> big', '-> big', '-> small at south by otherwise'],
    ['user "hi" -> small at north', '-> small at north', '-> small at south by otherwise'],
    ['user "hi" -> small by climb', '-> small by climb', '-> small at south by otherwise'],
    ['user "hi" -> small where stuck is 1', 'stuck is 1', 'stuck 0'],
    ['user "hi" -> stop', '-> stop', '-> small at south by otherwise'],
    ['user "hi" check undetermined', 'undetermined', 'undetermined false'],
    ['user "hi"', 'an outcome or a check', 'the test asserts nothing'],
  ])('fails: %s', (steps, expected, got) => {
    const failure = failureOf(steps)
    expect(failure).toMatchObject({ expected, got })
  })

  it('says how the call was decided that came out otherwise', () => {
    const failure = failureOf('user "hi" assistant "wait" call -> mid by climb')
    const labelsIn = (node: Explanation): readonly string[] => [node.label, ...node.children.flatMap(labelsIn)]
    const labels = failure?.explanation === undefined ? [] : labelsIn(failure.explanation)
    expect(failure?.explanation?.value).toBe('small by otherwise')
    expect(labels.some((label) => label.includes('climb'))).toBe(true)
    expect(failure?.location.source.text.slice(failure.location.span.start, failure.location.span.end)).toBe(
      '-> mid by climb',
    )
  })

  it('takes what the arrow names where a draw decides, else the likeliest', () => {
    const policy = small(`
      pool mixed = [small weight 1, mid weight 3]
      on start { otherwise split: choose weighted per call from mixed else use big }
      test "named" { user "hi" -> small by split where chance(small) is 25% and chance(mid) is 75% and chance(big) is 0% }
      test "likeliest" { user "hi" check chosen is mid }
      test "impossible" { user "hi" -> big }
    `)
    const results = runTests(policy).map(({ title, failure }) => [title, failure === undefined])
    expect(results).toEqual([['named', true], ['likeliest', true], ['impossible', false]])
  })

  it('a repeat of repeats ends at the limit, with a word about it', () => {
    const failure = failureOf('repeat 200 times { repeat 200 times { user "hi" } } check upgrades is 0')
    expect(failure?.got).toBe('more than 10000 calls')
  })
})

describe('a fault of a test', () => {
  const unmet = (steps: string): number => runTests(small(`${stuckPolicy}\ntest "t" { ${steps} }`))[0]?.unmetFaults.length ?? -1

  it.each([
    ['that an attempt meets', 'fault south server for 1 calls user "hi" -> small', 0],
    ['of a host that nobody tries', 'fault north server for 1 calls user "hi" -> small at south', 1],
    ['that is over when the host is tried', 'fault south server for 1s wait 1s user "hi" -> small at south', 0],
    ['of another model', 'fault south server of big for 1min user "hi" -> small at south', 1],
  ])('%s', (_title, steps, expected) => {
    expect(unmet(steps)).toBe(expected)
  })
})
