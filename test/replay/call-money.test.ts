import { describe, expect, it } from 'vitest'
import { repriced } from '../../src/replay/call-money.ts'
import type { Place } from '../../src/replay/result/call.ts'
import { billed } from '../support/audited.ts'
import { policyOf } from '../support/policy-of.ts'

const policy = policyOf(
  `scale tier = [standard]
provider north { region us }
provider south { region us }
model one {
  tier standard
  served-by [north, south]
  price per 1M tokens { input $1 output $2 in us 1.5x }
}`,
  'policy p\non start { otherwise use one }',
)

describe('a factor of a region', () => {
  const usage = { uncachedInput: 1_000_000 }
  const priced = (provider: string | undefined, served: object): bigint | null => {
    const call = billed('one', usage, undefined, { served: { model: 'one', ...served } })
    const place: Place = { model: 'one', provider }
    return repriced(policy, call, call.usage ?? expect.unreachable(), place).value
  }
  const [plain, there] = [1_000_000_000_000n, 1_500_000_000_000n]

  it.each([
    ['holds where the log names the region', 'north', { provider: 'north', region: 'us' }, there],
    ['holds where the log names a region and no host', 'north', { region: 'us' }, there],
    ['does not follow a call to another host', 'south', { provider: 'north', region: 'us' }, plain],
    ['is not that of where a host stands', 'north', { provider: 'north' }, plain],
    ['is that of this region alone', undefined, { provider: 'north', region: 'eu' }, plain],
  ])('%s', (_, provider, served, price) => {
    expect(priced(provider, served)).toBe(price)
  })
})
