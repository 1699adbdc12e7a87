import { describe, expect, it } from 'vitest'
import { sharedStateOf } from '../../../src/replay/simulator/shared-state.ts'
import { policyOf, small, smallCatalogue } from '../../support/policy-of.ts'

const start = 'on start { otherwise use big }'

describe('the state that sessions share', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['serve any { retry 2 times failover on [any] fallback on [any] to [mid] sticky provider }', []],
    ['serve any { strategy shuffle } serve big { strategy price-weighted { power 2 } }', []],
    ['budget purse { limit $5 per session at 100% then stop "spent" }', []],
    ['budget purse { limit $5 per turn scope team at 100% then stop "spent" }', []],
    ['budget purse { limit $5 per day scope session at 100% then stop "spent" }', []],
    ['serve any { cooldown { trip at once lasts 5s } }', ['cooldown']],
    ['profile p { breaker { trip after 2 failures in 60s lasts 30s } }', ['breaker']],
    ['serve any { limit 5 calls per 60s }', ['limit']],
    ['serve any { dedicated north { capacity 400k tokens per 60s overflow shared } }', ['dedicated north']],
    ['serve any { strategy least-busy }', ['strategy least-busy']],
    ['serve any { strategy latency { samples 10 } }', ['strategy latency']],
    ['serve any { prefer not outage(it, 30s) }', ['outage']],
    ['budget month { limit $5 per month scope team at 100% then stop "spent" }', ['budget "month"']],
    ['serve any { strategy lowest-usage cooldown { trip at once lasts 5s } } budget b { limit $5 per day at 100% then stop "x" }', ['budget "b"', 'cooldown', 'strategy lowest-usage']],
  ])('of `%s` is %j', (text, expected) => {
    expect(sharedStateOf(small(`${start}\n${text}`))).toEqual(expected)
  })

  it('counts limits of providers and hosts, and nothing that only a test asks for', () => {
    const limited = smallCatalogue
      .replace('provider south { family south region eu }', 'provider south { family south region eu limit 5 calls per 60s }')
      .replace('served-by [south]', 'served-by [south] at south { limit 2 calls per 60s }')
    expect(sharedStateOf(policyOf(limited, `policy snippet\n${start}`))).toEqual(['limit of mid at south', 'limit of south'])
    expect(sharedStateOf(small(`${start}\ntest "t" { user "a" -> big where not outage(served, 30s) }`))).toEqual([])
  })
})
