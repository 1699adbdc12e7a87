import { describe, expect, it } from 'vitest'
import { measureCoverage, reached } from '../../src/analysis/coverage/measure.ts'
import { suggestTests } from '../../src/analysis/suggest/suggest.ts'
import type { Suggestions } from '../../src/analysis/suggest/suggest.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import type { LoadResult } from '../../src/policy/load.ts'
import { missing } from '../../src/report/coverage-report.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const text = `policy p
import "catalogue.route"

phrases thrash = ["try another", "wait"]
signal stuck = count thrash in last 3 assistant messages
classifier triage { model mid scores main typical-output 10 tokens }
state { latch climbed }

deny blocked: models where it is small when team is "a"

on start {
  rule picture: when images >= 2 then use big else use mid
  rule docs: when workflow is "docs" then use mid
  rule failed: when triage.status is not ok then use big
  otherwise choose cheapest from main where triage.score(it) >= 0.70 else use small
}

on turn, call {
  rule climb: when stuck >= 2 and not climbed then set climbed, use big else keep
  rule never: when images > 1_000 and images < 1_000 then use big
  otherwise keep
}

test "a" { user "hi" with { triage { small 0.90 } } -> small }
`

function load(more = ''): LoadResult {
  return loadPolicyText('p.route', `${text}${more}`, new Map([['catalogue.route', smallCatalogue]]))
}

function suggestions({ policy, sources, diagnostics }: LoadResult): Suggestions {
  if (policy === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '))
  return suggestTests(policy, sources, measureCoverage(policy).coverage, { mostTries: 300 })
}

describe('suggested tests of serving', () => {
  const serving = `policy p
import "catalogue.route"
override provider south { limit 300k tokens per 1min }
serve any {
  sticky endpoint
  retry 1 times on [server] { backoff 1s }
  failover on [server, overloaded]
  fallback on [context-window] to [mid]
  cooldown { trip after 3 failures in 1min on [overloaded] lasts 1min }
  timeout first-token 30s
}
serve big { order [north] then [south] limit 40 calls per 1min }
serve small { retry 0 times failover on [server] }
serve mid { sticky provider order [south] }
profile careful { breaker { trip from 50% of at least 4 calls in 1min lasts 1min } dedicated north { capacity 50k tokens per 1min overflow fail } }
budget month { limit $100 per month at 80% then alert "soon" at 100% then stop "spent" }
on start, turn, call {
  rule careful: when tags has "careful" and path starts with "src/" then use big with careful
  otherwise use big
}
test "a" { user "hi" -> big }
`

  const open = (policy: string): LoadResult => loadPolicyText('p.route', policy, new Map([['catalogue.route', smallCatalogue]]))

  it('make hosts fail and calls come in numbers, and cover every line that can act', () => {
    const found = suggestions(open(serving))
    const { policy } = open(serving + found.suggestions.map((each) => `\n${each.text}`).join(''))
    if (policy === undefined) throw new Error('the suggested tests do not load')
    const { results, coverage } = measureCoverage(policy)
    expect(results.flatMap(({ title, failure }) => (failure === undefined ? [] : [title]))).toEqual([])
    // One host is full only after the other, and a model that is fallen back to is not chosen.
    expect(found.notFound).toEqual([
      'provider south: the limit of 300000 tokens per 1min refuses',
      'serve mid: a call goes to the provider it is sticky to',
    ])
    expect(missing(coverage)).toEqual(found.notFound)
    expect(found.unreachable.map(({ what, reason }) => `${what}: ${reason}`)).toMatchInlineSnapshot(`
      [
        "serve small: failover goes on to another host: no rule and no fallback names a model that it holds for",
        "serve mid: hosts are tried in the order [south]: no model has a second host under it",
      ]
    `)
    expect(found.suggestions.find(({ covers }) => covers[0]?.includes('failover'))?.text).toMatchInlineSnapshot(`
      "test "serve any: failover goes on to another host" {
        fault north server for 2 calls
        user "go on" -> big at south by otherwise where attempts is 3
      }
      "
    `)
  })
})

describe('suggested tests', () => {
  const found = suggestions(load())
  const { policy } = load(found.suggestions.map((each) => `\n${each.text}`).join(''))

  it('stand in the policy, pass, and cover all but what they say they do not', () => {
    if (policy === undefined) throw new Error('the suggested tests do not load')
    const { results, coverage } = measureCoverage(policy)
    expect(results.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(found.suggestions.length).toBeGreaterThan(4)
    const { conditions, boundaries } = reached(coverage)
    expect(missing(coverage)).toHaveLength(found.notFound.length)
    expect(conditions.covered + boundaries.covered).toBeGreaterThan(20)
  })

  it('say what is proved to be out of reach', () => {
    expect(found.unreachable).toEqual([
      { what: 'rule never fires', reason: 'its condition is never true (RT0301)' },
      { what: 'rule never: images > 1000 and images < 1000 is true', reason: 'it is never true where it is asked' },
      { what: 'rule never: images < 1000 is true', reason: 'it is never true where it is asked' },
      { what: 'rule never: images < 1000, at the boundary', reason: 'no call that is asked has that number' },
      { what: 'rule never: images < 1000, next to it', reason: 'no call that is asked has that number' },
    ])
  })

  it('assert the rule that decides', () => {
    const docs = found.suggestions.find(({ covers }) => covers.includes('rule docs fires'))
    expect(docs?.text).toContain('workflow "docs"')
    expect(docs?.text).toContain('-> mid by docs')
  })

  it('are the same every time', () => {
    expect(suggestions(load())).toEqual(found)
  })
})
