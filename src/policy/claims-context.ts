import type { ClaimFunction, FunctionName } from './core.ts'
import type { Decision } from './decision.ts'
import { unknown } from './value.ts'
import type { Value } from './value.ts'

const claimFunctions: ReadonlySet<string> = new Set<ClaimFunction>([
  'before',
  'after',
  'served',
  'cost',
  'cost-always',
  'availability',
  'switches',
  'upgrades',
  'sessions',
  'turns',
  'calls',
  'asked',
  'reminded',
  'hidden',
  'compacted',
  'undetermined',
  'chosen',
  'attempts',
  'fallbacks',
  'chance',
  'line-up',
  'cooling',
  'open',
  'same-provider',
])

export function isClaimFunction(name: FunctionName): name is ClaimFunction {
  return claimFunctions.has(name)
}

/** What a call or a run came to, for claims and tests; whoever ran it implements this. */
export interface ClaimContext {
  /** `undefined`: not a function of this context (a call has no `availability`). */
  call(name: ClaimFunction, given: readonly Value[]): Value | undefined
}

/** The part of a claim context that a decision alone tells. */
export function decisionClaims(decision: Decision): ClaimContext {
  return {
    call(name, [given]) {
      switch (name) {
        case 'before':
          return decision.before ?? null
        case 'after':
        case 'chosen':
          return decision.model ?? null
        case 'asked':
          return typeof given === 'string' ? decision.asked.includes(given) : decision.asked.length > 0
        case 'reminded':
          return decision.reminders.length > 0
        case 'hidden':
          return typeof given === 'string' && decision.hiddenTools.includes(given)
        case 'compacted':
          return decision.switched?.compactToMillionths !== undefined
        case 'undetermined':
          return decision.undetermined
        default:
          return undefined
      }
    },
  }
}

/** The first context that knows the function answers; unknown where none does. */
export function claimed(
  contexts: readonly ClaimContext[],
  name: ClaimFunction,
  given: readonly Value[],
): Value {
  for (const context of contexts) {
    const value = context.call(name, given)
    if (value !== undefined) return value
  }
  return unknown(name)
}
