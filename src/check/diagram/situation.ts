import type { Policy } from '../../policy/core.ts'
import type { CallInput, Decision, Moment, Reading, SessionState, VerdictRecord, World } from '../../policy/decision.ts'
import { never } from '../../policy/facts.ts'
import { referenceEvaluator } from '../../policy/reference/decide.ts'
import { startSession } from '../../policy/session-state.ts'
import type { BlockDiagram } from './blocks.ts'
import { historyOf } from './example-history.ts'
import type { CountedCell } from './example-history.ts'
import { inputOf } from './inputs.ts'
import type { Cell } from './variables.ts'
import type { Assignment } from './witness.ts'

/** A call in which the variables lie in the given cells, as far as they can be brought about. */
export interface Situation {
  readonly state: SessionState
  readonly input: CallInput
  readonly world: World
}

export function situationOf({ policy, moment, space }: Pick<BlockDiagram, 'policy' | 'moment' | 'space'>, cells: Assignment): Situation {
  const draft = newDraft(policy, moment === 'start' ? 'start' : 'later')
  for (const variable of space.variables.all) {
    const cell = cells[variable.index]
    if (cell !== undefined) place(draft, variable.key, inputOf(variable), cell)
  }
  return finished(draft, moment)
}

/** What the reference evaluator makes of a situation. */
export function decisionIn({ policy }: BlockDiagram, { state, input, world }: Situation): Decision {
  return referenceEvaluator(policy).decide(state, input, world)[1]
}

interface Draft {
  readonly policy: Policy
  readonly signals: Map<string, Reading>
  readonly unknownSignals: Set<string>
  readonly members: Map<string, string[]>
  readonly ignored: string[]
  readonly maps: Map<'header' | 'param' | 'metadata', Map<string, Reading>>
  readonly unknownMaps: Set<string>
  readonly memories: Map<string, SessionState['memories'][string]>
  readonly counts: CountedCell[]
  readonly sinces: Map<string, { unit: 'turns' | 'calls' | 'time'; of: SinceOf; value: number | undefined }>
  readonly verdicts: Map<string, DraftVerdict>
  readonly used: Map<string, number>
  readonly called: Set<string>
  repliesUnknown: boolean
  current: string | undefined
  bucket: number | undefined
  benefit: number | undefined
  switchCost: number | undefined
  day: number | undefined
}

interface DraftVerdict {
  status: string | undefined
  label: string | undefined
  readonly scores: Map<string, number>
  unscored: boolean
}

type SinceOf = Extract<ReturnType<typeof inputOf>, { kind: 'since' }>['query']['of']

function newDraft(policy: Policy, when: 'start' | 'later'): Draft {
  const first = policy.models.find((model) => model.endpoints.length > 0)
  return {
    policy,
    signals: new Map(), unknownSignals: new Set(), members: new Map(), ignored: [], maps: new Map(),
    unknownMaps: new Set(), memories: new Map(), counts: [], sinces: new Map(), verdicts: new Map(), used: new Map(),
    called: new Set(), repliesUnknown: false,
    current: when === 'start' ? undefined : first?.name,
    bucket: undefined, benefit: undefined, switchCost: undefined, day: undefined,
  }
}

/** The value of a cell that stands for many: the smallest, or the one nearest to 0. */
export function readingOf(cell: Cell): Reading {
  switch (cell.kind) {
    case 'unknown':
      return undefined
    case 'none':
      return null
    case 'value':
      return cell.value
    case 'text':
      return cell.sample
    case 'range': {
      const { low, high } = cell
      if ((low === undefined || low <= 0n) && (high === undefined || high > 0n)) return 0
      return Number(low ?? (high ?? 0n) - 1n)
    }
  }
}

function place(draft: Draft, key: string, input: ReturnType<typeof inputOf>, cell: Cell): void {
  const reading = readingOf(cell)
  const number = typeof reading === 'number' ? reading : undefined
  switch (input.kind) {
    case 'current':
      if (typeof reading === 'string' && draft.current !== undefined) draft.current = reading
      return
    case 'fact':
      if (reading === undefined) draft.unknownSignals.add(input.fact)
      else draft.signals.set(input.fact, reading)
      return
    case 'request-map': {
      if (reading === undefined) draft.unknownMaps.add(input.map)
      const map = draft.maps.get(input.map) ?? new Map<string, Reading>()
      draft.maps.set(input.map, map.set(input.key, reading))
      return
    }
    case 'count':
      draft.counts.push({ query: input.query, count: number })
      return
    case 'since':
      draft.sinces.set(key, { ...input.query, value: number })
      return
    case 'memory':
      draft.memories.set(input.memory, memoryState(draft.policy, input.memory, reading))
      return
    case 'status':
    case 'label':
    case 'score': {
      const verdict: DraftVerdict = draft.verdicts.get(input.classifier) ?? {
        status: undefined, label: undefined, scores: new Map(), unscored: false,
      }
      draft.verdicts.set(input.classifier, verdict)
      if (input.kind === 'status') verdict.status = String(reading)
      else if (input.kind === 'label') verdict.label = typeof reading === 'string' ? reading : undefined
      else if (reading === undefined) verdict.unscored = true
      else if (number !== undefined) verdict.scores.set(input.model, number)
      return
    }
    case 'member':
      if (reading === undefined) draft.unknownSignals.add(input.list)
      else draft.members.set(input.list, [...(draft.members.get(input.list) ?? []), ...(reading === true ? [input.item] : [])])
      return
    case 'allowed':
    case 'candidate':
      return
    case 'out':
      if (reading === true) {
        const model = draft.policy.models.find((each) => each.name === input.model)
        draft.ignored.push(...(model?.endpoints ?? []).map((host) => host.provider))
      }
      return
    case 'used':
      if (number !== undefined) draft.used.set(input.budget, number)
      return
    case 'bucket':
      draft.bucket = number
      return
    case 'called':
      if (reading === undefined) draft.repliesUnknown = true
      else if (reading === true) draft.called.add(input.tool)
      return
    case 'benefit':
      draft.benefit = number
      return
    case 'switch-cost':
      draft.switchCost = number
      return
    case 'day':
      draft.day = number
      return
    case 'opaque':
      return
  }
}

function memoryState(policy: Policy, name: string, reading: Reading): SessionState['memories'][string] {
  const kind = policy.memories.find((memory) => memory.name === name)?.kind ?? 'latch'
  const text = typeof reading === 'string' ? reading : null
  switch (kind) {
    case 'latch':
      return { kind, set: reading === true }
    case 'counter':
    case 'streak':
      return { kind, count: typeof reading === 'number' ? reading : 0 }
    case 'pin':
      return { kind, model: text, sinceMicros: undefined }
    case 'level':
      return { kind, word: text, sinceMicros: undefined }
  }
}

const clockMicros = 1_000_000_000_000_000
const microsPerDay = 86_400_000_000

function finished(draft: Draft, moment: BlockDiagram['moment']): Situation {
  const { policy } = draft
  const turn = draft.signals.get('turn')
  const now = { call: 100_000, turn: typeof turn === 'number' ? turn : 100_000, micros: clockMicros }
  const hasClock = [...draft.sinces.values()].every(({ unit, value }) => unit !== 'time' || value !== undefined)
  const moments = momentsOf(draft, now)
  const current = draft.current
  const choice = current === undefined
    ? undefined
    : { model: current, profile: undefined, at: undefined, family: undefined, provider: undefined }
  const list = (name: string): readonly string[] => draft.members.get(name) ?? []
  for (const [name, items] of draft.members) {
    if (!name.startsWith('org.')) draft.signals.set(name, items)
  }
  const started = startSession(policy, 'example')
  const state: SessionState = {
    ...started,
    call: now.call,
    turn: now.turn,
    choice,
    lastChoice: choice,
    memories: record(draft.memories),
    fired: record(moments.fired),
    toolCalled: record(moments.tools),
    events: Object.fromEntries(moments.events),
    organisation: {
      blocked: list('org.blocked'),
      only: list('org.only').length > 0 ? list('org.only') : null,
      ignored: [...list('org.ignored'), ...draft.ignored],
      router: null,
    },
    history: {
      ...started.history,
      ...historyOf(policy, draft.counts, now),
      replyTools: draft.repliesUnknown ? undefined : [...draft.called],
      maps: Object.fromEntries(
        (['header', 'param', 'metadata'] as const).flatMap((map) =>
          draft.unknownMaps.has(map) ? [] : [[map, record(draft.maps.get(map) ?? new Map())]],
        ),
      ),
    },
  }
  const input: CallInput = {
    beginsTurn: moment !== 'call',
    previousReply: undefined,
    previousServed: undefined,
    prompt: { classifiers: verdictsOf(draft) },
    requested: undefined,
    kind: undefined,
    sidechain: undefined,
    organisation: {},
    nowMicros: draft.day === undefined ? undefined : draft.day * microsPerDay,
    ...(hasClock && { elapsedMicros: clockMicros }),
    phraseLists: policy.phraseLists.map((each) => each.digest),
    withheld: { visible: false, thinking: false },
    given: {
      signals: record(draft.signals),
      unknownSignals: [...draft.unknownSignals],
      usedMillionths: record(draft.used),
      ...(draft.bucket !== undefined && { bucketMillionths: draft.bucket }),
      ...(draft.benefit !== undefined && { benefitPicoUsd: { numerator: BigInt(draft.benefit), denominator: 1n } }),
      ...(draft.switchCost !== undefined && { switchCostPicoUsd: { numerator: BigInt(draft.switchCost), denominator: 1n } }),
    },
  }
  return { state, input, world: quietWorld }
}

function momentsOf(draft: Draft, now: { readonly call: number; readonly turn: number; readonly micros: number }): {
  readonly fired: Map<string, Moment>
  readonly tools: Map<string, Moment>
  readonly events: Map<'switch' | 'compaction' | 'reminder' | 'failover', Moment>
} {
  const fired = new Map<string, Moment>()
  const tools = new Map<string, Moment>()
  const events = new Map<'switch' | 'compaction' | 'reminder' | 'failover', Moment>()
  for (const { unit, of, value } of draft.sinces.values()) {
    if (value !== undefined && value >= never / 2) continue
    const ago = value ?? 0
    const before = of.kind === 'rule' ? fired.get(of.rule) : of.kind === 'tool' ? tools.get(of.tool) : events.get(of.event)
    const base: Moment = before ?? { call: now.call - 1, turn: now.turn, micros: now.micros - 1 }
    const found: Moment =
      unit === 'calls' ? { ...base, call: now.call - ago }
      : unit === 'turns' ? { ...base, turn: now.turn - ago }
      : { ...base, micros: value === undefined ? undefined : now.micros - ago }
    if (of.kind === 'rule') fired.set(of.rule, found)
    else if (of.kind === 'tool') tools.set(of.tool, found)
    else events.set(of.event, found)
  }
  return { fired, tools, events }
}

function verdictsOf(draft: Draft): { readonly [classifier: string]: VerdictRecord } {
  const found = new Map<string, VerdictRecord>()
  for (const [classifier, { status, label, scores, unscored }] of draft.verdicts) {
    if (status === undefined || status === 'missing') continue
    found.set(classifier, {
      status: status as VerdictRecord['status'],
      ...(label !== undefined && { label }),
      ...(!unscored && { scoresMillionths: record(scores) }),
    })
  }
  return record(found)
}

/** Names come from a policy; `__proto__` is one like any other. */
function record<T>(entries: ReadonlyMap<string, T>): { readonly [name: string]: T } {
  const made: { [name: string]: T } = Object.create(null)
  for (const [name, value] of entries) made[name] = value
  return made
}

const quietWorld: World = {
  outage: () => false,
  warm: () => false,
  cachedTokens: () => 0,
  usedMillionths: () => 0,
  spentPicoUsd: () => 0n,
  drawMillionths: () => 0,
}
