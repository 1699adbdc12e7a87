import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GatewaySession } from '../../src/gateway/session.ts'
import { readSession, sessionText } from '../../src/gateway/session-text.ts'
import type { Policy } from '../../src/policy/core.ts'
import type { SessionState } from '../../src/policy/decision.ts'
import { compilePolicy } from '../../src/policy/engine/compile-policy.ts'
import { countOf, sinceOf } from '../../src/policy/facts.ts'
import { memoryAt } from '../../src/policy/memory.ts'
import { conclude, historyNeeds, observe, startSession } from '../../src/policy/session-state.ts'
import { callInputs, conclusionOf, madeUpSession, madeUpWorld } from '../support/arbitrary-session.ts'
import { converse } from '../support/conversation.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { emptyCaches } from '../../src/replay/session/caches.ts'
import { loadablePolicyText } from '../support/replaying.ts'
import { canonical, runSession } from '../support/run-session.ts'

const kept = (state: SessionState): GatewaySession => ({ state, spent: {}, caches: emptyCaches, account: undefined })

function reread(policy: Policy, state: SessionState): SessionState {
  const reading = readSession(policy, sessionText(policy, kept(state)))
  if (reading.kind === 'refused') throw new Error(reading.reason)
  expect(reading.differences).toEqual([])
  return reading.session.state
}

describe('a session as text', () => {
  it('law: kept as text between any two calls, a session is decided the same', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpSession, (text, made) => {
        const policy = policyOf(text)
        const engine = compilePolicy(policy)
        const world = madeUpWorld(made.worldSeed)
        let state = startSession(policy, `session-${made.worldSeed}`)
        const decisions = callInputs(made, policy).map((input, at) => {
          const call = made.calls[at]
          if (call === undefined) throw new Error('a call without an input')
          const [next, decision] = engine.decide(observe(policy, reread(policy, state), input), input, world)
          state = conclude(policy, reread(policy, next), decision, conclusionOf(call, decision, policy, input.nowMicros))
          return decision
        })
        const straight = runSession(engine, made).steps.map((step) => step.decision)
        expect(decisions.map(canonical)).toEqual(straight.map(canonical))
      }),
      { numRuns: 30 },
    )
  })

  it('law: another version of the policy counts what was kept rightly, or not at all', () => {
    fc.assert(
      fc.property(loadablePolicyText, loadablePolicyText, madeUpSession, fc.nat({ max: 7 }), (one, other, made, at) => {
        const [wrote, reads] = [policyOf(one), policyOf(other)]
        const inputs = callInputs({ ...made, countedLists: made.countedLists.map(() => true) }, reads)
        const observed = (policy: Policy, from: SessionState, some: typeof inputs): SessionState =>
          some.reduce((state, input) => observe(policy, state, input), from)
        const cut = Math.min(at, inputs.length)
        const begun = observed(wrote, startSession(wrote, 's'), inputs.slice(0, cut))
        const reading = readSession(reads, sessionText(wrote, kept(begun)))
        if (reading.kind === 'refused') throw new Error(reading.reason)
        const carried = observed(reads, reading.session.state, inputs.slice(cut))
        const whole = observed(reads, startSession(reads, 's'), inputs)
        const input = inputs.at(-1)
        if (input === undefined) return
        for (const query of historyNeeds(reads).counts) {
          const count = countOf(reads, carried, input, query)
          expect([undefined, countOf(reads, whole, input, query)]).toContain(count)
        }
        for (const query of historyNeeds(reads).since.filter((each) => each.of.kind === 'tool')) {
          expect([undefined, sinceOf(whole, input, query)]).toContain(sinceOf(carried, input, query))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is as long as the windows of the policy, however long the session', () => {
    const policy = small(`
phrases stuck = ["again"]
on start { otherwise use small }
on turn, call {
  rule thrash: when count stuck in last 5 assistant messages >= 3 then use big else keep
  rule failing: when count failures in last 10 tools >= 3 then use big else keep
  otherwise keep
}`)
    const session = converse(policy)
    session.user('begin')
    const lengths = Array.from({ length: 60 }, () => {
      session.reply({ text: 'again', tools: ['Bash'] })
      session.user('go on')
      return sessionText(policy, kept(session.state())).length
    })
    const grown = Math.max(...lengths.slice(20)) - (lengths[19] ?? 0)
    expect(grown).toBeLessThan(40)
  })
})

describe('a stored session that another policy reads', () => {
  const first = small(`
state { latch hot counter tries up to 9 level mood on tier }
on start { otherwise use small }
on turn, call {
  rule a: when turn >= 2 then set hot, add 7 to tries, raise mood to premium, use big
  otherwise keep
}`)

  function begun(): string {
    const session = converse(first)
    session.user('one')
    session.user('two')
    return sessionText(first, kept(session.state()))
  }

  it('forgets what it does not declare, and says so', () => {
    const second = small(`
state { counter hot up to 3 counter tries up to 5 }
on start { otherwise use small }
`)
    const reading = readSession(second, begun())
    if (reading.kind === 'refused') throw new Error(reading.reason)
    expect(reading.differences).toEqual([
      '`hot` is another kind of memory or on another scale: it begins anew',
      '`mood` is not declared any more: forgotten',
      '`tries` now stops at a lower count',
    ])
    const { state } = reading.session
    expect(['hot', 'tries'].map((name) => memoryAt(second, state, name, undefined))).toEqual([0, 5])
    expect(state.choice?.model).toBe('big')
  })

  it('does not know what was not kept', () => {
    const second = small(`
phrases stuck = ["again"]
on start { otherwise use small }
on call {
  rule a: when calls since tool "Bash" >= 5 and count stuck in last 3 user messages >= 1 then use big
  otherwise keep
}`)
    const reading = readSession(second, begun())
    expect(reading).toMatchObject({
      kind: 'read',
      differences: expect.arrayContaining(['since tool `Bash`: unknown until the next call of it']),
    })
  })

  it.each([
    ['', 'not JSON'],
    ['[1]', 'not the state of a session'],
    [begun().slice(0, -2), 'not JSON'],
    [begun().replace('"turn":2', '"turn":3'), 'cut off or changed since it was written'],
    [begun().replace(/"version":1}$/, '"version":9}'), 'form 9, and this version reads 1'],
    ['x'.repeat(4_000_001), 'longer than 4000000 characters'],
  ])('is refused when it is damaged: %#', (text, reason) => {
    expect(readSession(first, text)).toEqual({ kind: 'refused', reason })
  })
})
