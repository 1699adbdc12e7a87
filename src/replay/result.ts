import type { CacheCause } from './cache/state.ts'
import type { Range } from './cache/range.ts'
import type { Location } from '../language/source.ts'
import type { Decision } from '../policy/decision.ts'
import type { Timer } from '../trace/faults/fault.ts'
import type { BudgetEvent, BudgetTally } from './serving/budgets.ts'
import type { GuardPhase, GuardTransition } from './serving/transition.ts'
import type { ReachedShare } from './simulator/surroundings.ts'

/**
 * How a replay goes on past a session's divergence: `frozen` with what the log holds, `projected`
 * with what assumptions make of it, `stop` not at all.
 */
export type DecisionMode = 'frozen' | 'projected' | 'stop'

/** How much is known of a number, strongest first; `REPLAY.md`, "What a number may claim". */
export type Level = 'observed' | 're-priced' | 'bounded' | 'estimated' | 'modelled' | 'unknown'

/**
 * Money in pico-dollars with what may be claimed of it. `lo ≤ value ≤ hi`; a bound that is not known
 * is `null`, and so is the value of an unknown. `basis` names the log, the price card or the
 * assumption that it rests on. The value of something bounded is the part that the log proves, `lo`.
 */
export interface Money {
  readonly value: bigint | null
  readonly lo: bigint | null
  readonly hi: bigint | null
  readonly level: Level
  readonly basis: string
  /**
   * Where the money is of several levels: parts that add up to it exactly, each of one level; the
   * whole has the weakest. An input that the log tells exactly and an output that it cuts short are
   * two parts, so that a split by level still says how much is exact.
   */
  readonly parts?: readonly Money[]
}

/** A total, split by level; the parts add up to it exactly. Levels without a part are absent. */
export interface MoneySplit {
  readonly parts: { readonly [level in Level]?: MoneyPart }
}

/**
 * `calls`: calls with money of this level; one with several parts counts in each of their levels.
 * What is `unknown` adds nothing to the sums and is only counted.
 */
export interface MoneyPart {
  readonly value: bigint
  readonly lo: bigint
  /** `null`: unbounded above. */
  readonly hi: bigint | null
  readonly calls: number
}

export interface Place {
  /** Canonical where the catalogue knows the recorded name, else as recorded. */
  readonly model: string
  readonly provider: string | undefined
}

/** One try of a call at one endpoint. */
export interface Attempt {
  readonly model: string
  readonly provider: string
  readonly startMicros: number | undefined
  readonly endMicros: number | undefined
  /** `undefined` on the attempt that served. */
  readonly errorClass: string | undefined
  readonly status: number | undefined
  /** `recorded`: lifted from the log at the same endpoint; `fault`: a fault of this endpoint held. */
  readonly cause: 'recorded' | 'fault' | 'assumed'
  /** The fault of a script that failed it, by its id. */
  readonly fault?: string | undefined
  /** Of a timeout that a script caused, which one ran out. */
  readonly timer?: Timer | undefined
  /** Share of the output that came before its stream ended, where that is known. */
  readonly emittedMillionths?: number | undefined
  /** Dedicated capacity took it, or had no room and it spilled over; absent: none is dedicated here. */
  readonly capacity?: 'dedicated' | 'spill'
}

/**
 * Where a call stands to its session's first divergence: `before` it, the call `at` it, or `after`.
 */
export type Phase = 'before' | 'at' | 'after'

export interface CallResult {
  readonly session: string
  readonly call: number
  readonly turn: number
  readonly startMicros: number | undefined
  readonly phase: Phase
  readonly decision: Decision
  /** The decision in the state as printed: `served`, `exhausted`, `denied`, `no-route`, `cancelled`. */
  readonly end: 'served' | 'exhausted' | 'denied' | 'no-route' | 'cancelled'
  readonly served: Place | undefined
  readonly recorded: Place | undefined
  readonly recordedEnd: string
  readonly attempts: readonly Attempt[]
  /** The log names no provider, or none that the catalogue knows: compared by model only. */
  readonly comparedByModelOnly: boolean
  /** Another rule or reason than recorded, with the same endpoint and prompt. */
  readonly decisionChanged: boolean
  /**
   * What this decision may have read that the session's divergence changed, sorted: signals, checks
   * and `an earlier decision`. Empty: nothing, and of every call that is not after one.
   */
  readonly tainted: readonly string[]
  /** What the log says that this call cost: the bill, or its tokens at the price of its day. */
  readonly recordedCost: Money
  /** What the log says the classifiers asked at this call cost; `undefined`: it names none. */
  readonly recordedOverhead: Money | undefined
  /** What it costs under the policy: exact before the divergence, else modelled (`same-tokens`). */
  readonly policyCost: Money
  /** Classifier calls and compactions that the policy causes at this call. */
  readonly overheadCost: Money | undefined
  /** What failed attempts may have cost; `undefined`: nothing. */
  readonly attemptsCost: Money | undefined
  /** Why the policy's cost is another than the recorded one; `undefined`: one of them is unknown. */
  readonly effects: CallEffects | undefined
  /** What it finds in a cache, from the divergence on; `undefined`: not served, or nothing is known of its prompt. */
  readonly cache: CallCache | undefined
  /** Tokens of the prompt before the policy summed it up; `undefined`: the log does not tell. */
  readonly contextTokens: number | undefined
  /** What that summary costs, as likely; `undefined`: there is none. */
  readonly compactionPicoUsd: bigint | undefined
  readonly promptTokens: number | undefined
  readonly outputTokens: number | undefined
  /** The log cuts its output short: the tokens are a lower bound. */
  readonly outputIsLowerBound: boolean
  /** What the client itself reckoned; never a bill. */
  readonly clientEstimatePicoUsd: bigint | undefined
  /** `team`, `repo`, `user` as this call's own prompt gives them, where it does. */
  readonly facts: { readonly [field: string]: string | undefined }
  /** Named assumptions that this call's serving rests on: `untried-healthy`. */
  readonly assumptions: readonly string[]
  readonly tokens: UsageTokens | undefined
}

/** Tokens of a call's prompt, and of it what a cache holds, as the mean over many such calls. */
export interface CallCache {
  readonly promptTokens: number
  readonly read: Range
  readonly cause: CacheCause
}

/**
 * Steps from the recorded cost of a call to the policy's, in order. `price`: the logged tokens at the
 * place that the policy asks first; `tokens`: another prompt there; `cache`: what is read and written
 * there; `failover`: another place answers; `not-served`: nobody does; `retries`: failed attempts.
 */
export const effectNames = [
  'price',
  'tokens',
  'cache',
  'failover',
  'not-served',
  'retries',
  'classifier',
  'compaction',
] as const

export type EffectName = (typeof effectNames)[number]

/** What a call cost in the log and under the policy, everything about it included. */
export interface CallEffects {
  readonly recorded: Money
  readonly policy: Money
  /** Pico-dollars with the weakest level of what they are worked out from; those that are 0 are absent. */
  readonly steps: { readonly [effect in EffectName]?: { readonly picoUsd: bigint; readonly level: Level } }
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

/** A switch of the policy, and whether the session is long enough for it. */
export interface SwitchEconomy {
  readonly call: number
  readonly rule: string
  readonly from: string
  readonly to: string
  /** Calls until it has earned its cost, in tenths; `never`: each call is dearer; `undefined`: no price. */
  readonly breakEvenTenths: number | 'never' | undefined
  /** Recorded calls from it on, up to the next switch. */
  readonly callsLeft: number
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

/** Tokens as logged, in disjoint buckets. */
export interface UsageTokens {
  readonly uncachedInput: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

/** A recorded call that mode `stop` does not decide, for it lies after the divergence. */
export interface UnreplayedCall {
  readonly call: number
  readonly turn: number
  readonly startMicros: number | undefined
  readonly recorded: Place | undefined
  readonly recordedCost: Money
  readonly facts: { readonly [field: string]: string | undefined }
  readonly clientEstimatePicoUsd: bigint | undefined
  readonly outputIsLowerBound: boolean
  readonly tokens: UsageTokens | undefined
}

export interface Divergence {
  readonly call: number
  readonly kind: 'endpoint' | 'prompt' | 'no-counterpart'
  readonly detail: string
  readonly rule: string
  readonly from: Place | undefined
  readonly to: Place | undefined
}

export interface SessionResult {
  readonly session: string
  /** By field: `team`, `repo`, `user`, `day`; `undefined` where the trace does not tell. */
  readonly facts: { readonly [field: string]: string | undefined }
  readonly calls: readonly CallResult[]
  readonly divergence: Divergence | undefined
  /** Empty but in mode `stop`. */
  readonly unreplayed: readonly UnreplayedCall[]
  /** Calls that are outside the selection; they were decided, for the state, and count nowhere else. */
  readonly skipped: readonly { readonly call: number; readonly reason: string }[]
  readonly breaches: readonly Breach[]
  /** By invariant: calls of this session at which it was judged. */
  readonly invariantsChecked: { readonly [invariant: string]: number }
  /** Calls that may begin a turn or not, for the log of this session tells no turns. */
  readonly turnsUnknown: number
  /** Some call of it carries a classifier's verdict. */
  readonly hasVerdict: boolean
  /** Phrase lists of the policy that the log's words were not counted for when it was imported. */
  readonly uncountedPhrases: readonly string[]
  readonly switches: readonly SwitchEconomy[]
  /** Compactions that the log marks and nobody billed. */
  readonly unloggedCompactions: readonly { readonly beforeCall: number; readonly cost: Money }[]
  /** The log dates it: it shares a clock with other sessions. */
  readonly isDated: boolean
  /** What no other session shares: its own accounts, and without a shared clock its own hosts. */
  readonly own: {
    readonly budgets: readonly BudgetTally[]
    readonly reached: readonly ReachedShare[]
    readonly transitions: readonly GuardTransition[]
  }
  /** Hash over the canonical events of this session. */
  readonly outcomeHash: string
}

/** A declared invariant that a call broke. */
export interface Breach {
  readonly invariant: string
  readonly session: string
  readonly call: number
  readonly values: string
}

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

/** How calls were served in one run of several that are compared, and what all of them cost. */
export interface Unavailability {
  readonly served: number
  /** Served, exhausted, denied or without a route; what the person broke off is not counted. */
  readonly asked: number
  readonly attempts: number
  readonly failedOver: number
  /** Of all calls, tokens as logged. */
  readonly cost: MoneySplit
}

/** What faults did; each part is there where it has something to tell. */
export interface OutageReport {
  readonly script?: {
    /** In the order of the script, those that failed nothing included. */
    readonly faults: readonly { readonly id: string; readonly cause: string | undefined; readonly attemptsFailed: number }[]
    /** Calls of which a fault failed an attempt: served at the same host later, at another one, or not at all. */
    readonly callsHit: number
    readonly servedThere: number
    readonly servedElsewhere: number
    readonly lost: number
    readonly withFaults: Unavailability
    /** The same traffic with the script left out. */
    readonly withoutFaults: Unavailability
  }
  /** The log leaves it open whether a host would have answered; figures lie between the two runs. */
  readonly unknownHealth?: {
    /** That asked such a host. */
    readonly calls: number
    readonly up: Unavailability
    readonly down: Unavailability
  }
}

/** How calls were served under the policy, and what its guards and budgets did. */
export interface FailoverReport {
  readonly sessions: {
    readonly replayed: number
    /** No call of theirs was exhausted or denied. */
    readonly uninterrupted: number
    /** Some call of theirs was served by another provider than its first attempt was sent to. */
    readonly crossedProviders: number
    /** Without a wall clock: replayed with hosts and accounts of their own. */
    readonly undated: number
  }
  /** Of calls that had a route, by the number of their attempts, ascending. */
  readonly attemptsPerCall: readonly { readonly attempts: number; readonly calls: number }[]
  /** Of calls whose first attempt failed and that were served: to the start of the attempt that served. */
  readonly timeToRecover: Spread | undefined
  /** Of cooldowns and breakers that tripped: from the first failure since the host last answered. */
  readonly timeToDetect: Spread | undefined
  /** Attempts that dedicated capacity took, and those that it had no room for. */
  readonly dedicated: { readonly served: number; readonly spilled: number }
  readonly budgets: readonly BudgetTally[]
  /** The first entries, in order, and how many there are. */
  readonly timeline: { readonly entries: readonly TimelineEntry[]; readonly total: number }
}

/** Of durations, by nearest rank. */
export interface Spread {
  readonly count: number
  readonly medianMicros: number
  readonly p90Micros: number
  readonly maxMicros: number
}

/** A guard that goes over into another phase, or a share of a budget that is reached. */
export type TimelineEntry = {
  /** `calendar`: an instant; `session`: since the unknown one from which its log counts. */
  readonly clock: 'calendar' | 'session'
  readonly atMicros: number
  /** What a guard counts together, or the budget. */
  readonly subject: string
  /** The call whose attempt, or whose cost, brought it there. */
  readonly session: string
  readonly call: number
} & (
  | {
      readonly kind: GuardTransition['kind']
      readonly from: GuardPhase
      readonly to: GuardPhase
      readonly untilMicros: number | undefined
      readonly detectedAfterMicros: number | undefined
    }
  | {
      readonly kind: 'budget'
      readonly account: string
      readonly to: BudgetEvent['action']['kind']
      readonly atMillionths: number
      readonly overshootPicoUsd: bigint
    }
)

/** Capacity that a policy declares, paid for whether it is used or not; `undefined`: not declared, or no dates. */
export interface DedicatedCost {
  readonly provider: string
  readonly costPicoUsd: bigint | undefined
  readonly per: string | undefined
  /** Of the trace, the begun one included. */
  readonly periods: number | undefined
  readonly sunkPicoUsd: bigint | undefined
}

/** Which identity ran, and what it found. */
export type Identity =
  | {
      readonly form: 'policy'
      readonly policy: string
      readonly calls: number
      readonly same: number
      readonly residuals: readonly { readonly session: string; readonly call: number; readonly detail: string }[]
    }
  | {
      readonly form: 'accounting'
      readonly calls: number
      readonly tokensSame: number
      readonly billed: number
      readonly billSame: number
      readonly residuals: readonly { readonly session: string; readonly call: number; readonly detail: string }[]
    }
  | { readonly form: 'none'; readonly reason: string }

export interface ReplayResult {
  readonly schemaVersion: 1
  readonly engineVersion: string
  readonly runId: string
  readonly outcomeHash: string
  readonly policy: { readonly name: string; readonly digest: string }
  readonly traceDigest: string
  readonly seed: string
  readonly mode: {
    readonly decisions: DecisionMode
    readonly money: 'stop'
    readonly arrivals: 'closed-loop' | 'recorded'
  }
  /** State that sessions share under this policy; with any they are replayed in one order of events. */
  readonly sharedState: readonly string[]
  readonly identity: Identity
  readonly totals: Totals
  readonly failover: FailoverReport
  /** What a script of faults did, and what the log leaves open; absent: neither. */
  readonly outage?: OutageReport | undefined
  readonly groupedBy: string | undefined
  /** Sorted by key; their totals add up to `totals` exactly. */
  readonly groups: readonly { readonly key: string; readonly totals: Totals }[]
  /** Identity failed: a what-if is refused unless it is forced. */
  readonly refusal: { readonly reason: string; readonly same: number; readonly calls: number } | undefined
  /** Said first, in order: what a reader must know before any number. */
  readonly notices: readonly string[]
  readonly assumptions: readonly { readonly name: string; readonly text: string }[]
  readonly dedicated: readonly DedicatedCost[]
  /** Directives of the policy that this replay does not simulate, and why. */
  readonly notSimulated: readonly {
    readonly directive: string
    readonly location: Location
    readonly reason?: string
  }[]
  /** The smallest session that breaks each broken invariant. */
  readonly smallestBreaches: readonly Breach[]
  readonly expectations: readonly {
    readonly name: string
    readonly verdict: 'pass' | 'fail' | 'undecided'
    readonly detail: string
    /** Of one that is undecided: the assumptions and gaps that leave it open. */
    readonly decides?: readonly string[]
  }[]
}
