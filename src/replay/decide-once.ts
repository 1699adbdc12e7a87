import type { Policy, TestFact } from '../policy/core.ts'
import type { Decision, Explanation } from '../policy/decision.ts'
import { referenceEvaluator } from '../policy/reference/decide.ts'
import { explainDecision } from '../policy/reference/explain.ts'
import { observe, startSession } from '../policy/session-state.ts'
import { sessionDraws } from '../policy/draw.ts'
import { hostsOf } from './hosts.ts'
import { testInput } from './scenario/input.ts'

/** The first call of a session that has only begun. */
export interface FirstCall {
  /** The key of the session: splits and draws depend on it. */
  readonly session: string
  readonly seed: string
  readonly message: string
  /** As a test states them; what is not stated is as in a test. */
  readonly facts: readonly TestFact[]
}

export interface DecidedFirstCall {
  readonly decision: Decision
  readonly explanation: Explanation
  /** Providers in the order in which they would be tried; empty where there is no route. */
  readonly providers: readonly string[]
}

/** Decides one call without a trace, in a world in which nothing has failed and nothing was spent. */
export function decideOnce(policy: Policy, { session, seed, message, facts }: FirstCall): DecidedFirstCall {
  const input = testInput({
    policy,
    facts,
    user: message,
    reply: undefined,
    imagesBefore: 0,
    elapsedMicros: 0,
    sinceNowMicros: 0,
  })
  const world = {
    outage: () => false,
    warm: () => false,
    cachedTokens: () => 0,
    usedMillionths: () => 0,
    spentPicoUsd: () => 0n,
    drawMillionths: sessionDraws(seed, session),
  }
  const begun = observe(policy, startSession(policy, session), input)
  const [decided, decision] = referenceEvaluator(policy).decide(begun, input, world)
  const hosts = hostsOf({ policy, begun, decided, input, world, decision })
  return {
    decision,
    explanation: explainDecision(policy, begun, input, world),
    providers: hosts?.chosen.groups.flatMap(({ endpoints }) => endpoints.map(({ provider }) => provider)) ?? [],
  }
}
