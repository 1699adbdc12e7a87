import { begunAgain, endsIn, keeping, saysOf } from '../../check/diagram/ends.ts'
import type { Ends, Place } from '../../check/diagram/ends.ts'
import { frameAt, rulesFrom } from '../../check/diagram/blocks.ts'
import { passes, usedUpTo } from '../../check/diagram/candidacy.ts'
import { currentModels } from '../../check/diagram/inputs.ts'
import { no } from '../../check/diagram/leaves.ts'
import { firesOf, memoryKey, sinceKey } from '../../check/diagram/reading.ts'
import type { Frame } from '../../check/diagram/reading.ts'
import type { Space, Values } from '../../check/diagram/space.ts'
import type { RuleDiagram } from '../../check/diagram/blocks.ts'
import { withStanding } from './standing.ts'
import type { Expression, Policy, Rule } from '../../policy/core.ts'
import { modelNamed } from '../../policy/catalogue-queries.ts'

/** A rule of a block, or a budget that stops every call before the block runs. */
export interface Step {
  readonly name: string
  readonly rule: Rule
  /** Where it fires, whatever stands before it. */
  readonly guard: Values
  readonly chooses: boolean
  readonly says: readonly string[]
  /** Leaves are ends; of a step that chooses. */
  readonly ends: Values
  /** With what `on start` chooses where the call starts again. */
  followedEnds(): Values
  /** What a memory or a `since` holds when this step has ended the call. */
  after(key: string): Values
  /** Where a pin takes what this step chooses, before `on start` runs again. */
  pins(name: string): Values
  /** Whether a tool is hidden from this model once this step has ended the call. */
  hides(tool: string, model: string): Values
}

/** What one policy does at one moment, over a space that another policy shares. */
export interface Side {
  readonly policy: Policy
  /** In order; the last one always fires. */
  readonly steps: readonly Step[]
  hidesAtFirst(tool: string, model: string): Values
  /** Whether the filters let the model's host at this provider pass. */
  hostPasses(model: string, provider: string): Values
}

/** What a side is made for. */
export interface Asking {
  /** `again`: `on start` in a call that has dropped its choice. */
  readonly place: Place
  /** Ends of later calls are those of `on start` where they start again. */
  readonly follows: boolean
  readonly followed: Followed
  /** Who may be chosen for the same inputs in both; see `standing.ts`. */
  readonly alike: ReadonlySet<string>
}

export function sideAt(policy: Policy, space: Space, { place, follows, followed, alike }: Asking): Side {
  const again = place === 'again'
  const begun = withStanding(frameAt(policy, again ? 'turn' : place, space), alike)
  const first = again ? begunAgain(begun) : begun
  const ends = endsIn(policy, place, followed.sinces)
  const block = policy.blocks[again ? 'start' : place] ?? keeping
  const rules = [...(again ? [] : stops(policy, first)), ...rulesFrom(block, first, followed.sinces)]
  return {
    policy,
    steps: rules.map((each) => stepOf(policy, each, ends, space, follows)),
    hidesAtFirst: (tool, model) => hidden(policy, tool, model, first),
    hostPasses: (model, provider) => {
      const host = modelNamed(policy, model)?.endpoints.find((each) => each.provider === provider)
      return host === undefined ? space.constant(no) : passes('endpoints', space.leaves.value(host), first)
    },
  }
}

function stepOf(policy: Policy, each: RuleDiagram, ends: Ends, space: Space, follows: boolean): Step {
  const { rule, guard, frame } = each
  const chooses = rule.choice !== undefined
  return {
    name: rule.name,
    rule,
    guard,
    chooses,
    says: saysOf(rule.effects),
    ends: !chooses ? space.constant(no) : follows ? ends.followedEndsOf(each) : ends.endsOf(each),
    followedEnds: () => (chooses ? ends.followedEndsOf(each) : space.constant(no)),
    after: (key) => (follows ? ends.followedAfter(each, key) : ends.after(each, key)),
    pins: (name) => frame.pinned.get(name) ?? space.constant(no),
    hides: (tool, model) => hidden(policy, tool, model, frame),
  }
}

/** Budgets that stop come before any rule, in order. */
function stops(policy: Policy, frame: Frame): readonly RuleDiagram[] {
  return policy.budgets
    .filter(({ scope }) => scope !== 'provider')
    .flatMap((budget) =>
      budget.actions.flatMap(({ atMillionths, action }): readonly RuleDiagram[] =>
        action.kind !== 'stop'
          ? []
          : [
              {
                rule: {
                  location: budget.location,
                  name: budget.name,
                  guard: undefined,
                  effects: [],
                  choice: { kind: 'stop', reason: action.text },
                  forThisCall: false,
                },
                guard: usedUpTo(budget.name, atMillionths, frame),
                asked: frame,
                frame,
              },
            ],
      ),
    )
}

function hidden(policy: Policy, tool: string, model: string, frame: Frame): Values {
  const { space } = frame
  const inside: Frame = { ...frame, current: space.constant(space.leaves.value(model)), known: new Map() }
  return policy.hides
    .filter((hide) => hide.tool === tool)
    .map((hide) => firesOf(hide.when, inside))
    .reduce(space.or, space.constant(no))
}

type Since = Extract<Expression, { readonly kind: 'since' }>

/** What both policies have, so that it can be compared after a call. */
export interface Followed {
  /** Each `since` of either policy. */
  readonly sinces: readonly Expression[]
  /** Of rules and reminders, and asked by both. */
  readonly sincesOfBoth: readonly Since[]
  /** Keys of memories and of `since` that both read. */
  readonly keys: readonly string[]
  readonly memories: readonly string[]
  readonly tools: readonly string[]
  /** Models that both may choose. */
  readonly models: readonly string[]
  /** Hosts that both catalogues have, where a filter of either looks at hosts. */
  readonly hosts: readonly { readonly model: string; readonly provider: string }[]
}

export function followedIn(older: Policy, newer: Policy, sincesOf: (policy: Policy) => readonly Expression[]): Followed {
  const sinces = new Map([older, newer].flatMap((policy) => sincesOf(policy).map((each) => [textOf(each), each] as const)))
  const asks = (policy: Policy): ReadonlySet<string> => new Set(sincesOf(policy).map(textOf))
  const [one, other] = [asks(older), asks(newer)]
  const sincesOfBoth = [...sinces.values()].flatMap((since): readonly Since[] => {
    if (since.kind !== 'since' || !one.has(textOf(since)) || !other.has(textOf(since))) return []
    const { of } = since.query
    return of.kind === 'rule' || (of.kind === 'event' && of.event === 'reminder') ? [since] : []
  })
  const memories = older.memories
    .filter((memory) => newer.memories.some(({ name, kind }) => name === memory.name && kind === memory.kind))
    .map(({ name }) => name)
  const theirs = new Set(currentModels(newer))
  const models = currentModels(older).filter((model) => theirs.has(model))
  const looks = [older, newer].some(({ filters }) => filters.some(({ subject }) => subject === 'endpoints'))
  return {
    sinces: [...sinces.values()],
    sincesOfBoth,
    keys: [...memories.map(memoryKey), ...sincesOfBoth.map(sinceKey)],
    memories,
    tools: [...new Set([...older.hides, ...newer.hides].map(({ tool }) => tool))],
    models,
    hosts: looks ? models.flatMap((model) => hostsOfBoth(older, newer, model).map((provider) => ({ model, provider }))) : [],
  }
}

export function hostsOfBoth(older: Policy, newer: Policy, model: string): readonly string[] {
  const theirs = modelNamed(newer, model)?.endpoints ?? []
  return (modelNamed(older, model)?.endpoints ?? [])
    .map(({ provider }) => provider)
    .filter((provider) => theirs.some((each) => each.provider === provider))
}

function textOf(since: Expression): string {
  return since.kind === 'since' ? sinceKey(since) : ''
}
