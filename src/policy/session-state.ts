import type { Policy } from './core.ts'
import type {
  CallInput,
  Conclusion,
  Decision,
  Organisation,
  RememberedChoice,
  SessionState,
} from './decision.ts'
import { canonicalModel, endpointAt } from './catalogue-queries.ts'
import { entryOf, withEntry } from './entries.ts'
import { emptyHistory, grown } from './history.ts'
import { reachesOf } from './history-needs.ts'
import { servePlan, stickyHost } from './line-up.ts'
import { clockOf, forgetPerChoice } from './memory.ts'

export { historyNeeds } from './history-needs.ts'
export { clockOf } from './memory.ts'

/** A session before its first call. `key` salts its draws and names it. */
export function startSession(_policy: Policy, key: string): SessionState {
  return {
    version: 1,
    session: key,
    call: 0,
    turn: 0,
    kind: undefined,
    sidechain: undefined,
    requested: undefined,
    requestedFixed: false,
    choice: undefined,
    memories: {},
    fired: {},
    toolCalled: {},
    events: {},
    organisation: { blocked: [], only: null, ignored: [], router: null },
    history: emptyHistory,
    lastServed: undefined,
    sticky: {},
  }
}

/**
 * The state as the next call's decision sees it: counts the call and its turn, and takes in the reply
 * to the call before and everything that is new with this one. Nothing is decided yet.
 */
export function observe(policy: Policy, state: SessionState, input: CallInput): SessionState {
  const now = { call: state.call + 1, turn: state.turn + (input.beginsTurn ? 1 : 0) }
  const clock = clockOf(input)
  // Every field by name: all states have one shape then, and copying them stays quick.
  return {
    version: state.version,
    session: state.session,
    call: now.call,
    turn: now.turn,
    // After a hard switch the session is concrete on its new model, whatever the log goes on saying.
    kind: state.requestedFixed ? state.kind : (input.kind ?? state.kind),
    requested:
      state.requestedFixed || input.requested === undefined ? state.requested : input.requested,
    sidechain: input.sidechain ?? state.sidechain,
    requestedFixed: state.requestedFixed,
    choice: state.choice,
    lastChoice: state.lastChoice,
    memories: state.memories,
    fired: state.fired,
    lastServed: state.lastServed,
    sticky: state.sticky,
    organisation: stated(policy, state.organisation, input.organisation),
    toolCalled: toolsCalled(policy, state, input),
    events:
      input.compacted === true
        ? { ...state.events, compaction: { ...now, micros: clock } }
        : state.events,
    clockMicros: clock,
    history: grown(policy, state, input, now),
  }
}

/** A list that is not named stays; models are named as the catalogue names them. */
function stated(
  policy: Policy,
  held: Organisation,
  { blocked, only, ignored, router }: Partial<Organisation>,
): Organisation {
  if (blocked === undefined && only === undefined && ignored === undefined && router === undefined) return held
  const model = (name: string): string => canonicalModel(policy, name)
  const isProvider = (name: string): boolean => policy.providers.some((each) => each.name === name)
  return {
    ...held,
    ...(blocked !== undefined && { blocked: blocked.map(model) }),
    ...(only !== undefined && {
      only: only === null ? null : only.map((name) => (isProvider(name) ? name : model(name))),
    }),
    ...(ignored !== undefined && { ignored }),
    ...(router !== undefined && { router }),
  }
}

/** `since tool` counts from the call whose reply held it. */
function toolsCalled(
  policy: Policy,
  state: SessionState,
  input: CallInput,
): SessionState['toolCalled'] {
  if (state.call === 0) return state.toolCalled
  const moment = { call: state.call, turn: state.turn, micros: state.clockMicros }
  return (input.previousReply?.tools ?? [])
    .filter((tool) => reachesOf(policy).sinceTools.has(tool.name))
    .reduce((called, tool) => withEntry(called, tool.name, moment), state.toolCalled)
}

/** The state after the call has ended: what served it, what sticks, what failed. */
export function conclude(
  policy: Policy,
  state: SessionState,
  decision: Decision,
  conclusion: Conclusion,
): SessionState {
  const { served, atMicros } = conclusion
  const call = { call: state.call, turn: state.turn, served: conclusion.end === 'served' }
  return {
    ...state,
    ...(conclusion.adopted !== undefined &&
      !decision.forThisCall &&
      remembered(policy, state, adopted(policy, state, conclusion.adopted, served?.provider))),
    events: conclusion.failedOver
      ? { ...state.events, failover: { call: call.call, turn: call.turn, micros: atMicros } }
      : state.events,
    history: {
      ...state.history,
      calls: [...state.history.calls.filter((each) => each.call !== call.call), call],
    },
    lastServed: served ?? state.lastServed,
    sticky: stuck(policy, state, decision, conclusion),
  }
}

/** A sticky host is used by being served; without `refreshed on use` its time runs from the first. */
function stuck(
  policy: Policy,
  state: SessionState,
  decision: Decision,
  { served, atMicros }: Conclusion,
): SessionState['sticky'] {
  const provider = served?.provider
  if (served === undefined || provider === undefined) return state.sticky
  const plan = servePlan(policy, served.model, decision.profile)
  const lasting = plan.sticky?.lifetime?.refreshedOnUse === false
  const question = { model: served.model, plan, state, clockMicros: atMicros }
  if (lasting && stickyHost(question) === provider) return state.sticky
  return withEntry(state.sticky, served.model, { provider, usedMicros: atMicros })
}

function adopted(
  policy: Policy,
  state: SessionState,
  model: string,
  provider: string | undefined,
): RememberedChoice {
  const host = provider ?? entryOf(state.sticky, model)?.provider
  return {
    model,
    profile: undefined,
    at: undefined,
    family: host === undefined ? undefined : endpointAt(policy, model, host)?.family,
    provider: host,
  }
}

function remembered(
  policy: Policy,
  state: SessionState,
  choice: RememberedChoice,
): Pick<SessionState, 'choice' | 'lastChoice' | 'memories'> {
  const { memories } =
    state.choice?.model === choice.model ? state : forgetPerChoice(policy, state)
  return { choice, lastChoice: choice, memories }
}
