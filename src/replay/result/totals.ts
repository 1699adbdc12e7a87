import type { EffectName } from './call.ts'
import type { Level, MoneySplit } from './money.ts'

/** What a run came to; sums of a commutative monoid over sessions, so partitions merge exactly. */
export interface Totals {
  readonly sessions: number
  readonly sessionsDiverged: number
  /** Of the recorded calls; calls before a first message are a turn of their own. */
  readonly turns: number
  /** Calls that may each begin another turn: their log tells none. */
  readonly turnsUnknown: number
  readonly calls: {
    readonly recorded: number
    readonly replayed: number
    readonly afterDivergence: number
    readonly skipped: { readonly [reason: string]: number }
  }
  readonly decisions: {
    readonly undetermined: number
    readonly missing: { readonly [name: string]: number }
    /** Decisions after a divergence that may have read something that it changed; by what. */
    readonly tainted: number
    readonly taintedBy: { readonly [name: string]: number }
    readonly comparedByModelOnly: number
    readonly changedWithoutDivergence: number
    readonly byRule: { readonly [rule: string]: number }
    readonly forThisCall: number
    readonly noRoute: { readonly [reason: string]: number }
  }
  /** First divergences by call index. */
  readonly divergenceAt: { readonly [call: string]: number }
  /** `from → to` of calls whose model or provider the policy changes. */
  readonly transitions: { readonly [transition: string]: { readonly calls: number; readonly first: number } }
  readonly upgrades: number
  readonly switches: number
  readonly compactions: number
  readonly reminders: number
  readonly classifierCalls: number
  readonly sessionsWithVerdict: number
  /** Sessions whose words were kept from the count of a phrase list, by list. */
  readonly uncountedPhrases: { readonly [list: string]: number }
  readonly attempts: {
    readonly total: number
    readonly failed: { readonly [errorClass: string]: number }
    readonly callsRetried: number
    readonly callsFailedOver: number
    readonly served: number
    readonly exhausted: number
    readonly denied: number
    readonly cancelled: number
  }
  readonly money: {
    /** Every recorded call. */
    readonly recorded: MoneySplit
    /** The policy's cost of calls before the divergence: mode `stop`. */
    readonly stop: MoneySplit
    /** Recorded cost of the same calls as `stop`. */
    readonly recordedBeforeDivergence: MoneySplit
    /** Recorded cost from each divergence on. */
    readonly recordedFromDivergence: MoneySplit
    /** All calls at the policy's endpoints, tokens as logged: modelled from the divergence on. */
    readonly frozen: MoneySplit
    readonly overhead: MoneySplit
    /** What failed attempts of the policy may have cost. */
    readonly attempts: MoneySplit
    /** Calls that dedicated capacity took, at list price: at the margin they cost nothing more. */
    readonly dedicated: MoneySplit
    /** What the log says its own router's classifiers cost. */
    readonly recordedOverhead: MoneySplit
    readonly unloggedCompactions: MoneySplit
    /** What clients reckoned themselves, kept apart. */
    readonly clientEstimates: { readonly calls: number; readonly picoUsd: bigint }
  }
  /** First and last start of a recorded call with a date. */
  readonly dated: { readonly firstMicros: number; readonly lastMicros: number } | undefined
  readonly waterfall: Waterfall
  /** By the rule that switched. */
  readonly breakEven: { readonly [rule: string]: BreakEven }
  /** As logged, over every recorded call. */
  readonly tokens: {
    readonly uncachedInput: bigint
    readonly cacheRead: bigint
    readonly cacheWrite: bigint
    readonly output: bigint
    readonly callsWithUsage: number
    /** Calls whose logged output is a lower bound. */
    readonly lowerBoundOutputs: number
  }
  /** Calls whose recorded cost is unknown, for want of a price or of token counts, by model. */
  readonly unpriced: { readonly [model: string]: number }
  /** Replayed calls whose cost under the policy is unknown, by the model that the policy serves. */
  readonly policyUnpriced: { readonly [model: string]: number }
  /** Named assumptions that calls rest on, by calls. */
  readonly assumed: { readonly [assumption: string]: number }
  readonly breaches: { readonly [invariant: string]: number }
  readonly invariantsChecked: { readonly [invariant: string]: number }
}

/** A waterfall: `recorded` and the sums of all effects make up `policy`, to the last pico-dollar. */
export interface Waterfall {
  readonly calls: number
  /** Replayed calls of which a cost is unknown: they are in no figure of it. */
  readonly uncovered: number
  readonly recorded: MoneySplit
  readonly policy: MoneySplit
  readonly effects: { readonly [effect in EffectName]?: { readonly [level in Level]?: bigint } }
}

/** The switches of one rule. */
export interface BreakEven {
  readonly switches: number
  /** A price or a count of tokens is missing. */
  readonly unknown: number
  /** To a model that saves nothing a call. */
  readonly never: number
  /** They lose money: fewer calls were left than they need. */
  readonly tooFewCalls: number
  /** Calls that they need, in tenths; absent: none has a number. */
  readonly tenths?: Span
  readonly callsLeft: Span
}

export interface Span {
  readonly least: number
  readonly most: number
  readonly sum: number
}
