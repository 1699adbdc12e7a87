import type { VerdictRecord } from '../trace/record.ts'
import type { Exact, FactName, Policy, SinceQuery } from './core.ts'
import type { CallInput, Moment, Reading, SessionState } from './decision.ts'
import { canonicalModel, modelNamed } from './catalogue-queries.ts'
import { entryOf, hasEntry } from './entries.ts'
import { clockOf, memoryAt } from './memory.ts'
import { integer, plus } from './value.ts'

export { countOf } from './counts.ts'

/** What `since` says of something that has never happened: larger than any number. */
export const never: number = Number.MAX_SAFE_INTEGER

/** What a test or a runner states in place of what would be computed; `undefined`: it states nothing. */
export function statedSignal(input: CallInput, name: string): { readonly reading: Reading } | undefined {
  if (input.given.unknownSignals?.includes(name) === true) return { reading: undefined }
  const { signals } = input.given
  return hasEntry(signals, name) ? { reading: entryOf(signals, name) } : undefined
}

/** A built-in signal. Models are named as the catalogue names them. */
export function factOf(
  policy: Policy,
  state: SessionState,
  input: CallInput,
  fact: FactName,
): Reading {
  const stated = statedSignal(input, fact)
  if (stated !== undefined) return stated.reading
  const { history, organisation } = state
  switch (fact) {
    case 'current':
      return state.choice?.model ?? null
    case 'requested':
      return typeof state.requested === 'string'
        ? canonicalModel(policy, state.requested)
        : state.requested
    case 'turn':
      return state.turn
    case 'images':
      return history.turnImages
    case 'context.images':
      return history.contextImages
    case 'message.text':
      return history.userMessage === null ? null : history.userMessage?.text
    case 'message.length':
      return history.userMessage === null ? null : history.userMessage?.chars
    case 'context.length': {
      const range = input.ranges?.contextTokens
      if (range === undefined) return history.contextTokens
      return range.lo === range.hi ? range.lo : undefined
    }
    case 'context.free':
      return contextFree(policy, state, input)
    case 'session.kind':
      return state.kind
    case 'sidechain':
      return state.sidechain
    case 'org.blocked':
      return organisation.blocked
    case 'org.only':
      return organisation.only
    case 'org.ignored':
      return organisation.ignored
    case 'org.router':
      return organisation.router
    case 'session':
      return state.session
    case 'variant':
    case 'surface':
    case 'plan-mode':
    case 'housekeeping':
    case 'team':
    case 'tags':
    case 'path':
    case 'toolchain':
    case 'workflow':
    case 'repo.name':
    case 'repo.files':
    case 'repo.language':
    case 'request.order':
    case 'url.path':
      return entryOf(history.signals, fact)
  }
}

function contextFree(policy: Policy, state: SessionState, input: CallInput): Reading {
  const current = factOf(policy, state, input, 'current')
  if (typeof current !== 'string') return current === undefined ? undefined : null
  const window = modelNamed(policy, current)?.contextTokens
  const used = factOf(policy, state, input, 'context.length')
  return window === undefined || typeof used !== 'number' ? undefined : window - used
}

/** `header("x-tier")` and its like: a key that a known map does not have is none. */
export function requestMapOf(
  state: SessionState,
  map: 'header' | 'param' | 'metadata',
  key: string,
): Reading {
  const known = state.history.maps?.[map]
  if (known === undefined) return undefined
  return hasEntry(known, key) ? entryOf(known, key) : null
}

/**
 * Turns, calls or microseconds since it last happened; `never` before the first time. `undefined`:
 * unknown, or calls that are known between bounds only.
 */
export function sinceOf(
  state: SessionState,
  input: CallInput,
  query: SinceQuery,
): number | undefined {
  const moment = momentOf(state, query)
  if (moment === undefined) return never
  if (moment === null) return undefined
  switch (query.unit) {
    case 'turns':
      return state.turn - moment.turn
    case 'calls':
      return callsSinceRange(state, input, query) === undefined ? state.call - moment.call : undefined
    case 'time': {
      const now = clockOf(input)
      return now === undefined || moment.micros === undefined ? undefined : now - moment.micros
    }
  }
}

/** Calls since it last happened where some of them stand for more or fewer; `undefined`: none do. */
export function callsSinceRange(
  state: SessionState,
  input: CallInput,
  query: SinceQuery,
): { readonly lo: Exact; readonly hi: Exact } | undefined {
  const steps = input.ranges?.steps
  const moment = momentOf(state, query)
  if (query.unit !== 'calls' || steps === undefined || moment === undefined || moment === null) return undefined
  const from = Math.max(moment.call, steps.afterCall)
  const standing = steps.each.slice(from - steps.afterCall, Math.max(0, state.call - 1 - steps.afterCall))
  if (standing.every((each) => isOne(each.lo) && isOne(each.hi))) return undefined
  const counted = integer(state.call - moment.call - standing.length)
  return {
    lo: standing.map((each) => each.lo).reduce(plus, counted),
    hi: standing.map((each) => each.hi).reduce(plus, counted),
  }
}

function isOne({ numerator, denominator }: Exact): boolean {
  return numerator === denominator
}

function momentOf(state: SessionState, { of }: SinceQuery): Moment | null | undefined {
  switch (of.kind) {
    case 'rule':
      return entryOf(state.fired, of.rule)
    case 'tool':
      return entryOf(state.toolCalled, of.tool)
    case 'event':
      return state.events[of.event]
  }
}

/** Whether the newest reply of the session contains a call of this tool. */
export function calledTool(state: SessionState, tool: string): boolean | undefined {
  return state.history.replyTools?.includes(tool)
}

/** `undefined`: the trace carries no verdict of this classifier at this call; its status is `missing`. */
export function verdictOf(input: CallInput, classifier: string): VerdictRecord | undefined {
  return entryOf(input.prompt.classifiers, classifier)
}

/**
 * Millionths. `null`: the classifier failed, or it did not score this model. `undefined`: there is
 * no verdict, or the trace does not carry its scores.
 */
export function verdictScoreOf(
  policy: Policy,
  input: CallInput,
  classifier: string,
  model: string,
): number | null | undefined {
  const verdict = verdictOf(input, classifier)
  if (verdict === undefined) return undefined
  if (verdict.status !== 'ok') return null
  const scores = verdict.scoresMillionths
  if (scores === undefined) return undefined
  if (hasEntry(scores, model)) return entryOf(scores, model)
  // Two spellings of one model: the first by name, so that the file's order does not tell.
  const spelling = Object.keys(scores).sort().find((name) => canonicalModel(policy, name) === model)
  return spelling === undefined ? null : entryOf(scores, spelling)
}

/** A verdict's word; a failed one has none. */
export function verdictLabelOf(input: CallInput, classifier: string): string | null | undefined {
  const verdict = verdictOf(input, classifier)
  return verdict !== undefined && verdict.status !== 'ok' ? null : verdict?.label
}

/** A memory as rules read it now. */
export function memoryOf(
  policy: Policy,
  state: SessionState,
  input: CallInput,
  name: string,
): boolean | number | string | null {
  return memoryAt(policy, state, name, clockOf(input))
}
