import { describe, expect, it } from 'vitest'
import { modelledCall } from '../../src/replay/call-money.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import { small } from '../support/policy-of.ts'

describe('a call past its divergence', () => {
  const policy = small('on start { otherwise use mid }')
  const usage = {
    uncachedInput: 0,
    cacheRead: 60_000,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 0,
    outputQuality: 'exact',
    audioInput: 0,
    audioCacheRead: 7_000,
  } as const
  const call: CallRecord = { record: 'call', session: 's', call: 1, prompt: { tokens: 60_000 }, usage, end: 'served' }
  const read = (cacheRead: number): { uncachedInput: number; cacheRead: number; cacheWrite5m: number; cacheWrite1h: number } => ({
    uncachedInput: 60_000 - cacheRead, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0,
  })

  it('has no price where it has one only as long as so much of it is read', () => {
    const place = { model: 'mid', provider: 'south' }
    const priced = (most: number): ReturnType<typeof modelledCall> =>
      modelledCall(policy, call, place, { value: read(0), mostRead: read(most), leastRead: read(0) }, true)
    expect(priced(0)).toMatchObject({ level: 'modelled', lo: expect.any(BigInt) })
    // Part of what is read is sound, of which the catalogue has no price.
    expect(priced(60_000)).toMatchObject({ level: 'unknown', value: null, lo: null, hi: null })
  })
})
