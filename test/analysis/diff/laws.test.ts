import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareMeaning } from '../../../src/analysis/diff/meaning.ts'
import type { MeaningComparison, Region } from '../../../src/analysis/diff/meaning.ts'
import { mutantsOf } from '../../../src/analysis/mutation/mutants.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import { policyText } from '../../support/arbitrary-policy.ts'
import { madeUpSession } from '../../support/arbitrary-session.ts'
import { lawRuns } from '../../support/law-runs.ts'
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

/** What is wrong with a comparison, by the calls of sessions that the old policy has decided. */
function complaints(older: Policy, comparison: MeaningComparison, sessions: readonly Session[], exact: boolean): readonly string[] {
  const { verdict, regions, notDecided } = comparison
  return sessions.flatMap((session) =>
    play(older, plain(session)).flatMap(({ observed, input, world }) => {
      // A prompt with fewer images than its newest message has cannot be.
      if ((observed.history.turnImages ?? 0) > (observed.history.contextImages ?? Infinity)) return []
      const call = { state: observed, input, world }
      const placed = comparison.at(call)
      const moment = observed.choice === undefined ? 'start' : input.beginsTurn ? 'turn' : 'call'
      const holding = regions.filter((region) => region.moments.includes(moment) && comparison.holds(region, call) === true)
      counts.calls += 1
      counts.placed += placed.kind === 'region' ? 1 : 0
      return [
        ...(placed.kind === 'not decided' && notDecided.length === 0 ? ['it lies in no region'] : []),
        ...(placed.kind !== 'same' && verdict.kind === 'equal' ? ['it differs under equal policies'] : []),
        ...(placed.kind === 'region' && comparison.holds(placed.region, call) === false ? ['it lies outside of its region'] : []),
        ...(exact && placed.kind === 'same' && holding.length > 0 ? ['a region holds it, and it does not differ'] : []),
      ].map((wrong) => `call ${observed.call}: ${wrong}`)
    }),
  )
}

type Session = Parameters<typeof play>[1]

const counts = { calls: 0, placed: 0 }

/** What a test states in place of what is computed is no input of a policy. */
function plain(session: Session): Session {
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
    Object.assign(counts, { calls: 0, placed: 0 })
    fc.assert(
      fc.property(smallPolicy, fc.nat(), fc.nat(), sessions, (text, first, second, made) => {
        const policy = small(text)
        const mutants = mutantsOf(policy)
        const one = mutants[first % mutants.length]?.policy ?? policy
        const later = mutantsOf(one)
        const other = second % 2 === 0 ? one : (later[second % later.length]?.policy ?? one)
        expect(complaints(policy, compareMeaning(policy, other), made, true)).toEqual([])
      }),
      lawRuns(30),
    )
    expect(counts.placed).toBeGreaterThan(10)
  })

  it('also law 48: hold every call that differs, whatever the policy', () => {
    Object.assign(counts, { calls: 0, placed: 0 })
    fc.assert(
      fc.property(policyText, fc.nat(), sessions, (text, seed, made) => {
        const { policy } = loadPolicyText('made-up.route', text)
        if (policy === undefined) throw new Error('a made-up policy does not load')
        const mutants = mutantsOf(policy)
        const other = mutants[seed % mutants.length]?.policy ?? policy
        expect(complaints(policy, compareMeaning(policy, other), made, false)).toEqual([])
      }),
      lawRuns(4),
    )
    expect(counts.calls).toBeGreaterThan(5)
  })

  it('law 48: of a policy and itself there are none, and from the other side they are the same', () => {
    fc.assert(
      fc.property(smallPolicy, fc.nat(), madeUpSession, (text, seed, session) => {
        const policy = small(text)
        const mutants = mutantsOf(policy)
        const other = mutants[seed % mutants.length]?.policy ?? policy
        expect(compareMeaning(policy, small(text))).toMatchObject({ verdict: { kind: 'equal' }, regions: [], notDecided: [] })
        const [there, back] = [compareMeaning(policy, other), compareMeaning(other, policy)]
        expect(back.verdict.kind).toBe(there.verdict.kind)
        // Regions of several moments are told as one where the same words tell them, which are chosen for the old policy.
        const told = (regions: readonly Region[], one: 'old' | 'new', two: 'old' | 'new'): readonly string[] =>
          [...new Set(regions.flatMap((each) => each.moments.map((moment) => JSON.stringify([moment, each[one].rules, each[two].rules, each.differs]))))].sort()
        expect(told(back.regions, 'new', 'old')).toEqual(told(there.regions, 'old', 'new'))
        for (const { observed, input, world } of play(policy, plain(session))) {
          const call = { state: observed, input, world }
          expect(back.at(call).kind).toBe(there.at(call).kind)
        }
      }),
      lawRuns(10),
    )
  })

  it('law 47: show a call that both policies decide as they say', () => {
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
      lawRuns(4),
    )
  })
})
