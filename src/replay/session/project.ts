import { assumptionNames } from '../../policy/assumption-names.ts'
import { canonicalModel, modelNamed } from '../../policy/catalogue-queries.ts'
import { compactionsOf, openSummaries } from '../../policy/compacts.ts'
import type { Policy } from '../../policy/core.ts'
import type { Decision, InputRanges, SessionState } from '../../policy/decision.ts'
import { eachPart, expressionsOf } from '../../policy/walk.ts'
import type { CallRecord, Usage } from '../../trace/record.ts'
import { choosableModels } from '../always.ts'
import type { ModelledInput } from '../cache/state.ts'
import { usageWith } from '../call-money.ts'
import { modelledMoney } from '../money.ts'
import {
  compacted,
  joinedTransfer,
  projectedMoney,
  projectionAfter,
  projectionFrom,
  rangesOf,
  reminderOf,
  transferOf,
} from '../projection.ts'
import type { AssumedRanges, ProjectedCall, Projection, Transfer } from '../projection.ts'
import type { CallResult, Phase, Place } from '../result/call.ts'
import type { Money } from '../result/money.ts'
import type { Between } from '../session-events.ts'
import type { Run } from './run.ts'
import { promptTokensOf } from '../../trace/usage-sums.ts'

/** A session of mode `projected` past its divergence. */
export interface Projected {
  readonly projection: Projection
  /** The call that it stands before or, once served, after. */
  readonly last: Omit<ProjectedCall, 'next' | 'compactedNext'> | undefined
  /** A reminder that the log does not hold, and the last call or turn by which it is followed. */
  readonly reminded: { readonly at: number; readonly turn: number; readonly call: number } | undefined
  /** A decision was left open by bounds: from there on calls may go wherever the policy may send one. */
  readonly isOpen: boolean
  /** Assumptions of what is left by the policy's own compactions that the prompt still shows. */
  readonly summaries: readonly string[]
}

/** Takes in the call before; called once at the beginning of each call. */
export function project(run: Run, record: CallRecord, { compacted: compactedNext }: Between): void {
  const { projected } = run
  if (projected?.last === undefined) return
  run.projected = {
    ...projected,
    projection: projectionAfter(projected.projection, { ...projected.last, next: record, compactedNext }),
    last: undefined,
    summaries: compactedNext ? [] : projected.summaries,
  }
}

/** What this decision may read between bounds; `undefined`: all is as in the log. */
export function projectedRanges({ projected }: Run, record: CallRecord): InputRanges | undefined {
  return projected === undefined ? undefined : rangesOf(projected.projection, record)
}

/**
 * Between a reminder that the log does not hold and the last moment at which it is assumed to be
 * followed, it is not known whether a reply calls a tool; unless it is settled that nobody follows it, or
 * that the next reply does, with every tool that the policy asks for.
 */
export function projectedState({ projected, options }: Run, state: SessionState): SessionState {
  const reminded = projected?.reminded
  if (reminded === undefined || (state.turn > reminded.turn && state.call > reminded.call)) return state
  const { policy } = options.evaluator
  const settled = options.assumed?.get(reminderOf(policy)?.name ?? '')
  const tools = (replyTools: readonly string[] | undefined): SessionState => ({ ...state, history: { ...state.history, replyTools } })
  if (settled === undefined) return tools(undefined)
  const follows = settled.point.numerator > 0n && state.call === reminded.at + 1
  return follows ? tools([...(state.history.replyTools ?? []), ...calledTools(policy)]) : state
}

/** The cost of a call at or past the divergence; leaves behind what the next call is projected from. */
export function projectCall(
  run: Run,
  record: CallRecord,
  { decision, recorded, served, phase, input }: Pick<CallResult, 'decision' | 'recorded' | 'served'> & {
    readonly phase: Phase
    /** What the served call reads from the cache; `undefined`: as much as in the log. */
    readonly input: ModelledInput | undefined
  },
): Money {
  const { policy } = run.options.evaluator
  const isFirst = phase === 'at'
  const before = run.projected ?? projectedFrom(decision.call)
  const isOpen = before.isOpen || leftOpen(before, policy, decision)
  const from = recorded?.model
  const transferTo = (model: string): Transfer => transferOf(policy, from, model, run.options.assumed)
  const places = isOpen ? possiblePlaces(policy, record) : []
  // A call that nobody served transfers nothing.
  const transfer = places.map(({ model }) => transferTo(model)).reduce(joinedTransfer, transferTo(served?.model ?? from ?? ''))
  const asked = decision.switched?.compactToMillionths
  // A summary that the switch asks to be of one size may be of the assumed one.
  const assumed = openSummaries(policy).filter(({ name }) => run.options.assumed?.has(name) !== true)
  const kept = asked === undefined ? [] : assumed.filter(({ keepsMillionths }) => keepsMillionths !== asked)
  const reached = isOpen ? assumed : kept
  const compactions = isOpen ? [undefined, ...compactionsOf(policy)] : []
  const summaries = [...new Set([...before.summaries, ...reached.map(({ name }) => name)])]
  const last: Projected['last'] = {
    record,
    isFirst,
    transfer,
    compactions: [asked, ...compactions, ...reached.map(({ keepsMillionths }) => keepsMillionths)],
  }
  const reminds = decision.reminders.length > 0 && record.prompt.reminded !== true
  run.projected = {
    projection: before.projection,
    last,
    reminded: reminds ? followedBy(policy, decision) : before.reminded,
    isOpen,
    summaries,
  }
  const more = compacted(before.projection.more, last)
  const moneyAt = (place: Place | undefined, usages: readonly Usage[]): Money =>
    projectedMoney(policy, record, place, { more, transfer, isFirst, usages, summaries })
  const own = moneyAt(served, usagesOf(record, input, run.options.assumed))
  return isOpen
    ? places.map((place) => moneyAt(place, anyCaching(record))).reduce(anyOf, anyOf(own, moneyAt(undefined, [])))
    : own
}

/** As the caches are modelled, with the most and the least that may be read. */
function usagesOf({ usage }: CallRecord, input: ModelledInput | undefined, assumed: AssumedRanges | undefined): readonly Usage[] {
  if (usage === undefined) return []
  if (input === undefined) return [usage]
  if (assumed?.has(assumptionNames.promptCaches) === true) return [usageWith(usage, input.value)]
  return [input.value, input.mostRead, input.leastRead].map((buckets) => usageWith(usage, buckets))
}

/** All of the prompt read, written for either lifetime, or neither. */
function anyCaching({ usage }: CallRecord): readonly Usage[] {
  if (usage === undefined) return []
  const none = { uncachedInput: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
  const tokens = promptTokensOf(usage)
  return [
    { ...none, uncachedInput: tokens },
    { ...none, cacheRead: tokens },
    { ...none, cacheWrite5m: tokens },
    { ...none, cacheWrite1h: tokens },
  ].map((buckets) => usageWith(usage, buckets))
}

function projectedFrom(call: number): Projected {
  return { projection: projectionFrom(call), last: undefined, reminded: undefined, isOpen: false, summaries: [] }
}

/** Something that is known between bounds only, or an assumed reply, had a say, or let a filter rest. */
function leftOpen({ reminded }: Projected, policy: Policy, { undetermined, missing, resting }: Decision): boolean {
  const assumed = reminded === undefined ? projectedNames : [...projectedNames, 'called']
  return (
    (undetermined && missing.some((name) => assumed.includes(name))) ||
    policy.filters.some((filter) => resting.includes(filter.name))
  )
}

const projectedNames = ['context.length', 'since']

/** Wherever the policy may send a call, at whatever host. */
function possiblePlaces(policy: Policy, record: CallRecord): readonly Place[] {
  const names = new Set(choosableModels(policy))
  for (const { lines } of [...policy.serving, ...policy.profiles]) {
    for (const { to } of lines.fallbacks ?? []) to.forEach((model) => names.add(model))
  }
  if (typeof record.requested === 'string') names.add(canonicalModel(policy, record.requested))
  return [...names].sort().flatMap((model) => (modelNamed(policy, model)?.endpoints ?? []).map(({ provider }) => ({ model, provider })))
}

/** The money of the first, which may be that of the other. What has no price may cost anything. */
function anyOf(own: Money, other: Money): Money {
  if (own.value === null || own.lo === null) return own
  const { value, lo, hi } = other
  if (value === null || lo === null) return modelledMoney(own.value, 0n, null, own.basis)
  const most = own.hi === null || hi === null ? null : own.hi > hi ? own.hi : hi
  return modelledMoney(own.value, own.lo < lo ? own.lo : lo, most, own.basis)
}

/** `assume NAME: reminder followed within N turns`; without one nothing follows. */
function followedBy(policy: Policy, { turn, call }: Decision): Projected['reminded'] {
  const assumed = reminderOf(policy)
  if (assumed === undefined) return undefined
  const { within, of } = assumed
  return of === 'turns' ? { at: call, turn: turn + within, call } : { at: call, turn, call: call + within }
}

/** Tools that the rules of a policy ask for by `called`. */
function calledTools(policy: Policy): readonly string[] {
  const tools = new Set<string>()
  for (const expression of expressionsOf(policy)) {
    eachPart(expression, (part) => {
      const [tool] = part.kind === 'call' && part.function === 'called' ? part.arguments : []
      if (tool?.kind === 'literal' && tool.value?.kind === 'name') tools.add(tool.value.name)
    })
  }
  return [...tools].sort()
}
