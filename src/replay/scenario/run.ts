import type { Location } from '../../language/source.ts'
import type { Policy, TestCase, TestFact } from '../../policy/core.ts'
import type { CallInput, Evaluator, Explanation, SessionState } from '../../policy/decision.ts'
import type { Observer } from '../../policy/reference/observer.ts'
import type { ReplyFacts } from '../../trace/record.ts'
import type { DecidedCall } from '../hosts.ts'
import type { Attempt } from '../result/call.ts'
import type { Service } from '../serve.ts'
import type { Budgets } from '../serving/budgets.ts'
import type { Fleet } from '../serving/fleet.ts'
import type { WeighedLine } from './chances.ts'
import type { ScriptedFaults } from './faults.ts'
import type { TestReply } from './input.ts'

/** How one `test` of a policy came out. */
export interface TestResult {
  readonly title: string
  readonly location: Location
  /** Outcomes and checks that were compared. */
  readonly assertions: number
  /** `undefined`: it passes. The first that fails ends the test. */
  readonly failure: TestFailure | undefined
  /** Faults of a test that passes which no attempt met: it may not test what it seems to. */
  readonly unmetFaults: readonly Location[]
}

export interface TestFailure {
  readonly location: Location
  readonly expected: string
  readonly got: string
  /** How the call was decided; `undefined` where no call was. */
  readonly explanation: Explanation | undefined
}

/** One test while it runs. */
export interface Run {
  readonly policy: Policy
  readonly evaluator: Evaluator
  /** Hears of what the serving does; the evaluator has its own. */
  readonly observer: Observer | undefined
  readonly test: TestCase
  readonly faults: ScriptedFaults
  readonly fleet: Fleet
  readonly budgets: Budgets
  spentPicoUsd: bigint
  readonly given: TestFact[]
  readonly attempts: Attempt[]
  state: SessionState
  /** What has been said of the reply to the last call; `undefined` before the first. */
  reply: { assistant: string[]; thinking: string[]; tools: TestReply['tools'][number][] } | undefined
  /** The reply of a recorded call, until a step says what it was instead. */
  recordedReply: ReplyFacts | undefined
  /** What logs count in the texts of fragments and leave out of them; `undefined`: no fragment yet. */
  recordedTexts: Pick<CallInput, 'phraseLists' | 'withheld'> | undefined
  images: number
  elapsed: number
  /** When `now` was given. */
  nowSince: number
  previousProvider: string | undefined
  last: Concluded | undefined
  readonly counts: { calls: number; turns: number; switches: number; upgrades: number; assertions: number }
}

/** A call that has been decided and served. */
export interface Concluded {
  readonly call: DecidedCall
  /** The hosts that could be tried when the call began; `undefined`: none. */
  readonly line: WeighedLine | undefined
  readonly service: Service | undefined
  /** After the serving. */
  readonly state: SessionState
  readonly sameProvider: boolean
}
