import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/policy/core.ts'
import type { Decision } from '../../../src/policy/decision.ts'
import { compilePolicy } from '../../../src/policy/engine/compile-policy.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import { policyText } from '../../support/arbitrary-policy.ts'
import { madeUpSession } from '../../support/arbitrary-session.ts'
import { lawRuns } from '../../support/law-runs.ts'
import { canonical, firstDifference, runSession } from '../../support/run-session.ts'
import { shippedPolicies } from '../../support/shipped-policies.ts'

function loaded(text: string): Policy {
  const { policy, diagnostics } = loadPolicyText('made-up.route', text)
  if (policy !== undefined) return policy
  const errors = diagnostics.filter((each) => each.severity === 'error').map((each) => each.message)
  throw new Error(`a made-up policy does not load: ${errors.join('; ')}`)
}

describe('the engine equals the reference evaluator', () => {
  test('law 13: on made-up policies and sessions, call by call, decision and state', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = loaded(text)
        expect(firstDifference(referenceEvaluator(policy), compilePolicy(policy), session)).toBeUndefined()
      }),
      lawRuns(200),
    )
  })

  for (const { name, policy } of shippedPolicies()) {
    test(`on ${name} and made-up sessions`, () => {
      const reference = referenceEvaluator(policy)
      const engine = compilePolicy(policy)
      fc.assert(
        fc.property(madeUpSession, (session) => {
          expect(firstDifference(reference, engine, session)).toBeUndefined()
        }),
        lawRuns(60),
      )
    })
  }
})

describe('an engine keeps nothing of a call', () => {
  test('one engine for many sessions decides as a fresh one for each', () => {
    fc.assert(
      fc.property(policyText, fc.array(madeUpSession, { minLength: 2, maxLength: 3 }), (text, sessions) => {
        const policy = loaded(text)
        const kept = compilePolicy(policy)
        for (const session of sessions) {
          const fresh = runSession(compilePolicy(policy), session).steps
          expect(canonical(runSession(kept, session).steps)).toBe(canonical(fresh))
        }
      }),
      lawRuns(30),
    )
  })
})

describe('made-up policies and sessions', () => {
  test('reach everything that a decision can be', () => {
    const reached = new Set<string>()
    const pairs = fc.sample(fc.tuple(policyText, madeUpSession), { numRuns: 400, seed: 1 })
    for (const [text, session] of pairs) {
      for (const { decision } of runSession(compilePolicy(loaded(text)), session).steps) {
        for (const [what, is] of Object.entries(kinds)) if (is(decision)) reached.add(what)
      }
    }
    expect(Object.keys(kinds).filter((what) => !reached.has(what))).toEqual([])
  })
})

const kinds: { readonly [what: string]: (decision: Decision) => boolean } = {
  start: ({ block }) => block === 'start',
  turn: ({ block }) => block === 'turn',
  call: ({ block }) => block === 'call',
  forced: ({ reason }) => reason === 'forced',
  'restarted or after effects': ({ after }) => after.length > 0,
  'no-route': ({ noRoute }) => noRoute !== undefined,
  'with a profile': ({ profile }) => profile !== undefined,
  'at a host': ({ at }) => at !== undefined,
  'for this call': ({ forThisCall }) => forThisCall,
  upgraded: ({ upgraded }) => upgraded,
  'no step': ({ noStep }) => noStep,
  'soft switch': ({ switched }) => switched?.kind === 'soft',
  'hard switch': ({ switched }) => switched?.kind === 'hard',
  'other family': ({ switched }) => switched?.otherFamily === true,
  compaction: ({ switched }) => switched?.compactToMillionths !== undefined,
  drawn: ({ drawn }) => drawn !== undefined && drawn.length > 1,
  reminder: ({ reminders }) => reminders.length > 0,
  alert: ({ alerts }) => alerts.length > 0,
  'hidden tool': ({ hiddenTools }) => hiddenTools.length > 0,
  asked: ({ asked }) => asked.length > 0,
  undetermined: ({ undetermined }) => undetermined,
  determined: ({ undetermined }) => !undetermined,
  resting: ({ resting }) => resting.some((name) => name.startsWith('f')),
  'hosts left out': ({ model, endpoints }) => model !== undefined && endpoints.length < 3,
}
