import type { Effect, Expression, Policy, Rule } from '../core.ts'
import type { CallInput, SessionState, World } from '../decision.ts'
import { withEntry } from '../entries.ts'
import { addTo, clockOf, forget, raiseTo, setLatch } from '../memory.ts'
import { isUnknown } from '../value.ts'
import type { Value } from '../value.ts'
import { candidatesOf, eligibility } from './candidates.ts'
import type { Candidacy, Candidates } from './candidates.ts'
import { evaluate } from './evaluate.ts'
import type { Observer } from './observer.ts'
import { newNotes } from './scope.ts'
import type { Notes, Scope } from './scope.ts'
import type { Trace } from './trace.ts'

/**
 * One decision while it is being made. The session's state is replaced, never changed; the lists
 * grow.
 */
export interface Run {
  readonly policy: Policy
  readonly input: CallInput
  readonly world: World
  readonly candidates: Candidates
  readonly notes: Notes
  readonly trace: Trace | undefined
  readonly observer: Observer | undefined
  state: SessionState
  /** Rules that fired and did not choose, and those whose `restart` or `keep` was overtaken. */
  readonly after: string[]
  readonly reminders: string[]
  readonly alerts: string[]
  /** What was unknown where it mattered. */
  readonly missing: Set<string>
  /** Pins that take the model this call ends up choosing. */
  readonly pins: Set<string>
  upgraded: boolean
  noStep: boolean
  drawn: readonly { readonly model: string; readonly weight: number }[] | undefined
}

export function startRun(
  policy: Policy,
  state: SessionState,
  input: CallInput,
  world: World,
  trace: Trace | undefined,
  observer: Observer | undefined,
): Run {
  const notes = newNotes()
  const begun: Scope = {
    policy, state, input, world, it: undefined, eligible: undefined, claims: [], notes, trace, observer,
  }
  return {
    policy,
    input,
    world,
    candidates: candidatesOf(begun),
    notes,
    trace,
    observer,
    state,
    after: [],
    reminders: [],
    alerts: [],
    missing: new Set(),
    pins: new Set(),
    upgraded: false,
    noStep: false,
    drawn: undefined,
  }
}

/** What an expression of this call may read now, effects so far included. */
export function scopeOf(run: Run): Scope {
  const { policy, state, input, world, notes, trace, observer } = run
  const eligible = eligibility(run.candidates, (candidacy) => lack(run, candidacy.missing))
  return { policy, state, input, world, it: undefined, eligible, claims: [], notes, trace, observer }
}

/** Something unknown had a say: the decision is undetermined. */
export function lack(run: Run, names: Iterable<string>): void {
  for (const name of names) run.missing.add(name)
}

export function consult(run: Run, model: string): Candidacy {
  const found = run.candidates.of(model)
  lack(run, found.missing)
  return found
}

/** An expression's value; an unknown one is noted. */
export function judged(run: Run, expression: Expression): Value {
  const value = evaluate(expression, scopeOf(run))
  lack(run, run.notes.lacking)
  if (isUnknown(value)) lack(run, value.unknown)
  return value
}

/** The rule has fired: from now on `since rule` counts from here, and its effects are seen. */
export function fire(run: Run, rule: Rule): void {
  const { call, turn } = run.state
  const moment = { call, turn, micros: clockOf(run.input) }
  run.state = { ...run.state, fired: withEntry(run.state.fired, rule.name, moment) }
  for (const effect of rule.effects) apply(run, effect)
}

function apply(run: Run, effect: Effect): void {
  const { policy, state, input } = run
  switch (effect.kind) {
    case 'remind': {
      run.reminders.push(effect.text)
      const reminder = { call: state.call, turn: state.turn, micros: clockOf(input) }
      run.state = { ...state, events: { ...state.events, reminder } }
      break
    }
    case 'alert':
      run.alerts.push(effect.text)
      break
    case 'set':
      run.state = setLatch(state, effect.memory)
      break
    case 'add':
      run.state = addTo(policy, state, effect.memory, effect.count)
      break
    case 'reset':
      run.state = forget(state, effect.memory)
      break
    case 'raise': {
      const word = judged(run, effect.value)
      // An effect whose argument is unknown rests.
      if (!isUnknown(word)) {
        const to = typeof word === 'string' ? word : null
        run.state = raiseTo(policy, run.state, effect.memory, to, clockOf(input))
      }
      break
    }
    case 'pin':
      run.pins.add(effect.memory)
      break
    case 'release':
      run.pins.delete(effect.memory)
      run.state = forget(state, effect.memory)
      break
  }
  run.trace?.leaf(label(effect))
}

function label(effect: Effect): string {
  switch (effect.kind) {
    case 'remind':
    case 'alert':
      return `${effect.kind} ${JSON.stringify(effect.text)}`
    case 'add':
      return `add ${effect.count} to ${effect.memory}`
    case 'set':
    case 'reset':
    case 'raise':
    case 'pin':
    case 'release':
      return `${effect.kind} ${effect.memory}`
  }
}
