import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareMeaning } from '../../../src/analysis/diff/meaning.ts'
import type { MeaningComparison } from '../../../src/analysis/diff/meaning.ts'
import { mutantsOf } from '../../../src/analysis/mutation/mutants.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import { policyText } from '../../support/arbitrary-policy.ts'
import { madeUpSession } from '../../support/arbitrary-session.ts'
import { play } from '../../support/play.ts'
import { small } from '../../support/policy-of.ts'

// --- a small language, of which every input can be read off a call

const atom = fc.constantFrom(
  'turn > 1', 'turn is 2', 'message.length > 20 chars', 'message.length is none', 'context.length >= 60k tokens',
  'images > 0', 'images > 2', 'session.kind is concrete', 'plan-mode', 'requested is big', 'current is small', 'seen',
  'tries >= 2', 'heat > cold', 'path starts with "src/"', 'calls since rule r0 > 1', 'small in org.blocked',
)
const guard = fc
  .array(fc.tuple(atom, fc.constantFrom('and', 'or'), fc.boolean()), { minLength: 1, maxLength: 2 })
  .map((parts) =>
    parts.reduce((text, [part, operator, not], index) => {
      const own = not ? `not (${part})` : part
      return index === 0 ? own : `(${text}) ${operator} ${own}`
    }, ''),
  )
const effects = fc.constantFrom('', '', 'set seen, ', 'add 1 to tries, ', 'raise heat to warm, ', 'remind "Think.", ', 'pin last, ')
const choice = fc.constantFrom('use big else keep', 'use small else use mid', 'restart', 'keep', 'for this call use mid else keep', '')
const rule = fc.tuple(guard, effects, choice).map(([when, before, then]) =>
  `when ${when} then ${then === '' ? `${before}alert "seen"` : `${before}${then}`}`,
)
const smallPolicy = fc
  .tuple(fc.array(rule, { minLength: 1, maxLength: 4 }), guard, fc.constantFrom('', 'deny cheap: models where it is small when images > 0'))
  .map(([rules, first, filter]) => {
    const lines = rules.map((text, index) => `  rule r${index}: ${text}`).join('\n')
    return `
      scale temper = [cold, warm, hot]
      state { latch seen per choice counter tries up to 3 level heat on temper pin last for 60s }
      ${filter}
      on start { rule first: when ${first} then use big else use mid otherwise use mid }
      on turn, call {\n${lines}\n  otherwise keep\n}`
  })

/** What a comparison says of each call of sessions that the old policy has decided. */
function judged(older: Policy, comparison: MeaningComparison, sessions: readonly Parameters<typeof play>[1][]): void {
  for (const session of sessions) {
    for (const { observed, input, world } of play(older, plain(session))) {
      const call = { state: observed, input, world }
      const placed = comparison.at(call)
      const lies = comparison.regions.filter((region) => comparison.holds(region, call) === true)
      if (comparison.notDecided.length === 0) expect(placed.kind).not.toBe('not decided')
      if (comparison.verdict.kind === 'equal') expect(placed.kind).toBe('same')
      if (placed.kind === 'region') expect(comparison.holds(placed.region, call)).not.toBe(false)
      counts.calls += 1
      if (placed.kind === 'region') counts.placed += 1
      if (!exact) continue
      // In the small language a region holds the calls that differ, and no other.
      const at = lies.filter(({ moments }) => moments.includes(observed.choice === undefined ? 'start' : input.beginsTurn ? 'turn' : 'call'))
      const once = at.filter(({ startsAgain }) => !startsAgain || observed.choice === undefined)
      if (placed.kind === 'same') expect(once.map(({ where, old, new: now }) => [where, old, now])).toEqual([])
      else expect(at.length).toBeGreaterThan(0)
    }
  }
}

const counts = { calls: 0, placed: 0 }
let exact = false

/** What a test states in place of what is computed is no input of a policy. */
function plain(session: Parameters<typeof play>[1]): Parameters<typeof play>[1] {
  return {
    ...session,
    calls: session.calls.map((call) => ({
      ...call,
      given: { bucket: undefined, unknown: undefined, scorer: undefined, money: undefined },
    })),
  }
}

const sessions = fc.array(madeUpSession, { minLength: 2, maxLength: 3 })

describe('regions', () => {
  it('are the calls that differ, and no others, in a small language', () => {
    exact = true
    Object.assign(counts, { calls: 0, placed: 0 })
    fc.assert(
      fc.property(smallPolicy, fc.nat(), fc.nat(), sessions, (text, first, second, made) => {
        const policy = small(text)
        const mutants = mutantsOf(policy)
        const one = mutants[first % mutants.length]?.policy ?? policy
        const later = mutantsOf(one)
        const other = second % 2 === 0 ? one : (later[second % later.length]?.policy ?? one)
        judged(policy, compareMeaning(policy, other), made)
      }),
      { numRuns: 60 },
    )
    expect(counts.placed).toBeGreaterThan(100)
  }, 60_000)

  it('hold every call that differs, whatever the policy', () => {
    exact = false
    Object.assign(counts, { calls: 0, placed: 0 })
    fc.assert(
      fc.property(policyText, fc.nat(), sessions, (text, seed, made) => {
        const { policy } = loadPolicyText('made-up.route', text)
        if (policy === undefined) throw new Error('a made-up policy does not load')
        const mutants = mutantsOf(policy)
        const other = mutants[seed % mutants.length]?.policy ?? policy
        judged(policy, compareMeaning(policy, other), made)
      }),
      { numRuns: 60 },
    )
    expect(counts.placed).toBeGreaterThan(20)
  }, 60_000)

  it('are the same from the other side', () => {
    fc.assert(
      fc.property(smallPolicy, fc.nat(), (text, seed) => {
        const policy = small(text)
        const mutants = mutantsOf(policy)
        const other = mutants[seed % mutants.length]?.policy ?? policy
        const [there, back] = [compareMeaning(policy, other), compareMeaning(other, policy)]
        expect(back.verdict.kind).toBe(there.verdict.kind)
        const key = (one: { rules: readonly string[] }, two: { rules: readonly string[] }, cells: bigint): string =>
          JSON.stringify([one.rules, two.rules, String(cells)])
        const turned = back.regions.map((region) => key(region.new, region.old, region.share.cells)).sort()
        expect(there.regions.map((region) => key(region.old, region.new, region.share.cells)).sort()).toEqual(turned)
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('show a call that both policies decide as they say', () => {
    fc.assert(
      fc.property(policyText, fc.nat(), (text, seed) => {
        const { policy } = loadPolicyText('made-up.route', text)
        if (policy === undefined) throw new Error('a made-up policy does not load')
        const mutants = mutantsOf(policy)
        const other = mutants[seed % mutants.length]?.policy ?? policy
        const comparison = compareMeaning(policy, other)
        for (const region of comparison.regions) {
          const { situation, old, new: now } = region.witness
          const { state, input, world } = situation
          expect(referenceEvaluator(policy).decide(state, input, world)[1]).toEqual(old)
          expect(referenceEvaluator(other).decide(state, input, world)[1]).toEqual(now)
          expect(comparison.at(situation)).toMatchObject({ kind: 'region' })
          expect(region.share.cells > 0n).toBe(true)
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})
