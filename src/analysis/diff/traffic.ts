import type { CallResult } from '../../replay/result/call.ts'
import type { MoneySplit } from '../../replay/result/money.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import type { Tally } from '../../replay/tally.ts'
import type { CostChange } from './cost-change.ts'
import type { MeaningComparison } from './meaning.ts'

/**
 * Where a recorded call falls, exactly one for each:
 *
 * - `same`: decided and served alike.
 * - `region`: the two policies decide it differently, from one and the same state.
 * - `not decided`: so too, and the comparison of their meaning has no region for it.
 * - `session state`: they decide it alike from one and the same state, and yet differently here,
 *   because an earlier call of the session has left another state.
 * - `serving`: decided alike, and tried or served elsewhere.
 */
export type CallKind = 'same' | 'region' | 'not decided' | 'session state' | 'serving'

/** What one policy did with a call. */
export interface CallSide {
  readonly rule: string
  /** The model that served or was tried last; how the call ended, where none was. */
  readonly to: string
  readonly provider: string | undefined
}

export interface CallComparison {
  readonly session: string
  readonly call: number
  readonly kind: CallKind
  /** Of kind `region`. */
  readonly region: string | undefined
  /** The decision of this call differs: model, profile, host, route, reminder, tools, compaction. */
  readonly flips: boolean
  readonly old: CallSide
  readonly new: CallSide
  /** Of kind `session state`: the last earlier call that was decided differently from one state. */
  readonly since: { readonly call: number; readonly old: string; readonly new: string } | undefined
  readonly recorded: CallResult
  readonly cost: CostChange
}

/** A call with another decision, as far as a gate looks at it. */
export type MovedCall = Pick<CallComparison, 'session' | 'call' | 'old' | 'new' | 'since'>

/** What some of the calls come to. Calls, tokens and money of all rows add up to the corpus exactly. */
export interface TrafficRow {
  readonly kind: CallKind
  /** Of kind `region`: its id. */
  readonly region: string | undefined
  /** With at least one such call; a session may stand in several rows. */
  readonly sessions: number
  readonly calls: number
  /** Of them with another decision in the replay. */
  readonly flips: number
  /** As logged, prompt and output. */
  readonly tokens: bigint
  readonly callsWithoutTokens: number
  /** What the log says they cost. */
  readonly recorded: MoneySplit
  readonly change: CostChange
  /** Who decided them, old against new, most calls first. */
  readonly moves: readonly Move[]
}

export interface Move {
  readonly old: CallSide
  readonly new: CallSide
  readonly calls: number
}

export interface Transition {
  readonly kind: 'model' | 'provider' | 'end'
  readonly from: string
  readonly to: string
  readonly calls: number
  readonly change: CostChange
}

export interface SessionChange {
  readonly session: string
  readonly calls: number
  readonly flips: number
  /** The first call that is decided or served differently. */
  readonly firstCall: number
  readonly old: CallSide
  readonly new: CallSide
  readonly change: CostChange
  /** How many recorded sessions it stands for, where its header says so. */
  readonly standsForSessions: number
}

/** The recorded traffic that a comparison rests on. */
export interface Corpus {
  readonly sessions: number
  readonly calls: number
  readonly tokens: bigint
  readonly callsWithoutTokens: number
  readonly recorded: MoneySplit
  /** Sessions whose header says how many they stand for. */
  readonly sampled: number
  /** What all of them stand for; one that does not say stands for itself. */
  readonly standsForSessions: number
  /** First and last day (UTC) of a call, where the log has dates. */
  readonly days: { readonly first: string; readonly last: string } | undefined
}

/** Two policies over the same recorded sessions, seed and faults. */
export interface TrafficDiff {
  readonly corpus: Corpus
  /** Every region of the comparison, seen or not; then what no region holds. */
  readonly rows: readonly TrafficRow[]
  readonly flips: number
  readonly sessionsChanged: number
  /** The other calls, by what changed: reminders, tools and so on, where model and host stay. */
  readonly transitions: readonly Transition[]
  /** By call index: sessions that first differ there. */
  readonly firstDifference: Tally
  /** The largest change of money first, then most flips. */
  readonly sessions: readonly SessionChange[]
  readonly change: CostChange
  readonly old: ReplayResult
  readonly new: ReplayResult
}

/** Both parts of one answer. */
export interface PolicyDiff {
  readonly old: { readonly name: string; readonly label: string; readonly digest: string }
  readonly new: { readonly name: string; readonly label: string; readonly digest: string }
  readonly meaning: MeaningComparison
  /** `undefined`: no traces were given. */
  readonly traffic: TrafficDiff | undefined
}

/**
 * Why a comparison is worth nothing: the policy that the log names is not understood. A log that names
 * a policy by its name alone means the old one of two.
 */
export function refusalOf({ old, new: next }: TrafficDiff): ReplayResult['refusal'] {
  return old.refusal ?? (old.policy.name === next.policy.name ? undefined : next.refusal)
}
