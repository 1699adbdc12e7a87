import type { Situation } from '../../check/diagram/situation.ts'
import type { Moment, Policy } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import { compared } from './compare.ts'
import type { Edit } from './edits.ts'

/** Where two policies decide differently, as far as that can be told from their texts alone. */
export interface MeaningComparison {
  readonly verdict: Verdict
  /** The largest share first; they do not overlap. Empty where nothing differs, or nothing is decided. */
  readonly regions: readonly Region[]
  /** Parts of the input space about which nothing is claimed. Empty unless something was too large. */
  readonly notDecided: readonly NotDecided[]
  /** What was written otherwise in rules and what they are made of; empty where the core forms are one. */
  readonly edits: readonly Edit[]
  /** What differs outside of rules and filters: serving, prices, budgets, names. */
  readonly changes: readonly NamedChange[]
  /** Which region a call lies in, by the decisions that both policies make of it. */
  at(call: Situation): Placement
  /** Whether a call lies in a region; `undefined`: that rests on what no call tells. */
  holds(region: Region, call: Situation): boolean | undefined
}

export type Verdict =
  /** Every call that can be is decided alike. `how` tells what was recognised, the plainest that holds. */
  | { readonly kind: 'equal'; readonly how: Recognised }
  /** `complete`: outside of the regions every call is decided alike. */
  | { readonly kind: 'differs'; readonly complete: boolean }
  | { readonly kind: 'not decided' }

/**
 * - `identical`: the same core form; at most layout, comments, tests and free order differ.
 * - `renamed`: the same but for names of rules, signals, settings, filters, states.
 * - `reordered`: the same rules in another order.
 * - `refactored`: written otherwise, and proved to decide alike.
 * - `outside rules`: every rule does the same; what differs is in `changes`.
 */
export type Recognised = 'identical' | 'renamed' | 'reordered' | 'refactored' | 'outside rules'

/** Calls that the two policies decide differently, each side in one and the same way. */
export interface Region {
  /** Stable for the same two policies: made of what the region says. */
  readonly id: string
  /** The blocks that such calls begin with. */
  readonly moments: readonly Moment[]
  /** Turns and calls are among them only where they drop their choice and `on start` chooses anew. */
  readonly startsAgain: boolean
  /** All of these, in the policy's own words, besides what `where` and `among` say. */
  readonly shared: readonly string[]
  /** Any of these conjunctions; the empty text: always. */
  readonly where: readonly string[]
  /** So many more conjunctions are left out of `where`; at most 20 are counted. */
  readonly more: number
  /** Any of these, which narrows `where` down without being all of the condition; empty: not told. */
  readonly among: readonly string[]
  /** Rules that take a part of `where` before, `stuck` in both policies, `stuck (old)` in one. */
  readonly unless: readonly string[]
  /** Some of these calls are decided alike: for the others, see `ends`. */
  readonly partly: boolean
  readonly old: Side
  readonly new: Side
  /** How such calls end in both, the largest share first. */
  readonly ends: readonly EndPair[]
  readonly differs: readonly Difference[]
  readonly witness: Witness
  /** Of the combinations of cells of these blocks; says nothing of traffic. */
  readonly share: { readonly cells: bigint; readonly of: bigint }
}

export type Difference = 'choice' | 'this call only' | 'reminders' | 'alerts' | 'memory' | 'tools' | 'hosts'

export interface EndPair {
  readonly old: string
  readonly new: string
  /** What tells these calls from others of the region; the empty text: nothing. One of perhaps more. */
  readonly where: string
  readonly cells: bigint
}

export interface Side {
  /** Rules with effects only that fire on the way, then the rule that decides. */
  readonly rules: readonly string[]
  /** In the policy's own words: `kimi-k2.6`, `keep`, `highest from main`; joined by `or` where there are several. */
  readonly does: string
  /** `undefined`: no route, several, or the rules alone do not tell it. */
  readonly model: string | undefined
}

/** The smallest call of a region; both decisions were made of it by the reference evaluator. */
export interface Witness {
  readonly situation: Situation
  /** What is out of the ordinary, in the policy's own words: `turn is 2`. */
  readonly facts: readonly string[]
  readonly old: Decision
  readonly new: Decision
}

export interface NotDecided {
  readonly moment: Moment | undefined
  /** `too large`: more than the limit of nodes; `opaque`: rests on what is not modelled. */
  readonly why: 'too large' | 'opaque'
  readonly reason: string
}

/** A difference that is no region: what it is, and what it can change. */
export interface NamedChange {
  /** `serve any`, `model big`, `budget purse`. */
  readonly place: string
  /** `order: bedrock dropped`. */
  readonly change: string
  readonly affects: readonly Affected[]
}

export type Affected =
  | 'model'
  | 'host'
  | 'failover'
  | 'cost'
  | 'context'
  | 'later calls'
  | 'recorded names'
  | 'draws'
  | 'claims'
  | 'names only'

export type Placement =
  | { readonly kind: 'same' }
  | { readonly kind: 'region'; readonly region: Region }
  /** Decided differently, where nothing was decided about the input. */
  | { readonly kind: 'not decided' }

/**
 * Compares what two policies mean. A call is a state and an input that both policies could be asked
 * about; regions are told for each block, and every one holds a call that both were seen to decide so.
 */
export function compareMeaning(older: Policy, newer: Policy): MeaningComparison {
  return compared(older, newer)
}
