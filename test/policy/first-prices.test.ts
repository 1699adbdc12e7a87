import { describe, expect, it } from 'vitest'
import type { PriceCard } from '../../src/policy/core.ts'
import { policyDigest } from '../../src/policy/digest.ts'
import { withFirstPrices } from '../../src/policy/first-prices.ts'
import { policyOf } from '../support/policy-of.ts'

const source = policyOf(
  `
  scale tier = [standard]
  provider north { region us }
  provider south { region us }
  model late {
    tier standard
    served-by [north, south]
    price per 1M tokens from 2026-01-01 { input $1 output $10 }
    price per 1M tokens from 2026-01-01 above 100k tokens { input $2 output $20 }
    price per 1M tokens from 2026-01-01 for flex { input $0.50 output $5 }
    price per 1M tokens from 2026-02-01 { input $3 output $30 }
    at south { price per 1M tokens from 2026-03-01 { input $4 output $40 } }
  }
  model old { tier standard served-by [north] price per 1M tokens { input $1 output $2 } }
  `,
  'policy p\non start { otherwise use late }',
)

const shown = (cards: readonly PriceCard[] | undefined): readonly unknown[] =>
  (cards ?? []).map(({ fromDay, aboveTokens, serviceTier, picoUsd, isAssumed }) => [
    isAssumed === true ? 'assumed' : 'declared',
    fromDay === null ? 'ever' : new Date(fromDay * 86_400_000).toISOString().slice(0, 10),
    aboveTokens,
    serviceTier,
    picoUsd.input,
  ])

describe('first prices before their day', () => {
  const [late, old] = withFirstPrices(source).models

  it('are the plain ones of every size, beside what is declared', () => {
    expect(shown(late?.prices)).toEqual([
      ['assumed', 'ever', 0, null, 1_000_000n],
      ['assumed', 'ever', 100_000, null, 2_000_000n],
      ['declared', '2026-01-01', 0, null, 1_000_000n],
      ['declared', '2026-01-01', 100_000, null, 2_000_000n],
      ['declared', '2026-01-01', 0, 'flex', 500_000n],
      ['declared', '2026-02-01', 0, null, 3_000_000n],
    ])
  })

  it('are a host’s own where it has any', () => {
    expect(shown(late?.endpoints.find(({ provider }) => provider === 'south')?.prices)[0]).toEqual(['assumed', 'ever', 0, null, 4_000_000n])
  })

  it('are not needed where a price holds from ever', () => {
    expect(shown(old?.prices)).toEqual([['declared', 'ever', 0, null, 1_000_000n]])
  })

  it('are no part of what the policy means', () => {
    expect(policyDigest(withFirstPrices(source))).toBe(policyDigest(source))
  })
})
