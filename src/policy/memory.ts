import type { Memory, Policy } from './core.ts'
import type { CallInput, MemoryState, SessionState } from './decision.ts'
import { entryOf, withEntry, withoutEntry } from './entries.ts'
import { rankOf } from './catalogue-queries.ts'

/**
 * The clock that lifetimes run on: `elapsedMicros` where the runner gives it, else the date.
 * `undefined`: time does not pass.
 */
export function clockOf(input: CallInput): number | undefined {
  return input.elapsedMicros ?? input.nowMicros
}

export function memoryNamed(policy: Policy, name: string): Memory | undefined {
  return policy.memories.find((memory) => memory.name === name)
}

/** What a memory holds at `now`; a lifetime of 24h has ended 24h later. */
export function memoryAt(
  policy: Policy,
  state: SessionState,
  name: string,
  now: number | undefined,
): boolean | number | string | null {
  const memory = memoryNamed(policy, name)
  const held = entryOf(state.memories, name)
  switch (memory?.kind) {
    case 'latch':
      return held?.kind === 'latch' && held.set
    case 'counter':
    case 'streak':
      return held?.kind === 'counter' || held?.kind === 'streak' ? held.count : 0
    case 'pin':
      return held?.kind === 'pin' && alive(memory, held.sinceMicros, now) ? held.model : null
    case 'level':
      return held?.kind === 'level' && alive(memory, held.sinceMicros, now) ? held.word : null
    case undefined:
      return null
  }
}

function alive(
  memory: Extract<Memory, { readonly kind: 'pin' | 'level' }>,
  since: number | undefined,
  now: number | undefined,
): boolean {
  if (memory.lifetime === undefined || since === undefined || now === undefined) return true
  return now - since < memory.lifetime.micros
}

// --- effects

export function setLatch(state: SessionState, name: string): SessionState {
  return held(state, name, { kind: 'latch', set: true })
}

/** Stops at `up to`. */
export function addTo(policy: Policy, state: SessionState, name: string, count: number): SessionState {
  const memory = memoryNamed(policy, name)
  if (memory?.kind !== 'counter' && memory?.kind !== 'streak') return state
  const before = entryOf(state.memories, name)
  const held0 = before?.kind === 'counter' || before?.kind === 'streak' ? before.count : 0
  return held(state, name, { kind: memory.kind, count: Math.min(held0 + count, memory.upTo) })
}

/** As if it had never been written. */
export function forget(state: SessionState, name: string): SessionState {
  return { ...state, memories: withoutEntry(state.memories, name) }
}

/** To the higher of the word held and `word`; `none` changes nothing. */
export function raiseTo(
  policy: Policy,
  state: SessionState,
  name: string,
  word: string | null,
  now: number | undefined,
): SessionState {
  const memory = memoryNamed(policy, name)
  if (memory?.kind !== 'level' || word === null) return state
  const before = memoryAt(policy, state, name, now)
  const higher =
    typeof before === 'string' &&
    (rankOf(policy, memory.scale, before) ?? 0) >= (rankOf(policy, memory.scale, word) ?? 0)
      ? before
      : word
  const since = entryOf(state.memories, name)
  // Without `refreshed on use` a lifetime runs from the last rise.
  const risen = higher !== before || memory.lifetime?.refreshedOnUse === true
  const sinceMicros = !risen && since?.kind === 'level' ? since.sinceMicros : now
  return held(state, name, { kind: 'level', word: higher, sinceMicros })
}

export function pinModel(
  state: SessionState,
  name: string,
  model: string | null,
  now: number | undefined,
): SessionState {
  return held(state, name, { kind: 'pin', model, sinceMicros: now })
}

/** What a rule, a filter or a choice of this call has read lives on, where it is `refreshed on use`. */
export function refreshed(
  policy: Policy,
  state: SessionState,
  used: Iterable<string>,
  now: number | undefined,
): SessionState {
  return [...used].reduce((result, name) => {
    const memory = memoryNamed(policy, name)
    const before = entryOf(result.memories, name)
    if (memory?.kind !== 'pin' && memory?.kind !== 'level') return result
    if (before?.kind !== 'pin' && before?.kind !== 'level') return result
    if (memory.lifetime?.refreshedOnUse !== true || now === undefined) return result
    if (memoryAt(policy, result, name, now) === null) return result
    return held(result, name, { ...before, sinceMicros: now })
  }, state)
}

/** A `restart` or a choice of another model begins a new choice. */
export function forgetPerChoice(policy: Policy, state: SessionState): SessionState {
  return policy.memories.reduce(
    (result, memory) => (memory.perChoice ? forget(result, memory.name) : result),
    state,
  )
}

function held(state: SessionState, name: string, value: MemoryState): SessionState {
  return { ...state, memories: withEntry(state.memories, name, value) }
}
