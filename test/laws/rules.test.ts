import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockDiagram, isUndecided, regionOf } from '../../src/check/diagram/blocks.ts'
import { no } from '../../src/check/diagram/leaves.ts'
import type { Block, Moment, Policy, Rule } from '../../src/policy/core.ts'
import type { Decision } from '../../src/policy/decision.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { callInputs, madeUpSession } from '../support/arbitrary-session.ts'
import { lawRuns } from '../support/law-runs.ts'
import { decisionsOf, play } from '../support/play.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText } from '../support/replaying.ts'
import { holdsOfSessions } from '../support/session-law.ts'

const moments: readonly Moment[] = ['start', 'turn', 'call']

/** The policy with the rules of this name made into others, or left out where there are none. */
function withRule(policy: Policy, name: string, change: (rule: Rule) => readonly Rule[]): Policy {
  const changed = (block: Block): Block => ({
    ...block,
    rules: block.rules.flatMap((rule) => (rule.name === name ? change(rule) : [rule])),
  })
  const blocks = moments.flatMap((moment) => {
    const block = policy.blocks[moment]
    return block === undefined ? [] : [[moment, changed(block)] as const]
  })
  return { ...policy, blocks: Object.fromEntries(blocks) }
}

/** Rules that may be changed by themselves, in the order of the policy. */
function rulesOf(policy: Policy): readonly string[] {
  return [...new Set(moments.flatMap((moment) => policy.blocks[moment]?.rules.map(({ name }) => name) ?? []))]
}

/** Whether it may have been asked about this rule: it stands in the block that ran, not after the one that chose. */
function reaches(policy: Policy, name: string, decision: Decision): boolean {
  // Forced and restarted decisions run a second block; effects fire on the way.
  if (decision.reason === 'forced' || decision.after.length > 0) return true
  const rules = policy.blocks[decision.block]?.rules ?? []
  const [own, fired] = [name, decision.rule].map((each) => rules.findIndex((rule) => rule.name === each))
  return own !== undefined && fired !== undefined && own >= 0 && (fired < 0 || fired >= own)
}

function callsUnder(policy: Policy, session: RecordedSession): readonly CallResult[] {
  return replaySession(session, { evaluator: referenceEvaluator(policy), mode: 'frozen', seed: '0' }).calls
}

describe('laws of rules', () => {
  it('law 4: another rule changes no session in which neither version of it is reached', async () => {
    let untouched = 0
    await holdsOfSessions(
      (policy, session, [at, way]) => {
        const names = rulesOf(policy)
        const name = names[at % Math.max(1, names.length)]
        if (name === undefined) return
        const changed = withRule(policy, name, (rule) => (way === 'left out' ? [] : [{ ...rule, guard: undefined }]))
        const [one, other] = [callsUnder(policy, session), callsUnder(changed, session)]
        const isReached = [[policy, one] as const, [changed, other] as const].some(([own, calls]) =>
          calls.some(({ decision }) => reaches(own, name, decision)),
        )
        if (isReached) return
        untouched += 1
        // What a decision may have read is told of the policy, not of the call.
        const plain = (calls: readonly CallResult[]): unknown => calls.map((call) => ({ ...call, tainted: undefined }))
        expect(plain(other)).toEqual(plain(one))
      },
      { ...lawRuns(60), more: fc.tuple(fc.nat(), fc.constantFrom('left out', 'always')) },
    )
    expect(untouched).toBeGreaterThan(0)
  })

  it('also law 11: a rule that is proved dead can be left out', () => {
    let dead = 0
    fc.assert(
      fc.property(loadablePolicyText, madeUpSession, (text, session) => {
        const policy = policyOf(text)
        const names = deadRules(policy)
        dead += names.length
        const without = names.reduce((rest, name) => withRule(rest, name, () => []), policy)
        const plain = { ...session, calls: session.calls.map((call) => ({ ...call, given: notGiven })) }
        // Its guard is read all the same, which asks a classifier, and meets what is not known.
        const told = (own: Policy): unknown =>
          decisionsOf(play(own, plain, undefined, undefined, callInputs(plain, policy))).map(({ asked: _asked, missing: _missing, undetermined: _open, ...decision }) => decision)
        expect(told(without)).toEqual(told(policy))
      }),
      lawRuns(25),
    )
    expect(dead).toBeGreaterThan(0)
  })

  it('law 16: a higher threshold fires for no input that a lower one does not fire for', () => {
    const what = fc.constantFrom('context.length >= # tokens', 'turn >= #', 'images >= #', 'message.length >= # chars', 'count failures in last 6 tools >= #', 'context.images > #')
    let fired = 0
    fc.assert(
      fc.property(what, fc.constantFrom(1, 2, 3, 20, 100, 9_999, 60_000), fc.integer({ min: 1, max: 20_000 }), madeUpSession, (guard, low, more, session) => {
        const [lower, higher] = [low, low + more].map((threshold) =>
          small(`
            on start { rule first: when ${guard.replace('#', String(threshold))} then use big else use mid  otherwise use mid else stop "nothing" }
            on turn, call { rule later: when ${guard.replace('#', String(threshold))} then use big else use mid  otherwise keep }`),
        )
        if (lower === undefined || higher === undefined) throw new Error('two policies')
        for (const { observed, input, world, decision } of play(lower, session)) {
          const [, other] = referenceEvaluator(higher).decide(observed, input, world)
          const fires = ({ rule }: Decision): boolean => rule === 'first' || rule === 'later'
          if (fires(decision)) fired += 1
          expect([fires(decision), fires(other)]).not.toEqual([false, true])
        }
      }),
      lawRuns(40),
    )
    expect(fired).toBeGreaterThan(0)
  })
})

/** What a test states in place of what is computed is no input of a policy. */
const notGiven = { bucket: undefined, unknown: undefined, scorer: undefined, money: undefined }

/** Rules that fire for no input, at whatever moment they stand. */
function deadRules(policy: Policy): readonly string[] {
  const fires = new Map<string, boolean>()
  for (const moment of moments) {
    const diagram = blockDiagram(policy, moment)
    for (const { name } of policy.blocks[moment]?.rules ?? []) {
      const found = diagram === undefined || isUndecided(diagram) ? undefined : diagram.rules.find(({ rule }) => rule.name === name)
      const region = found === undefined || diagram === undefined || isUndecided(diagram) ? undefined : regionOf(diagram, found.rule)
      const isDead = diagram !== undefined && !isUndecided(diagram) && region === diagram.space.constant(no)
      fires.set(name, (fires.get(name) ?? false) || !isDead)
    }
  }
  return [...fires].flatMap(([name, does]) => (does ? [] : [name]))
}
