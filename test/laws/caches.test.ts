import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measuredBehaviours, million } from '../../src/replay/cache/behaviour.ts'
import type { CacheBehaviours } from '../../src/replay/cache/behaviour.ts'
import { exactly } from '../../src/replay/cache/range.ts'
import type { Range } from '../../src/replay/cache/range.ts'
import type { CacheRules } from '../../src/replay/cache/rules.ts'
import { bucketsOf, coldCaches, editPrefix, findCached, leaveCached } from '../../src/replay/cache/state.ts'
import type { CacheFinding, CacheRequest, CacheState } from '../../src/replay/cache/state.ts'
import { lawRuns } from '../support/law-runs.ts'

const rules: fc.Arbitrary<CacheRules> = fc.record({
  lifetimesMicros: fc.constantFrom([300], [300, 3_600], [600]),
  minimumTokens: fc.constantFrom(0, 1_024, 4_096),
  stepTokens: fc.constantFrom(1, 128, 2_016),
  refreshedOnUse: fc.boolean(),
  kind: fc.constantFrom('marked', 'marked', 'automatic'),
  isDeclared: fc.constantFrom(true, true, false),
})

/** `edit` comes before the request; `gap` after the one before. */
const step = fc.record({
  place: fc.constantFrom('a', 'a', 'b', 'c'),
  promptTokens: fc.integer({ min: 1, max: 200_000 }),
  gap: fc.constantFrom(0, 10, 299, 300, 301, 3_600, 9_999),
  beginsTurn: fc.constantFrom(true, false, undefined),
  edit: fc.constantFrom(undefined, undefined, undefined, undefined, 'compaction', 'tools'),
})

const steps = fc.array(step, { minLength: 1, maxLength: 8 })

interface Step {
  readonly place: string
  readonly promptTokens: number
  readonly gap: number
  readonly beginsTurn: boolean | undefined
  readonly edit: 'compaction' | 'tools' | undefined
}

interface Ran {
  readonly before: CacheState
  readonly request: CacheRequest
  readonly found: CacheFinding
}

function run(all: readonly Step[], by: CacheRules, behaviours: CacheBehaviours): readonly Ran[] {
  let state = coldCaches
  let startMicros = 0
  return all.map(({ place, promptTokens, gap, beginsTurn, edit }) => {
    startMicros += gap
    if (edit !== undefined) state = editPrefix(state, edit)
    const request = { place, rules: by, startMicros, promptTokens, beginsTurn }
    const before = state
    const found = findCached(before, request, behaviours)
    state = leaveCached(before, request, found, behaviours)
    return { before, request, found }
  })
}

const corners = ['lo', 'value', 'hi'] as const

describe('laws of caches', () => {
  it('law 18: buckets are not negative, make up the prompt, and read no more than was left at that place', () => {
    fc.assert(
      fc.property(steps, rules, (all, by) => {
        const left = new Map<string, number>()
        for (const { before, request, found } of run(all, by, measuredBehaviours)) {
          for (const corner of corners) {
            const buckets = Object.values(bucketsOf(before, request, found.read[corner], measuredBehaviours))
            expect(buckets.every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)).toBe(true)
            expect(buckets.reduce((sum, tokens) => sum + tokens, 0)).toBe(request.promptTokens)
          }
          expect(found.read.value).toBeLessThanOrEqual(left.get(request.place) ?? 0)
          left.set(request.place, Math.max(left.get(request.place) ?? 0, request.promptTokens))
        }
      }),
      lawRuns(100),
    )
  })

  it('also law 22: back at a model within the lifetime, no more is read than is still a prefix', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 3, maxLength: 3 }), (by, [a = 1, b = 1, c = 1]) => {
        const there = [
          { place: 'a', promptTokens: a },
          { place: 'b', promptTokens: b },
          { place: 'a', promptTokens: c },
        ].map((each) => ({ ...each, gap: 1, beginsTurn: false, edit: undefined }))
        const back = run(there, by, measuredBehaviours).at(-1)
        // What the shortest prompt since then did not hold is no prefix of the present one.
        expect(back?.found.read.value).toBeLessThanOrEqual(Math.min(a, b, c))
      }),
      lawRuns(100),
    )
  })

  it('law 22: at equal prices a switch loses cache and never gains any', () => {
    fc.assert(
      fc.property(rules, steps, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (by, all, away) => {
        const growing = all.map((each, index) => ({ ...each, promptTokens: 5_000 * (index + 2), edit: undefined }))
        const stay = run(growing.map((each) => ({ ...each, place: 'a' })), by, measuredBehaviours)
        const move = run(growing.map((each, index) => ({ ...each, place: away[index] === true ? 'b' : 'a' })), by, measuredBehaviours)
        for (const [index, { found }] of move.entries()) {
          expect(found.read.value).toBeLessThanOrEqual(stay[index]?.found.read.value ?? 0)
        }
      }),
      lawRuns(100),
    )
  })

  it('law 24: lo ≤ value ≤ hi; a wider assumption gives a wider interval, and points give points', () => {
    const wider = (range: Range, by: number, most: number): Range => ({
      lo: Math.max(0, range.lo - by),
      value: range.value,
      hi: Math.min(most, range.hi + by),
    })
    fc.assert(
      fc.property(steps, rules, fc.nat({ max: 900_000 }), fc.nat({ max: 50_000 }), (all, by, share, tokens) => {
        const narrow = run(all, by, measuredBehaviours)
        const wide = run(all, by, widened((range) => wider(range, share, million), (range) => wider(range, tokens, 200_000)))
        const points = run(all, by, widened((range) => exactly(range.value), (range) => exactly(range.value)))
        for (const [index, { found }] of narrow.entries()) {
          const { lo, value, hi } = found.read
          expect(lo <= value && value <= hi).toBe(true)
          const outer = wide[index]?.found.read ?? exactly(-1)
          expect([outer.lo <= lo, outer.value, outer.hi >= hi]).toEqual([true, value, true])
          expect(points[index]?.found.read.value).toBe(value)
        }
      }),
      lawRuns(100),
    )
  })
})

function widened(share: (range: Range) => Range, tokens: (range: Range) => Range): CacheBehaviours {
  const of = (behaviour: CacheBehaviours['marked']): CacheBehaviours['marked'] => ({
    ...behaviour,
    lossAtTurn: share(behaviour.lossAtTurn),
    lossInTurn: share(behaviour.lossInTurn),
    lossAtAnyCall: share(behaviour.lossAtAnyCall),
    baseAfterExpiry: share(behaviour.baseAfterExpiry),
    base: tokens(behaviour.base),
  })
  return { ...measuredBehaviours, marked: of(measuredBehaviours.marked), automatic: of(measuredBehaviours.automatic) }
}
