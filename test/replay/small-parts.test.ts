import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import type { Endpoint } from '../../src/policy/core.ts'
import { dateOfDay } from '../../src/replay/day.ts'
import { drawnGroups } from '../../src/replay/draw-hosts.ts'
import { bucketMillionths, drawMillionths } from '../../src/policy/draw.ts'
import { explainCall } from '../../src/replay/explain-call.ts'
import { mergeTallies, tallyOf } from '../../src/replay/tally.ts'
import { loadTrace } from '../../src/trace/read.ts'
import { small } from '../support/policy-of.ts'

describe('the day of an instant', () => {
  it('is that of the calendar, leap years and centuries included', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (day) => {
        const expected = new Date(day * 86_400_000).toISOString().slice(0, 10)
        expect(dateOfDay(day)).toBe(expected)
      }),
    )
  })
})

describe('a keyed draw', () => {
  it.each([
    [['a', 'b'], ['ab']],
    [['a', ''], ['', 'a']],
    [[1], ['1']],
    [['a', 'b', 'c'], ['a', 'bc']],
  ])('%j and %j are different keys', (left, right) => {
    expect(drawMillionths(left)).not.toBe(drawMillionths(right))
  })

  it('falls below a share about as often as the share says', () => {
    const low = Array.from({ length: 4000 }, (_, at) => bucketMillionths(`session-${at}`, 'salt')).filter((each) => each < 200_000)
    expect(low.length).toBeGreaterThan(700)
    expect(low.length).toBeLessThan(900)
  })

  it('golden: the same key has the same draw in every version', () => {
    expect([bucketMillionths('session', 'salt'), drawMillionths(['0', 's', 'serve', 1])]).toMatchInlineSnapshot(`
      [
        83539,
        470136,
      ]
    `)
  })
})

describe('hosts drawn by weight', () => {
  const host = (provider: string): Endpoint => ({
    model: 'm', provider, family: provider, region: null, account: null, quantization: null, data: [], prices: [],
    cache: undefined, latencyMicros: undefined, tokensPerSecond: undefined, limits: [],
  })
  it('every host is tried once, the first as often as its weight says', () => {
    const group = { endpoints: ['a', 'b', 'c'].map(host), stuck: false, draw: { strategy: undefined, weights: [1, 3, 0] } }
    const orders = Array.from({ length: 1000 }, (_, at) =>
      drawnGroups({ groups: [group], leftOut: [] }, { price: () => undefined, observed: { samples: () => [], inFlight: () => 0, usedTokens: () => 0 } }, (...key) => drawMillionths([at, ...key]))
        .flat()
        .map((endpoint) => endpoint.provider)
        .join(''),
    )
    const first = orders.filter((order) => order === 'abc').length
    expect(new Set(orders)).toEqual(new Set(['abc', 'bac']))
    expect(first).toBeGreaterThan(200)
    expect(first).toBeLessThan(300)
  })
})

describe('tallies', () => {
  it('count hostile names and keep their keys in order', () => {
    const tally = mergeTallies(tallyOf(['b', '__proto__', 'b']), tallyOf(['a', '__proto__']))
    expect(Object.entries(tally)).toEqual([['__proto__', 2], ['a', 1], ['b', 2]])
  })
})

describe('explaining one call', () => {
  it('shows how it was decided, and where it went', async () => {
    const policy = small('on start { rule vision: when images > 0 then use big  otherwise use small }')
    const { loaded } = await loadTrace(['traces/factory-session.jsonl'])
    const [session] = loaded
    if (session === undefined) throw new Error('no session')
    const options = { evaluator: referenceEvaluator(policy), seed: '0' }
    const found = explainCall(session, 3, options)
    expect(found?.result).toMatchObject({ call: 3, served: { model: 'small', provider: 'south' } })
    expect(found?.explanation.value).toBe('small by otherwise')
    expect(explainCall(session, 99, options)).toBeUndefined()
  })
})
