import type { Endpoint, Policy } from '../core.ts'
import type { CallInput, SessionState, World } from '../decision.ts'
import type { ClaimContext } from '../claims-context.ts'
import type { PriceMoment } from '../catalogue-queries.ts'
import { factOf } from '../facts.ts'
import type { Observer } from './observer.ts'
import type { Trace } from './trace.ts'

/** Everything that an expression may read. */
export interface Scope {
  readonly policy: Policy
  readonly state: SessionState
  readonly input: CallInput
  readonly world: World
  /** What `it` stands for. */
  readonly it: string | Endpoint | undefined
  /** Who may be chosen; `undefined` inside a filter, which decides that. */
  readonly eligible: Eligible | undefined
  readonly claims: readonly ClaimContext[]
  readonly notes: Notes
  readonly trace: Trace | undefined
  readonly observer?: Observer | undefined
}

export interface Eligible {
  /** It and one of its endpoints pass allow, deny, organisation and budgets; the prompt does not enter. */
  allowed(model: string): boolean
  /** It is allowed, and this prompt fits. */
  candidate(model: string): boolean
}

/** What reading leaves behind. */
export interface Notes {
  /** Classifiers asked, in order. */
  readonly asked: string[]
  /** Memories read. */
  readonly read: Set<string>
  /** What was unknown although the value is not: a missing verdict whose status was asked for. */
  readonly lacking: Set<string>
}

export function newNotes(): Notes {
  return { asked: [], read: new Set(), lacking: new Set() }
}

/** What the present prompt pays; a guard reads the plain tier. */
export function priceMoment(scope: Pick<Scope, 'policy' | 'state' | 'input'>): PriceMoment {
  const tokens = factOf(scope.policy, scope.state, scope.input, 'context.length')
  return {
    nowMicros: scope.input.nowMicros,
    promptTokens: typeof tokens === 'number' ? tokens : undefined,
    serviceTier: undefined,
  }
}

export function currentModel(scope: Pick<Scope, 'policy' | 'state' | 'input'>): string | undefined {
  const current = factOf(scope.policy, scope.state, scope.input, 'current')
  return typeof current === 'string' ? current : undefined
}
