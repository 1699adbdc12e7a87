import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block, Expression, Policy } from '../../../src/policy/core.ts'
import type { Decision } from '../../../src/policy/decision.ts'
import { modelNamed } from '../../../src/policy/catalogue-queries.ts'
import { factOf } from '../../../src/policy/facts.ts'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import { evaluate } from '../../../src/policy/reference/evaluate.ts'
import { explainDecision } from '../../../src/policy/reference/explain.ts'
import { newNotes } from '../../../src/policy/reference/scope.ts'
import { policyText } from '../../support/arbitrary-policy.ts'
import { madeUpSession } from '../../support/arbitrary-session.ts'
import { lawRuns } from '../../support/law-runs.ts'
import { decisionsOf, play } from '../../support/play.ts'
import type { PlayedCall } from '../../support/play.ts'
import { policyOf } from '../../support/policy-of.ts'

const runs = lawRuns(30)

function scopeAt(policy: Policy, call: PlayedCall): Parameters<typeof evaluate>[1] {
  return {
    policy,
    state: call.observed,
    input: call.input,
    world: call.world,
    it: undefined,
    eligible: undefined,
    claims: [],
    notes: newNotes(),
    trace: undefined,
  }
}

describe('laws of the reference evaluator', () => {
  it('law 10: every call gets a model that some host serves, or a reason', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        for (const { decision } of play(policy, session)) {
          expect(decision.endpoints.length > 0).toBe(decision.model !== undefined)
          expect(decision.noRoute === undefined).toBe(decision.model !== undefined)
          expect(decision.noRoute?.reason).not.toBe('')
          expect(decision.undetermined).toBe(decision.missing.length > 0)
          expect(decision.rule).not.toBe('')
        }
      }),
      runs,
    )
  })

  it('same input, same decision', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        expect(decisionsOf(play(policy, session))).toEqual(decisionsOf(play(policy, session)))
      }),
      runs,
    )
  })

  it('plain JSON: a state written down and read again changes no decision', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        const stored = play(policy, session, (state) => JSON.parse(JSON.stringify(state)))
        expect(decisionsOf(stored)).toEqual(decisionsOf(play(policy, session)))
      }),
      runs,
    )
  })

  it('no peeking: what a call answered and how it ended changes no decision up to it', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, madeUpSession, fc.nat(), (text, session, other, at) => {
        const policy = policyOf(text)
        const index = at % session.calls.length
        const calls = session.calls.map((call, position) => {
          const stranger = other.calls[position % other.calls.length]
          if (position < index || stranger === undefined) return call
          const { reply, served, conclusion } = stranger
          return { ...call, reply, served, conclusion }
        })
        const changed = decisionsOf(play(policy, { ...session, calls })).slice(0, index + 1)
        expect(changed).toEqual(decisionsOf(play(policy, session)).slice(0, index + 1))
      }),
      runs,
    )
  })

  it('also law 12: the model and hosts chosen pass every filter', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        for (const call of play(policy, session)) {
          const { model, endpoints } = call.decision
          if (model === undefined) continue
          const scope = scopeAt(policy, call)
          for (const filter of policy.filters) {
            if (filter.when !== undefined && evaluate(filter.when, scope) !== true) continue
            const judge = (it: typeof scope.it): unknown => evaluate(filter.where, { ...scope, it })
            const hosts = endpoints.map((name) => modelNamed(policy, model)?.endpoints.find((each) => each.provider === name))
            const judged = filter.subject === 'models' ? [judge(model)] : hosts.map(judge)
            // Unknown is no permission: neither to be allowed, nor not to be denied.
            const passes = filter.effect === 'allow' ? [true] : [false, null]
            expect(judged.filter((value) => !passes.some((pass) => pass === value))).toEqual([])
          }
          const { blocked, ignored } = call.observed.organisation
          expect(blocked).not.toContain(model)
          for (const host of endpoints) expect(ignored).not.toContain(host)
        }
      }),
      lawRuns(60),
    )
  })

  it('also law 12: no model is sent what it cannot take, unless the filter is switched off', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        for (const { decision, observed, input } of play(policy, session)) {
          const model = modelNamed(policy, decision.model ?? '')
          if (model === undefined) continue
          const images = factOf(policy, observed, input, 'context.images')
          const tokens = factOf(policy, observed, input, 'context.length')
          const blind = typeof images === 'number' && images > 0 && !model.accepts.includes('image')
          const full = typeof tokens === 'number' && tokens > (model.contextTokens ?? Number.POSITIVE_INFINITY)
          expect(blind && !policy.unchecked.includes('modality')).toBe(false)
          expect(full && !policy.unchecked.includes('context-window')).toBe(false)
        }
      }),
      runs,
    )
  })

  it('law 11: the first rule that chooses wins: what stands after it has no say', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        for (const { observed, input, world, decision } of play(policy, session)) {
          // After a restart two blocks have run, and `rule` names one of the second.
          const block = policy.blocks[decision.block]
          if (block === undefined || decision.reason === 'forced') continue
          const position = block.rules.findIndex((rule) => rule.name === decision.rule)
          const chosen = block.rules[position]
          if (chosen?.choice === undefined || restarts(block, decision)) continue
          const shorter = { ...block, rules: block.rules.slice(0, position + 1) }
          const cut = { ...policy, blocks: { ...policy.blocks, [decision.block]: shorter } }
          const [, again] = referenceEvaluator(cut).decide(observed, input, world)
          expect(again).toEqual(decision)
        }
      }),
      runs,
    )
  })

  it('also law 14: a call that keeps serves the choice that stands, and changes nothing of it', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        const keeping: Policy = { ...policy, blocks: { ...(policy.blocks.start && { start: policy.blocks.start }) } }
        for (const { observed, decided, decision } of play(keeping, session)) {
          if (decision.block === 'start' || decision.reason === 'forced') continue
          if (decision.model === undefined) continue
          expect(decision.model).toBe(observed.choice?.model)
          expect(decided.choice).toEqual(observed.choice)
          expect(decision.switched).toBeUndefined()
        }
      }),
      runs,
    )
  })

  it('a switch is a change of the remembered model, and nothing else', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        for (const { observed, decided, decision } of play(policy, session)) {
          const from = observed.lastChoice?.model
          const changed = from !== undefined && decided.lastChoice?.model !== from
          expect(decision.switched === undefined).toBe(!changed)
          expect(decision.forThisCall && changed).toBe(false)
        }
      }),
      runs,
    )
  })

  it('windows are as long as the policy looks: a longer memory changes no decision', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        const remembering = { ...policy, expectations: everything(policy) }
        expect(decisionsOf(play(remembering, session))).toEqual(decisionsOf(play(policy, session)))
      }),
      runs,
    )
  })

  it('an explanation is of the decision that was made', () => {
    fc.assert(
      fc.property(policyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        for (const { observed, input, world, decision } of play(policy, session)) {
          const { value, children } = explainDecision(policy, observed, input, world)
          expect(value).toContain(` by ${decision.rule}`)
          expect(children.length).toBeGreaterThan(0)
        }
      }),
      runs,
    )
  })
})

function restarts(block: Block, decision: Decision): boolean {
  return block.rules.some(
    (rule) => rule.choice?.kind === 'restart' && decision.after.includes(rule.name),
  )
}

/** Claims that look back over the whole session, so that all of it is kept. */
function everything(policy: Policy): Policy['expectations'] {
  const location = { source: { name: 'law', text: '' }, span: { start: 0, end: 0 } }
  const window = { kind: 'this', scope: 'session' } as const
  const scopes = ['user messages', 'assistant messages', 'thinking messages'] as const
  const [list] = policy.phraseLists
  const counts: Expression[] = [
    ...(['failures', 'errors'] as const).map((kind) => ({ what: { kind }, window })),
    ...scopes.map((scope) => ({
      what: { kind: 'phrases', list: list?.name ?? '', how: 'pairs' } as const,
      window: { kind: 'last', count: 1_000, scope } as const,
    })),
  ].map((query) => ({ kind: 'count', query, type: { kind: 'number', unit: 'count' }, location }))
  return counts.map((condition) => ({ name: 'all', condition, location }))
}
