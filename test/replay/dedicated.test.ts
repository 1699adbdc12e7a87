import { describe, expect, it } from 'vitest'
import { dedicatedCosts } from '../../src/replay/dedicated.ts'
import { valueOfSplit } from '../../src/replay/ledger.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { small } from '../support/policy-of.ts'
import { replayed } from '../support/replaying.ts'

const hour = 3_600_000_000
const start = Date.parse('2026-06-01T09:00:00Z') * 1_000

const policy = small(`
  serve small {
    dedicated south { capacity 1k tokens per 1h  cost $20 per hour  overflow shared }
    failover on [rate-limit]
  }
  on start { otherwise use small }`)

/** Calls of 1,000 tokens that small at south answered, at these hours. */
function session(hours: readonly number[]): RecordedSession {
  const calls = hours.map((at, index): CallRecord => ({
    record: 'call',
    session: 's',
    call: index + 1,
    startMicros: start + at * hour,
    endMicros: start + at * hour + 1_000_000,
    served: { model: 'small', provider: 'south' },
    prompt: { tokens: 1_000, newImages: 0, contextImages: 0 },
    usage: { uncachedInput: 1_000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
    end: 'served',
  }))
  return { session: 's', header: undefined, calls, events: [] }
}

describe('dedicated capacity', () => {
  it('costs whole periods of the trace, used or not, and nothing more for what it takes', () => {
    const { result } = replayed(policy, [session([0, 0.5, 2.5])])
    expect(result.dedicated).toEqual([
      { provider: 'south', costPicoUsd: 20_000_000_000_000n, per: 'hour', periods: 3, sunkPicoUsd: 60_000_000_000_000n },
    ])
    const { money } = result.totals
    const ofOne = 1_000n * 300_000n + 100n * 1_200_000n
    // Half an hour refills half of it: the second call spills over.
    expect(valueOfSplit(money.dedicated)).toBe(2n * ofOne)
    expect(valueOfSplit(money.stop)).toBe(3n * ofOne)
  })

  it('says that it does not know where the log has no dates', () => {
    expect(dedicatedCosts(policy, undefined)).toMatchObject([{ provider: 'south', periods: undefined, sunkPicoUsd: undefined }])
  })
})
