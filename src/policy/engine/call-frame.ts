import { dayOf } from '../catalogue-queries.ts'
import type { Endpoint } from '../core.ts'
import type { CallInput, SessionState, World } from '../decision.ts'
import { clockOf } from '../memory.ts'
import type { Value } from './code.ts'

/**
 * What a compiled policy reads and writes while it decides one call. One frame serves an engine for
 * all its calls; nothing of a call is left in a decision but through `SessionState` and `Decision`.
 */
export interface CallFrame {
  /** `observed`, or this call's own copy of it, which its effects write to. */
  state: SessionState
  /** The state that the call began with. */
  observed: SessionState
  input: CallInput
  world: World
  /** The clock of lifetimes and `time since`. */
  clock: number | undefined
  /** Days since 1970-01-01; infinity without a date. */
  day: number
  /** Tokens of this prompt, or what a test states in their place. */
  tokens: number | undefined
  /** A test states values of its own. */
  given: boolean
  /** What `it` is: a model by name, or an endpoint. */
  model: string | undefined
  host: Endpoint | undefined
  /** A spent budget denies upgrades. */
  upgradesDenied: boolean
  /** An upgrade by a ladder found no step. */
  noStep: boolean
  /** Something was unknown before the decision was reached. */
  undetermined: boolean
  readonly missing: Set<string>
  readonly asked: string[]
  readonly reminders: string[]
  readonly alerts: string[]
  /** Pins that take the model that this call ends up choosing. */
  readonly pins: Set<string>
  /** Memories that this call has read or written. */
  readonly used: Set<string>
  /** Values of signals and counts, each with the stamp of when it was computed. */
  readonly values: Value[]
  readonly stamps: number[]
  /** A value stamped with this or more is of this call. */
  callStamp: number
  /** Grows with every effect: a value stamped with this has seen them all. */
  effectStamp: number
  /** By position of the model in the catalogue; read through `standing`. */
  readonly standings: readonly Standing[]
  readonly standing: (frame: CallFrame, index: number) => Standing
}

/** What the hard filters leave of a model at this call. */
export interface Standing {
  /** Of the call that it was worked out for. */
  stamp: number
  /** At least one endpoint passes the filters, the organisation and the budgets. */
  allowed: boolean
  /** And the prompt fits it. */
  candidate: boolean
  endpoints: readonly Endpoint[]
  /** A `where` was unknown; the names of what was missing, sorted. */
  missing: readonly string[]
}

export function newFrame(
  standings: readonly Standing[],
  standing: CallFrame['standing'],
  slots: number,
  first: Pick<CallFrame, 'state' | 'input' | 'world'>,
): CallFrame {
  return {
    ...first,
    observed: first.state,
    clock: undefined,
    day: 0,
    tokens: undefined,
    given: false,
    model: undefined,
    host: undefined,
    upgradesDenied: false,
    noStep: false,
    undetermined: false,
    missing: new Set(),
    asked: [],
    reminders: [],
    alerts: [],
    pins: new Set(),
    used: new Set(),
    values: Array.from({ length: slots }, () => undefined),
    stamps: Array.from({ length: slots }, () => 0),
    callStamp: 1,
    effectStamp: 1,
    standings,
    standing,
  }
}

/** Makes the frame ready for another call. */
export function enter(frame: CallFrame, state: SessionState, input: CallInput, world: World): void {
  frame.state = state
  frame.observed = state
  frame.input = input
  frame.world = world
  frame.clock = clockOf(input)
  frame.day = dayOf(input.nowMicros)
  frame.tokens = state.history.contextTokens
  frame.given = statesAnything(input)
  frame.model = undefined
  frame.host = undefined
  frame.upgradesDenied = false
  frame.noStep = false
  frame.undetermined = false
  // To empty what is empty costs more than to look.
  if (frame.missing.size > 0) frame.missing.clear()
  if (frame.pins.size > 0) frame.pins.clear()
  if (frame.used.size > 0) frame.used.clear()
  if (frame.asked.length > 0) frame.asked.length = 0
  if (frame.reminders.length > 0) frame.reminders.length = 0
  if (frame.alerts.length > 0) frame.alerts.length = 0
  frame.effectStamp += 1
  frame.callStamp = frame.effectStamp
}

function statesAnything({ given }: CallInput): boolean {
  for (const _ in given) return true
  return false
}

export type WritableState = { -readonly [field in keyof SessionState]: SessionState[field] }

/** The state for writing to; whatever reads what effects may change is read anew from here on. */
export function changing(frame: CallFrame): WritableState {
  frame.effectStamp += 1
  if (frame.state === frame.observed) frame.state = { ...frame.observed }
  return frame.state
}

/** Reads with another state in the place of this call's own. */
export function withState<T>(frame: CallFrame, state: SessionState, read: () => T): T {
  const own = frame.state
  frame.state = state
  frame.effectStamp += 1
  const value = read()
  frame.state = own
  frame.effectStamp += 1
  return value
}
