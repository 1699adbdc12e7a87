import { describe, expect, it } from 'vitest'
import { createAudit } from '../../../src/analysis/audit/audit.ts'
import { createPriceBook } from '../../../src/analysis/audit/price-book.ts'
import type { AuditResult } from '../../../src/analysis/audit/result.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import { billed } from '../../support/audited.ts'
import { policyOf } from '../../support/policy-of.ts'

const policy = policyOf(`
provider north { family north }
model big {
  served-by [north]
  price per 1M tokens { input $5 output $25 }
  price per 1M tokens above 200k tokens { input $10 output $37.50 }
}
model small { served-by [north] price per 1M tokens { input $1 output $2 } }
`)

function audited(calls: readonly CallRecord[], totals: { readonly [session: string]: bigint }): AuditResult {
  const book = createPriceBook([{ name: 'catalogue', policy }])
  const audit = createAudit(book, { runTotals: new Map(Object.entries(totals)) })
  for (const call of calls) audit.add(call)
  return audit.finish()
}

const call = (model: string, input: number, picoUsd?: bigint, session = 's'): CallRecord =>
  billed(model, { uncachedInput: input, output: 10 }, picoUsd, { session })
const priceOfBig = (input: number): bigint => BigInt(input) * 5_000_000n + 250_000_000n

describe('the total of a run', () => {
  it('stands for its calls without a cost', () => {
    const calls = [call('big', 1_000), call('big', 2_345)]
    const result = audited(calls, { s: priceOfBig(1_000) + priceOfBig(2_345) })
    expect(result).toMatchObject({
      unbilled: 0,
      estimates: { exact: 2, unmatched: 0 },
      runTotals: { runs: 1, calls: 2, agreeing: 0, differing: 0, unusable: 0, unknown: 0 },
    })
  })

  it('leaves them what those with a cost do not take', () => {
    const calls = [call('big', 1_000, 77n), call('big', 2_345)]
    expect(audited(calls, { s: priceOfBig(2_345) + 77n }).estimates).toMatchObject({ exact: 1 })
  })

  it('is explained, with the number of its calls', () => {
    const calls = [call('big', 1_000), call('big', 2_345), call('big', 999)]
    const { causes, estimates } = audited(calls, { s: 4_344n * 1_000_000n + 30n * 2_000_000n })
    expect(estimates).toMatchObject({ unmatched: 3 })
    expect(causes).toMatchObject([{ cause: 'price-of-another-model', calls: 3, runs: 1, detail: 'the price of `small`' }])
  })

  it('is the sum of its calls, or not, where each has a cost', () => {
    const calls = [call('big', 1, 70n, 'even'), call('big', 1, 7n, 'even'), call('big', 1, 70n, 'odd')]
    expect(audited(calls, { even: 77n, odd: 5_000_000n, gone: 1n }).runTotals).toEqual({
      runs: 0,
      calls: 0,
      agreeing: 1,
      differing: 1,
      unusable: 0,
      unknown: 1,
    })
  })

  it('is that of a session which an import has named after its first call too', () => {
    const calls = [call('big', 1_000, undefined, 'run/a1'), call('big', 2_345, undefined, 'run/a1')]
    const total = priceOfBig(1_000) + priceOfBig(2_345)
    expect(audited(calls, { run: total }).estimates).toMatchObject({ exact: 2 })
    const again = [...calls, call('big', 7, undefined, 'run/b2')]
    expect(audited(again, { run: total })).toMatchObject({ unbilled: 3, runTotals: { runs: 0, unusable: 1 } })
    // A session of the whole name is the one that is meant.
    expect(audited(calls, { run: 1n, 'run/a1': total }).runTotals).toMatchObject({ runs: 1, unknown: 1 })
  })

  it('tells nothing of several models, or of calls without tokens', () => {
    const { usage: _, ...untold } = call('big', 1, undefined, 'untold')
    const result = audited([call('big', 1), call('small', 1), untold], { s: 1n, untold: 1n })
    expect(result).toMatchObject({ unbilled: 3, runTotals: { runs: 0, unusable: 2 } })
  })

  it('is not explained where its calls have prices of several sizes', () => {
    const { causes, estimates } = audited([call('big', 1_000), call('big', 300_000)], { s: 5n })
    expect(estimates).toMatchObject({ unmatched: 2 })
    expect(causes).toMatchObject([{ cause: 'unexplained', calls: 2, runs: 1 }])
  })
})
