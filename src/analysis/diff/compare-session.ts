import type { Evaluator } from '../../policy/decision.ts'
import type { DecidedCall } from '../../replay/hosts.ts'
import type { CallResult } from '../../replay/result/call.ts'
import type { SessionResult } from '../../replay/result/session.ts'
import { changeOfCall, type Alike } from './cost-change.ts'
import type { MeaningComparison } from './meaning.ts'
import { followOldStates } from './old-state.ts'
import { sameDecision, samePrompt, sameServing, sameTexts } from './same-decision.ts'
import type { CallComparison, CallKind, CallSide } from './traffic.ts'

/** One side of a comparison: a replayed session with what each of its calls was decided from. */
export interface ReplayedSession {
  readonly result: SessionResult
  /** By call, those outside a selection as well. */
  readonly decided: ReadonlyMap<number, DecidedCall>
}

export interface Comparing {
  readonly meaning: MeaningComparison
  readonly old: Evaluator
  readonly new: Evaluator
}

/**
 * Compares two replays of one session call by call. Both went over the same recorded calls in mode
 * `frozen`, so that each call has a counterpart.
 */
export function compareSession(
  comparing: Comparing,
  old: ReplayedSession,
  next: ReplayedSession,
): readonly CallComparison[] {
  const states = followOldStates(comparing.old.policy, comparing.new.policy, old.result.session)
  const oldCalls = byCall(old.result)
  const newCalls = byCall(next.result)
  let alike: Alike = 'served'
  let since: CallComparison['since']
  const compared: CallComparison[] = []
  for (const [call, before] of old.decided) {
    const after = next.decided.get(call)
    const [was, is] = [oldCalls.get(call), newCalls.get(call)]
    if (after === undefined) throw new Error(`call ${call} was decided by the old policy alone`)
    // Of a call outside the selection its end is not kept; it was served, as far as anybody knows.
    const state = states.follow(before, after, (was?.end ?? 'served') === 'served')
    const direct = fromOneState(comparing, before, { ...after, begun: state })
    const flips = !sameDecision(before.decision, after.decision)
    const served = was === undefined || is === undefined || sameServing(was, is)
    const kind = kindOf(direct.kind, flips, served)
    const rules = { call, old: before.decision.rule, new: after.decision.rule }
    if (was !== undefined && is !== undefined) {
      alike = joined(alike, samePrompt(before.decision, after.decision) ? alikeIn(was, is, served) : 'no')
      compared.push({
        session: was.session,
        call,
        kind,
        region: direct.kind === 'region' ? direct.region.id : undefined,
        flips,
        old: sideOf(was),
        new: sideOf(is),
        since: kind === 'session state' ? since : undefined,
        recorded: was,
        cost: changeOfCall(was, is, alike),
      })
    }
    if (kind === 'region' || kind === 'not decided') since = rules
  }
  return compared
}

function joined(soFar: Alike, here: Alike): Alike {
  return soFar === 'no' || here === 'no' ? 'no' : soFar === 'answered' ? soFar : here
}

function alikeIn(was: CallResult, is: CallResult, served: boolean): Alike {
  if (served) return 'served'
  return was.end === is.end && was.served !== undefined && was.served.model === is.served?.model ? 'answered' : 'no'
}

/** What the two make of the same input in the state that the old policy has left. */
function fromOneState(
  { meaning, old, new: next }: Comparing,
  before: DecidedCall,
  { begun, input }: DecidedCall,
): ReturnType<MeaningComparison['at']> {
  const { world } = before
  if (meaning.verdict.kind === 'equal' && meaning.verdict.how === 'identical') return { kind: 'same' }
  const [oldState, oldDecision] = old.decide(begun, input, world)
  const [newState, newDecision] = next.decide(begun, input, world)
  const alike =
    sameDecision(oldDecision, newDecision) &&
    sameTexts(oldDecision.alerts, newDecision.alerts) &&
    sameTexts(oldDecision.endpoints, newDecision.endpoints) &&
    JSON.stringify(oldState.memories) === JSON.stringify(newState.memories)
  return alike ? { kind: 'same' } : meaning.at({ state: begun, input, world })
}

function kindOf(direct: 'same' | 'region' | 'not decided', flips: boolean, served: boolean): CallKind {
  if (direct !== 'same') return direct
  if (flips) return 'session state'
  return served ? 'same' : 'serving'
}

function sideOf({ decision, end, served, attempts }: CallResult): CallSide {
  const last = served ?? attempts.at(-1)
  const place = end === 'served' ? last : undefined
  return { rule: decision.rule, to: place?.model ?? end, provider: place?.provider }
}

function byCall({ calls }: SessionResult): ReadonlyMap<number, CallResult> {
  return new Map(calls.map((each) => [each.call, each]))
}
