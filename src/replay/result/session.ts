import type { BudgetTally } from '../serving/budgets.ts'
import type { GuardTransition } from '../serving/transition.ts'
import type { ReachedShare } from '../simulator/surroundings.ts'
import type { CallResult, Place, UnreplayedCall } from './call.ts'
import type { Money } from './money.ts'

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

/** A declared invariant that a call broke. */
export interface Breach {
  readonly invariant: string
  readonly session: string
  readonly call: number
  readonly values: string
}
