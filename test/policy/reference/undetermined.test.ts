import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { converse } from '../../support/conversation.ts'
import type { Facts } from '../../support/conversation.ts'
import { small } from '../../support/policy-of.ts'

const triage = 'classifier triage { model small scores main timeout 10s }'
const judge = 'scale mood = [calm, tense] classifier judge { model small labels mood timeout 10s }'

function first(text: string, facts: Facts = {}): ReturnType<ReturnType<typeof converse>['user']> {
  return converse(small(text)).user('hello', facts)
}

describe('undetermined decisions', () => {
  it('an unknown guard does not fire, and marks what is decided after it', () => {
    const text = `on start { rule a: when team is "x" then use big rule b: when turn is 1 then use mid otherwise use small }`
    expect(first(text)).toMatchObject({ rule: 'b', undetermined: true, missing: ['team'] })
    expect(first(text, { prompt: { signals: { team: 'y' } } })).toMatchObject({ rule: 'b', undetermined: false })
  })

  it('an unknown guard that was never reached marks nothing', () => {
    const text = `on start { rule b: when turn is 1 then use mid rule a: when team is "x" then use big otherwise use small }`
    expect(first(text)).toMatchObject({ rule: 'b', undetermined: false, missing: [] })
  })

  it('an unknown part that did not matter marks nothing', () => {
    const text = `on start { rule a: when team is "x" and turn > 1 then use big otherwise use small }`
    expect(first(text)).toMatchObject({ rule: 'otherwise', undetermined: false })
  })

  it('names everything that was missing, sorted', () => {
    const text = `on start { rule a: when workflow is "x" or team is "x" then use big otherwise use small }`
    expect(first(text)).toMatchObject({ missing: ['team', 'workflow'] })
  })

  it('an effect whose argument is unknown rests, and marks', () => {
    const text = `${judge} state { level peak on mood }
      on start { rule r: when turn is 1 then raise peak to judge.label
        rule high: when peak is not none then use big otherwise use small }`
    expect(first(text)).toMatchObject({ model: 'small', after: ['r'], undetermined: true, missing: ['judge'] })
  })

  it('a missing verdict marks who read its status, though `status is not ok` holds', () => {
    const text = `${triage} on start { rule none-there: when triage.status is not ok then use big otherwise use small }`
    expect(first(text)).toMatchObject({ rule: 'none-there', undetermined: true, missing: ['triage'] })
    const timeout = { prompt: { classifiers: { triage: { status: 'timeout' } } } } as const
    expect(first(text, timeout)).toMatchObject({ rule: 'none-there', undetermined: false })
  })

  it('asks from left to right, no further than needed, and at most once', () => {
    const text = `${triage} ${judge} on start {
      rule a: when turn > 1 and triage.status is ok then use big
      rule b: when turn is 1 or triage.status is ok then alert "x"
      rule c: when judge.label is calm and judge.status is ok then use mid
      otherwise use small
    }`
    expect(first(text)).toMatchObject({ asked: ['judge'] })
  })
})

describe('thresholds', () => {
  it('a higher threshold never gives a cheaper model', () => {
    const share = fc.integer({ min: 0, max: 100 })
    const verdict = fc.record({ big: share, mid: share, small: share })
    const price: { readonly [model: string]: number } = { small: 1, mid: 2, big: 3 }
    const chosen = (threshold: number, scores: { readonly [model: string]: number }): number => {
      const literal = (threshold / 100).toFixed(2)
      const text = `${triage} on start { otherwise choose cheapest from main where score(it) >= ${literal} else use big }`
      const scoresMillionths = Object.fromEntries(Object.entries(scores).map(([model, value]) => [model, value * 10_000]))
      const { model = '' } = first(text, { prompt: { classifiers: { triage: { status: 'ok', scoresMillionths } } } })
      return price[model] ?? Number.NaN
    }
    fc.assert(
      fc.property(share, share, verdict, (one, other, scores) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        expect(chosen(high, scores)).toBeGreaterThanOrEqual(chosen(low, scores))
      }),
      { numRuns: 60 },
    )
  })
})
