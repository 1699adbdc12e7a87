import { describe, expect, it } from 'vitest'
import { isProvedAlike } from '../../src/analysis/mutation/equivalence.ts'
import { mutantsOf } from '../../src/analysis/mutation/mutants.ts'
import { mutationScore } from '../../src/analysis/mutation/score.ts'
import { small } from '../support/policy-of.ts'

const rules = `
on start { otherwise use big }
on turn, call { otherwise keep }
`

/** What the mutants of serving change, with their places. */
function changes(text: string): readonly string[] {
  return mutantsOf(small(`${text}${rules}`))
    .filter(({ place }) => /^(serve|profile|budget|provider|host) /.test(place))
    .map(({ kind, place, change }) => `${place}, ${kind}: ${change}`)
}

describe('mutants of serving', () => {
  it('make one mistake each, in the order of the policy', () => {
    expect(
      changes(`
serve any {
  order [north] then [south]
  prefer not outage(it, 30s)
  require region(it) in [us, eu]
  sticky provider
  retry 1 times on [server, 429]
  failover on [any]
  fallback on [any] to [small]
  cooldown { trip at once on [rate-limit] trip after 2 failures in 1min lasts 1min }
  breaker { trip above 50% of at least 5 calls in 1min lasts 30s }
  limit 9 calls per 1min
}
profile near { retry 0 times }
budget month { limit $1_000 per month at 80% then alert "soon" at 100% then stop "spent" }
`),
    ).toMatchInlineSnapshot(`
      [
        "serve any, negate: \`outage(it, 30s)\` negated",
        "serve any, negate: \`region(it) in [us, eu]\` negated",
        "serve any, swap groups: [south] stands before [north]",
        "serve any, drop line: without \`prefer not outage(it, 30s)\`",
        "serve any, drop line: without \`require region(it) in [us, eu]\`",
        "serve any, drop line: without \`sticky provider\`",
        "serve any, move threshold: retry 2 times",
        "serve any, move threshold: retry 0 times",
        "serve any, drop class: retry without \`server\`",
        "serve any, drop class: retry without \`429\`",
        "serve any, drop class: failover without \`any\`",
        "serve any, drop line: without \`fallback on [any] to [small]\`",
        "serve any, move threshold: trip 2 of the cooldown: 3 failures",
        "serve any, move threshold: trip 2 of the cooldown: 1 failures",
        "serve any, drop line: without trip 1 of the cooldown",
        "serve any, drop line: without trip 2 of the cooldown",
        "serve any, move threshold: the cooldown lasts half as long",
        "serve any, move threshold: trip 1 of the breaker: 51%",
        "serve any, move threshold: trip 1 of the breaker: 49%",
        "serve any, move threshold: trip 1 of the breaker: at least 6 calls",
        "serve any, move threshold: trip 1 of the breaker: at least 4 calls",
        "serve any, move threshold: the breaker lasts half as long",
        "serve any, move threshold: a limit of 8 calls",
        "profile near, move threshold: retry 1 times",
        "budget month, move threshold: half the limit",
        "budget month, move threshold: at 101% then stop "spent"",
        "budget month, move threshold: at 99% then stop "spent"",
        "budget month, drop line: without \`at 100% then stop "spent"\`",
      ]
    `)
  })

  it.each([
    ['the order of two groups', 'order [north] then [south]', 'user "a" -> big at north'],
    ['a line of `prefer`', 'prefer provider(it) is south', 'user "a" -> big at south'],
    ['a line of `require`', 'require provider(it) is south', 'user "a" -> big at south'],
    ['stickiness', 'sticky provider', 'user "a" with { org.ignored [north] } -> big at south user "b" with { org.ignored [] } -> big at south'],
    ['the classes of a retry', 'retry 1 times on [server]', 'fault north server for 1 calls user "a" -> big at north fault north server for 2 calls user "b" -> exhausted'],
    ['the classes of failover', 'failover on [server]', 'fault north server for 1 calls user "a" -> big at south'],
    ['a fallback', 'fallback on [server] to [mid]', 'fault north server for 1 calls user "a" -> mid'],
    [
      'how often and how long a breaker trips',
      'breaker { trip after 2 failures in 1min lasts 1min }',
      `user "a" -> big
       fault north server for 1 calls
       user "a" -> exhausted where not open(north)
       fault north server for 1 calls
       user "a" -> exhausted where open(north)
       wait 31s
       check open(north)`,
    ],
    ['an order by request', 'order by request', 'given { request.order [south] } user "a" -> big at south'],
    [
      'weights',
      'weights { north 3 south 1 }',
      'user "a" -> big where chance(north) is 75%',
    ],
    ['pauses', 'retry 2 times { backoff 10s 2x }', 'fault north server for 30s user "a" -> big at north where attempts is 3 fault north server for 3 calls user "b" -> exhausted'],
    ['what a host may ask for', 'retry 1 times { retry-after up to 60s }', 'fault north 429 retry-after 60s for 60s user "a" -> big at north where attempts is 2 fault north server for 2 calls user "b" -> exhausted'],
    ['timeouts', 'timeout first-token 30s failover on [timeout]', 'fault north timeout for 1 calls fault south server for 30s user "a" -> big at south'],
    [
      'how long a session sticks',
      'sticky endpoint for 10min refreshed on use',
      `user "a" with { org.ignored [north] } -> big at south
       wait 9min user "b" with { org.ignored [] } -> big at south
       wait 9min user "c" -> big at south
       wait 10min user "d" -> big at north`,
    ],
    ['which error is reported', 'failover on [any] error first', 'fault north auth for 1 calls fault south server for 1 calls user "a" -> denied where attempts is 2'],
    [
      'how many models are fallen back to',
      'fallback on [any] to [mid, small] max-fallbacks 1',
      'fault north server for 9 calls fault south server for 9 calls user "a" -> exhausted where fallbacks is 1',
    ],
    [
      'overflow to another host',
      'dedicated north { capacity 100k tokens per 60s overflow fail }',
      `given { context.length 50k tokens }
       user "a" -> big at north user "b" -> big at north user "c" -> big at south`,
    ],
    ['a limit', 'limit 2 calls per 1min', 'repeat 2 times { user "a" -> big at north } user "b" -> big at south'],
  ])('of %s are noticed by a test that needs it', (_what, line, steps) => {
    const { mutants } = mutationScore(small(`serve any { ${line} }${rules}\ntest "a" { ${steps} }`))
    const own = mutants.filter(({ mutant }) => mutant.place === 'serve any')
    expect(own.length).toBeGreaterThan(0)
    expect(own.flatMap(({ mutant, verdict }) => (verdict.kind === 'killed' ? [] : [`${mutant.change} ${verdict.kind}`]))).toEqual([])
  })

  it('of a budget are noticed at its shares and by what is charged', () => {
    const { mutants } = mutationScore(
      small(`
budget day { limit $1 per day window first-spend at 100% then stop "spent" }
${rules}
test "just below" { user "a" with { used { day 99.99% } } -> big }
test "reached" { user "a" with { used { day 100% } } -> stop }
test "half of it" { user "a" with { context.length 100k tokens } -> big where cost is $0.50 user "b" -> big }
`),
    )
    const budget = mutants.filter(({ mutant }) => mutant.place === 'budget day')
    expect(budget.map(({ verdict }) => verdict.kind)).toEqual(['killed', 'killed', 'killed', 'killed'])
  })
})

describe('a mutant of serving that changes nothing', () => {
  const alike = (text: string): readonly string[] => {
    const policy = small(text)
    return mutantsOf(policy)
      .filter((mutant) => isProvedAlike(policy, mutant.policy))
      .map(({ place, change }) => `${place}: ${change}`)
  }

  it('is told where a narrower line stands in for it, where `any` says it all, where no host is left to differ', () => {
    expect(
      alike(`
serve any { retry 1 times failover on [server, any] }
serve main { retry 2 times }
serve mid { order [south] then [north] }
${rules}`),
    ).toEqual([
      'serve any: retry 2 times',
      'serve any: retry 0 times',
      'serve any: failover without `server`',
      'serve mid: [north] stands before [south]',
    ])
  })

  it('is told where a limit is above every pause and every chain, and of what holds anyway', () => {
    expect(
      alike(`
serve any { retry 2 times { backoff 1s 2x up to 2s } fallback on [any] to [small, mid] max-fallbacks 2 }
profile quick { strategy latency { samples 10, buffer 0%, forget 1h } }
${rules}`),
    ).toEqual([
      'serve any: pauses of retries without their limit',
      'serve any: max-fallbacks 3',
      'profile quick: strategy latency without `samples`',
      'profile quick: strategy latency without `buffer`',
    ])
  })

  it('is not told of what decisions do not read but hosts and fallbacks are chosen by', () => {
    expect(alike(`signal late = turn > 3\nserve any { require late or region(it) is us }${rules}`)).toEqual([])
    expect(alike(`deny abroad: endpoints where region(it) is eu when turn > 3${rules}`)).toEqual([])
    expect(alike(`deny plain: models where it is small when turn > 3\nserve any { fallback on [any] to [small] }${rules}`)).toEqual([])
  })
})
