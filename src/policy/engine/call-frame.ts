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
  state: SessionState
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
  first: Pick<CallFrame, 'state' | 'input' | 'world'>,
): CallFrame {
  return {
    ...first,
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
    values: [],
    stamps: [],
    callStamp: 1,
    effectStamp: 1,
    standings,
    standing,
  }
}

/** Makes the frame ready for another call. */
export function enter(frame: CallFrame, state: SessionState, input: CallInput, world: World): void {
  frame.state = state
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
  frame.missing.clear()
  frame.asked.length = 0
  frame.reminders.length = 0
  frame.alerts.length = 0
  frame.pins.clear()
  frame.used.clear()
  frame.effectStamp += 1
  frame.callStamp = frame.effectStamp
}

function statesAnything({ given }: CallInput): boolean {
  for (const _ in given) return true
  return false
}

/** Whatever reads what effects may change is read anew from here on. */
export function change(frame: CallFrame, state: SessionState): void {
  frame.state = state
  frame.effectStamp += 1
}
