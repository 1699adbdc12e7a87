import { describe, expect, it } from 'vitest'
import { measuredBehaviours } from '../../../src/replay/cache/behaviour.ts'
import type { CacheBehaviours } from '../../../src/replay/cache/behaviour.ts'
import { exactly } from '../../../src/replay/cache/range.ts'
import { cacheRulesAt } from '../../../src/replay/cache/rules.ts'
import {
  bucketsOf,
  coldCaches,
  editPrefix,
  findCached,
  leaveCached,
  noteLogged,
  placeKey,
} from '../../../src/replay/cache/state.ts'
import type { CachePlace, CacheRequest, CacheState } from '../../../src/replay/cache/state.ts'
import type { Usage } from '../../../src/trace/record.ts'
import { catalogue } from '../../support/catalogue.ts'

const minute = 60_000_000

/** Nothing is lost but by a cause. */
const lossless: CacheBehaviours = {
  ...measuredBehaviours,
  marked: {
    ...measuredBehaviours.marked,
    lossAtTurn: exactly(0),
    lossInTurn: exactly(0),
    lossAtAnyCall: exactly(0),
    base: exactly(10_000),
    baseAfterExpiry: exactly(0),
    tailTokens: 10,
    overrun: 0,
  },
}

function ask(model: string, promptTokens: number, atMinutes: number, more: Partial<CachePlace> = {}): CacheRequest {
  const place = { model, provider: undefined, region: undefined, account: undefined, serviceTier: undefined, ...more }
  return {
    place: placeKey(place),
    rules: cacheRulesAt(catalogue, model, undefined),
    startMicros: atMinutes * minute,
    promptTokens,
    beginsTurn: false,
  }
}

/** What each request finds: `tokens cause`. */
function finds(requests: readonly (CacheRequest | 'compaction' | 'tools')[], from: CacheState = coldCaches): readonly string[] {
  let state = from
  return requests.flatMap((request) => {
    if (typeof request === 'string') {
      state = editPrefix(state, request)
      return []
    }
    const found = findCached(state, request, lossless)
    state = leaveCached(state, request, found, lossless)
    return [`${found.read.value} ${found.cause}`]
  })
}

function usage(buckets: Partial<Usage>): Usage {
  return { uncachedInput: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, outputQuality: 'exact', ...buckets }
}

const opus = 'claude-opus-4-6'
const sonnet = 'claude-sonnet-4-5'

describe('what a request finds in a cache', () => {
  it('is the prompt before, within the lifetime, which counts from the start of its last use', () => {
    expect(finds([ask(opus, 50_000, 0), ask(opus, 51_000, 5), ask(opus, 52_000, 10), ask(opus, 53_000, 16)])).toEqual([
      '0 first-call',
      '49990 warm',
      '50990 warm',
      '0 expiry',
    ])
  })

  it('is nothing at another model, host, region, account or speed', () => {
    for (const place of [{ model: sonnet }, { provider: 'bedrock' }, { region: 'eu' }, { account: 'b' }, { serviceTier: 'fast' }]) {
      const moved = ask(opus, 51_000, 1, place)
      expect(finds([ask(opus, 50_000, 0), moved])).toEqual(['0 first-call', '0 first-at-place'])
    }
  })

  it('is what is still a prefix, after a switch back within the lifetime', () => {
    expect(finds([ask(opus, 50_000, 0), ask(sonnet, 55_000, 1), ask(opus, 60_000, 2)]).at(-1)).toBe('49990 warm')
    expect(finds([ask(opus, 50_000, 0), ask(sonnet, 55_000, 1), ask(opus, 60_000, 7)]).at(-1)).toBe('0 expiry')
  })

  it('is tools and system prompt after a compaction, in every cache, and nothing after another list of tools', () => {
    const before = [ask(opus, 80_000, 0), ask(sonnet, 90_000, 1)]
    expect(finds([...before, 'compaction', ask(sonnet, 30_000, 2), ask(opus, 95_000, 3)]).slice(2)).toEqual([
      '10000 compaction',
      '10000 compaction',
    ])
    expect(finds([...before, ask(sonnet, 30_000, 2)]).at(-1)).toBe('10000 compaction')
    expect(finds([...before, 'tools', ask(sonnet, 91_000, 2)]).at(-1)).toBe('0 tools')
  })

  it('is all but the end, where only the end was edited', () => {
    expect(finds([ask(opus, 80_000, 0), ask(opus, 78_000, 1)]).at(-1)).toBe('77990 warm')
  })

  it('is nothing for a prompt below the minimum', () => {
    expect(finds([ask(opus, 4_000, 0), ask(opus, 4_050, 1), ask(opus, 5_000, 2)])).toEqual([
      '0 too-short',
      '0 too-short',
      '0 first-at-place',
    ])
  })

  it('comes in whole blocks where the catalogue says so', () => {
    expect(finds([ask('gemini-3-pro', 9_000, 0), ask('gemini-3-pro', 9_100, 1)]).at(-1)).toBe('8064 warm')
  })

  it('lies between nothing and the whole prompt at a place that the session was never at', () => {
    const state = noteLogged(coldCaches, ask(opus, 50_000, 0), usage({ cacheWrite5m: 50_000 }), lossless)
    expect(findCached(state, ask(sonnet, 51_000, 1), lossless).read).toEqual({ lo: 0, value: 0, hi: 50_990 })
  })

  it('cannot be what a reply that has not begun will write', () => {
    const state = leaveCached(coldCaches, ask(opus, 50_000, 0), { read: exactly(0), cause: 'first-call' }, lossless, minute)
    expect(findCached(state, ask(opus, 50_000, 0.5), lossless)).toMatchObject({ cause: 'overlap', read: { value: 10_000 } })
    expect(findCached(state, ask(opus, 50_000, 1), lossless).cause).toBe('warm')
  })
})

describe('what the log shows', () => {
  it('sets what is held, for how long, and how long the unchanging beginning is', () => {
    const first = noteLogged(coldCaches, ask(opus, 60_000, 0), usage({ cacheRead: 16_000, cacheWrite1h: 43_990, uncachedInput: 10 }), lossless)
    const request = ask(opus, 61_000, 55)
    const found = findCached(first, request, lossless)
    expect(found).toEqual({ read: exactly(59_990), cause: 'warm' })
    expect(bucketsOf(first, request, 59_990, lossless)).toEqual({ uncachedInput: 10, cacheRead: 59_990, cacheWrite5m: 0, cacheWrite1h: 1_000 })
    expect(finds(['compaction', request], first)).toEqual(['16000 compaction'])
  })
})
