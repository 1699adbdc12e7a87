import type { Endpoint, Expression, Invariant, Policy } from '../policy/core.ts'
import { decisionClaims } from '../policy/claims-context.ts'
import type { ClaimContext } from '../policy/claims-context.ts'
import { evaluate } from '../policy/reference/evaluate.ts'
import { truthOf } from '../policy/reference/logic.ts'
import { printed, sourceOf } from '../policy/reference/print.ts'
import { eachPart } from '../policy/walk.ts'
import type { Value } from '../policy/value.ts'
import { scopeOfCall } from './hosts.ts'
import type { DecidedCall } from './hosts.ts'

/** How one invariant stood at one call; `undefined`: it was not judged, or it is not known. */
export interface Judgement {
  readonly invariant: string
  readonly holds: boolean | undefined
  readonly values: string
}

/**
 * Judges every invariant of the policy at a decided call: at each that chose a model, and one that
 * names `served` at each that was served.
 */
export function judgeInvariants(call: DecidedCall, served: Endpoint | undefined): readonly Judgement[] {
  const { policy, decision } = call
  if (policy.invariants.length === 0 || decision.model === undefined) return []
  const claims = [servedClaims(served), decisionClaims(decision)]
  const scope = { ...scopeOfCall(call), claims }
  return policy.invariants.flatMap((invariant): Judgement[] => {
    if (namesServed(policy, invariant) && served === undefined) return []
    const when = invariant.when === undefined ? true : truthOf(evaluate(invariant.when, scope))
    if (when !== true) return []
    const truth = truthOf(evaluate(invariant.condition, scope))
    const holds = typeof truth === 'boolean' ? truth === (invariant.mode === 'always') : undefined
    const values = holds === false ? valuesOf([invariant.when, invariant.condition], (part) => evaluate(part, scope)) : ''
    return [{ invariant: invariant.name, holds, values }]
  })
}

function servedClaims(served: Endpoint | undefined): ClaimContext {
  return { call: (name) => (name === 'served' ? (served ?? null) : undefined) }
}

const asked = new WeakMap<Policy, ReadonlySet<Invariant>>()

function namesServed(policy: Policy, invariant: Invariant): boolean {
  const known =
    asked.get(policy) ??
    new Set(
      policy.invariants.filter((each) =>
        [each.condition, ...(each.when === undefined ? [] : [each.when])].some(asksServed),
      ),
    )
  asked.set(policy, known)
  return known.has(invariant)
}

function asksServed(expression: Expression): boolean {
  let found = false
  eachPart(expression, (part) => {
    if (part.kind === 'call' && part.function === 'served') found = true
  })
  return found
}

/** What the parts of some conditions came to: `step(up, after) 1, step(up, before) 2`. */
export function valuesOf(
  conditions: readonly (Expression | undefined)[],
  read: (part: Expression) => Value,
): string {
  const shown = new Map<string, string>()
  for (const condition of conditions) {
    if (condition === undefined) continue
    eachPart(condition, (part) => {
      if (tells.has(part.kind)) shown.set(sourceOf(part), printed(read(part), part.type))
    })
  }
  return [...shown].map(([text, value]) => `${text} ${value}`).join(', ')
}

/** Kinds of expressions whose value an author wants to see. */
const tells: ReadonlySet<Expression['kind']> = new Set([
  'call', 'ladder-call', 'signal', 'fact', 'memory', 'count', 'since', 'request-map', 'scorer-score',
])
