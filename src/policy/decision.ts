import type { PromptFacts, ReplyFacts, TextFacts, ToolFacts, VerdictRecord } from '../trace/record.ts'
import type { CountQuery, Endpoint, Exact, Expression, Policy, SinceQuery } from './core.ts'

/**
 * What passes between a policy and whoever runs it: a replay, a test or a gateway.
 *
 * One call goes `observe` → `decide` → (the runner serves it) → `conclude`. All three are pure and
 * synchronous; the state is plain JSON that a gateway can keep in any store.
 */
export interface SessionState {
  readonly version: 1
  /** The key of the session: salts draws, names the session in reports. */
  readonly session: string
  /** The call being decided, or the last one decided; 0 before the first. */
  readonly call: number
  readonly turn: number
  readonly kind: 'router' | 'concrete' | undefined
  readonly sidechain: boolean | undefined
  /** The model the person asked for; after a hard switch the one switched to. */
  readonly requested: string | null | undefined
  /** `requested` is fixed by a hard switch; recorded requests no longer change it. */
  readonly requestedFixed: boolean
  readonly choice: RememberedChoice | undefined
  /** The last choice that was remembered, kept when a `restart` has dropped it. */
  readonly lastChoice?: RememberedChoice | undefined
  /** The clock (`clockOf`) of the call being decided. */
  readonly clockMicros?: number | undefined
  readonly memories: { readonly [name: string]: MemoryState }
  /** By rule: when it last fired. */
  readonly fired: { readonly [rule: string]: Moment }
  /** By tool: the call whose reply last held it; `null`: nobody kept whether it was called. */
  readonly toolCalled: { readonly [tool: string]: Moment | null }
  readonly events: { readonly [event in 'switch' | 'compaction' | 'reminder' | 'failover']?: Moment }
  readonly organisation: Organisation
  readonly history: History
  /** What last served this session. */
  readonly lastServed: Served | undefined
  /** The sticky endpoint of each model, by model name. */
  readonly sticky: { readonly [model: string]: { readonly provider: string; readonly usedMicros: number | undefined } }
}

export interface Moment {
  readonly call: number
  readonly turn: number
  readonly micros: number | undefined
}

/** `keep` keeps all of it. */
export interface RememberedChoice {
  readonly model: string
  readonly profile: string | undefined
  readonly at: string | undefined
  /** Of the first endpoint that this choice's call would have tried. */
  readonly family: string | undefined
  readonly provider: string | undefined
}

export type MemoryState =
  | { readonly kind: 'latch'; readonly set: boolean }
  | { readonly kind: 'counter' | 'streak'; readonly count: number }
  | { readonly kind: 'pin'; readonly model: string | null; readonly sinceMicros: number | undefined }
  | { readonly kind: 'level'; readonly word: string | null; readonly sinceMicros: number | undefined }

export interface Organisation {
  readonly blocked: readonly string[]
  /** `null`: no list. */
  readonly only: readonly string[] | null
  readonly ignored: readonly string[]
  readonly router: 'allowed' | 'blocked' | null
}

/** Newest last; each window no longer than the policy's longest look back over it. */
export interface History {
  readonly messages: readonly HistoryMessage[]
  readonly tools: readonly HistoryTool[]
  /** `served` undefined: some call stands here, or may, and nobody kept how it ended. */
  readonly calls: readonly { readonly call: number; readonly turn: number; readonly served: boolean | undefined }[]
  /** Images of this turn's message and tool results so far; `undefined`: unknown. */
  readonly turnImages: number | undefined
  readonly contextImages: number | undefined
  readonly contextTokens: number | undefined
  /** The newest user message of this turn; `null`: the turn has none. */
  readonly userMessage: TextFacts | null | undefined
  /** Tool names in the newest reply; `undefined`: unknown. */
  readonly replyTools: readonly string[] | undefined
  /** Facts that hold until said otherwise, by signal name. */
  readonly signals: { readonly [name: string]: Reading }
  /** The newest map of each kind; a key that is not in it is none, a map never given is unknown. */
  readonly maps?: { readonly [map in 'header' | 'param' | 'metadata']?: { readonly [key: string]: Reading } }
}

export interface HistoryMessage {
  readonly from: 'user' | 'assistant' | 'thinking'
  readonly turn: number
  readonly call: number
  /** `undefined`: this message exists, or may exist, and its words are unknown. */
  readonly text: TextFacts | undefined
}

export interface HistoryTool extends ToolFacts {
  /** The reply's tool calls are unknown: any number may stand here. */
  readonly unrecorded?: true
  readonly call: number
  readonly turn: number
}

/**
 * A fact as a policy reads it: `null` is none, `undefined` unknown. Numbers are integers of the base
 * unit of the expression's type; money is a bigint.
 */
export type Reading = boolean | number | bigint | string | readonly (string | number)[] | null | undefined

/** What is new at this call. Model names are canonical where the catalogue knows them. */
export interface CallInput {
  readonly beginsTurn: boolean
  /** The reply to the previous call, visible from now on; absent on the first call. */
  readonly previousReply: ReplyFacts | undefined
  readonly previousServed: boolean | undefined
  readonly prompt: PromptFacts
  /** `undefined`: not recorded; then the state's holds. */
  readonly requested: string | null | undefined
  readonly kind: 'router' | 'concrete' | undefined
  readonly sidechain: boolean | undefined
  /** New values of what changed; a list not named stays. */
  readonly organisation: Partial<Organisation>
  /** `undefined`: no date; the newest prices are in force. */
  readonly nowMicros: number | undefined
  /**
   * A clock without a date, for lifetimes and `time since`; absent: `nowMicros`. A runner gives it
   * at every call of a session or at none.
   */
  readonly elapsedMicros?: number | undefined
  /** A compaction that the policy did not decide came before this call. */
  readonly compacted?: boolean
  /** Phrase lists (digests) whose hits are given in this session's texts. */
  readonly phraseLists: readonly string[]
  readonly withheld: { readonly visible: boolean; readonly thinking: boolean }
  /** Values that replace what would be computed; tests state them, a trace never does. */
  readonly given: Given
  /** What is known between bounds only, of a session that has gone another way than its log. */
  readonly ranges?: InputRanges | undefined
}

/**
 * Numbers of a call between bounds, both possible. A comparison that they settle is settled; anything
 * else that reads one is unknown. Only the reference evaluator reads them.
 */
export interface InputRanges {
  /** Tokens of the prompt, in place of what the log says. */
  readonly contextTokens: { readonly lo: number; readonly hi: number } | undefined
  /** How many calls each call after this one stands for, in order. */
  readonly steps: { readonly afterCall: number; readonly each: readonly { readonly lo: Exact; readonly hi: Exact }[] }
}

/** By name; an absent entry computes. */
export interface Given {
  readonly signals?: { readonly [signal: string]: Reading }
  readonly unknownSignals?: readonly string[]
  readonly scorers?: { readonly [scorer: string]: { readonly numerator: bigint; readonly denominator: bigint } | 'unknown' }
  readonly bucketMillionths?: number
  readonly benefitPicoUsd?: { readonly numerator: bigint; readonly denominator: bigint }
  readonly switchCostPicoUsd?: { readonly numerator: bigint; readonly denominator: bigint }
  readonly usedMillionths?: { readonly [budget: string]: number }
  readonly cachedTokens?: number
}

/** What the world tells at this instant, from events before it. Pure: the same question, the same answer. */
export interface World {
  /** An attempt failed for health, or a fault held, within [now − window, now). */
  outage(endpoint: Endpoint, windowMicros: number): boolean | undefined
  warm(model: string): boolean | undefined
  /** Present prefix cached at the current model, tokens; `undefined`: unknown. */
  cachedTokens(model: string): number | undefined
  /** `provider` is given where the budget's scope is `provider`. */
  usedMillionths(budget: string, provider?: string): number | undefined
  spentPicoUsd(scope: string): bigint | undefined
  /** A draw in [0, 1) as an integer of millionths, keyed by seed, purpose and session, never shared. */
  drawMillionths(purpose: string, ...key: readonly (string | number)[]): number
}

export interface Decision {
  readonly call: number
  readonly turn: number
  readonly block: 'start' | 'turn' | 'call'
  /** The rule that chose; `otherwise` for an unnamed default. */
  readonly rule: string
  /** Rules that fired before it, in order, with `restart`'s own. */
  readonly after: readonly string[]
  readonly reason: 'rule' | 'forced'
  /** `undefined`: the call ends `no-route`. */
  readonly model: string | undefined
  readonly profile: string | undefined
  readonly at: string | undefined
  readonly noRoute: { readonly reason: string } | undefined
  readonly forThisCall: boolean
  /** The choice before this call. */
  readonly before: string | undefined
  /** A choice whose `upgrade` gave another model. */
  readonly upgraded: boolean
  /** `upgrade via` fired and the ladder had no step. */
  readonly noStep: boolean
  readonly switched: SwitchRecord | undefined
  /** What a `weighted` choice drew among, in the pool's order. */
  readonly drawn?: readonly { readonly model: string; readonly weight: number }[] | undefined
  readonly reminders: readonly string[]
  readonly alerts: readonly string[]
  readonly hiddenTools: readonly string[]
  /** Classifiers asked, in order. */
  readonly asked: readonly string[]
  readonly undetermined: boolean
  /** What was unknown where it mattered, sorted: signal, classifier or function names. */
  readonly missing: readonly string[]
  /** Filters that rested because their `when` was unknown. */
  readonly resting: readonly string[]
  /** Endpoints of the chosen model that hard filters leave, in order of declaration. */
  readonly endpoints: readonly string[]
}

export interface SwitchRecord {
  readonly from: string
  readonly to: string
  readonly kind: 'soft' | 'hard'
  readonly otherProvider: boolean
  readonly otherFamily: boolean
  /** Millionths of the context that a compaction leaves; `undefined`: kept. */
  readonly compactToMillionths: number | undefined
}

export interface Served {
  readonly model: string
  readonly provider: string | undefined
  readonly region: string | undefined
  readonly account: string | undefined
}

/** How a call ended, for `conclude`. */
export interface Conclusion {
  readonly end: 'served' | 'exhausted' | 'denied' | 'no-route' | 'cancelled'
  readonly served: Served | undefined
  readonly failedOver: boolean
  /** A fallback that `sticks`: its model becomes the session's choice. */
  readonly adopted: string | undefined
  readonly atMicros: number | undefined
}

/**
 * Decides calls. The reference evaluator and the compiled engine are two of these, and agree on
 * every policy, state and input.
 */
export interface Evaluator {
  readonly policy: Policy
  decide(state: SessionState, input: CallInput, world: World): readonly [SessionState, Decision]
}

/** One node of an explained decision: what was asked, and the value that it had. */
export interface Explanation {
  readonly label: string
  /** As printed: `true`, `0.85`, `none`, `unknown`. */
  readonly value: string | undefined
  readonly children: readonly Explanation[]
}

/** What the history must keep for a policy: the longest look back of each kind. */
export interface HistoryNeeds {
  readonly counts: readonly CountQuery[]
  readonly since: readonly SinceQuery[]
  readonly tools: readonly string[]
}

export type { Expression, VerdictRecord }
