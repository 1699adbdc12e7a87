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
