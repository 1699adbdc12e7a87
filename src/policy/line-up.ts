import type { Endpoint, Expression, Policy, ServeLines } from './core.ts'
import type { SessionState } from './decision.ts'
import { compareExact, listPrice, poolNamed } from './catalogue-queries.ts'
import type { PriceMoment } from './catalogue-queries.ts'
import { entryOf } from './entries.ts'

/**
 * What `serve` and `profile` say of a model, merged: any, then its pools in order of declaration,
 * then the model, then the profile; the narrower replaces every line that it writes.
 */
export function servePlan(policy: Policy, model: string, profile: string | undefined): ServeLines {
  return servedBy(policy, model, profile).reduce<ServeLines>(
    (wider, narrower) => ({
      ...wider,
      ...narrower,
      // Three lines under one word.
      ...((wider.timeoutMicros ?? narrower.timeoutMicros) !== undefined && {
        timeoutMicros: { ...wider.timeoutMicros, ...narrower.timeoutMicros },
      }),
    }),
    {},
  )
}

/** What `servePlan` merges, the widest first. */
export function servedBy(policy: Policy, model: string, profile: string | undefined): readonly ServeLines[] {
  const applies = policy.serving
    .filter(({ scope }) => {
      switch (scope.kind) {
        case 'any':
          return true
        case 'pool':
          return poolNamed(policy, scope.pool)?.models.some((each) => each.model === model) === true
        case 'model':
          return scope.model === model
      }
    })
    .toSorted((left, right) => width[left.scope.kind] - width[right.scope.kind])
    .map((serving) => serving.lines)
  const asked = policy.profiles.filter((each) => each.name === profile).map((each) => each.lines)
  return [...applies, ...asked]
}

const width = { any: 0, pool: 1, model: 2 }

/** What a line-up depends on besides the policy. */
export interface LineUpQuestion {
  readonly model: string
  readonly plan: ServeLines
  /** What hard filters leave, in order of declaration. */
  readonly endpoints: readonly Endpoint[]
  /** The host asked for by `use M at P`. */
  readonly at: string | undefined
  readonly state: SessionState
  /** `request.order`, if there is one. */
  readonly requestOrder: readonly string[]
  readonly moment: PriceMoment
  /** The clock of lifetimes (`clockOf`). */
  readonly clockMicros: number | undefined
  /** Judges `prefer` and `require` with `it` bound to the endpoint; `undefined`: unknown. */
  judge(condition: Expression, endpoint: Endpoint): boolean | undefined
}

export interface LineUpGroup {
  /** As they are tried where nothing draws; a stuck host stands first. */
  readonly endpoints: readonly Endpoint[]
  /** The first of `endpoints` is stuck to and takes no part in the draw. */
  readonly stuck: boolean
  /** How the others are drawn; `undefined`: they are tried as they stand. */
  readonly draw: Draw | undefined
}

export interface Draw {
  /** `undefined`: `weights` alone. */
  readonly strategy: ServeLines['strategy']
  /** One a host of `endpoints`; 1 where `weights` says nothing of it and there are none, else 0. */
  readonly weights: readonly number[]
}

export interface LineUp {
  /** Tried one group after the other; no group is empty. */
  readonly groups: readonly LineUpGroup[]
  /** Endpoints that `require` left out. */
  readonly leftOut: readonly Endpoint[]
}

/** The order in which a choice's endpoints would be tried, as far as nothing is drawn. */
export function lineUp(question: LineUpQuestion): LineUp {
  const { plan } = question
  const required = (endpoint: Endpoint): boolean =>
    (plan.require ?? []).every((condition) => question.judge(condition, endpoint) === true)
  const left = question.endpoints.filter(required)
  const groups = parts(question, left)
    .flatMap((part) => inGroups(question, part))
    .map((group) => withSticky(question, group))
  return {
    groups: withAsked(question, groups),
    leftOut: question.endpoints.filter((endpoint) => !left.includes(endpoint)),
  }
}

/** The endpoint that the choice's call would try first, taking a draw as written. */
export function firstEndpoint(line: LineUp): Endpoint | undefined {
  return line.groups[0]?.endpoints[0]
}

/** `prefer`: what fails a line goes behind what meets it, earlier lines first; unknown is preferred. */
function parts(
  { plan, judge }: LineUpQuestion,
  endpoints: readonly Endpoint[],
): readonly (readonly Endpoint[])[] {
  return (plan.prefer ?? []).reduce<readonly (readonly Endpoint[])[]>(
    (split, condition) =>
      split.flatMap((part) => {
        const failing = new Set(part.filter((endpoint) => judge(condition, endpoint) === false))
        return [part.filter((each) => !failing.has(each)), part.filter((each) => failing.has(each))]
      }),
    [endpoints],
  )
}

interface Ungrouped {
  readonly endpoints: readonly Endpoint[]
  readonly drawn: boolean
}

function inGroups(question: LineUpQuestion, part: readonly Endpoint[]): readonly Ungrouped[] {
  const { plan } = question
  if (plan.orderBy !== undefined) {
    return ordered(question, part).map((endpoint) => ({ endpoints: [endpoint], drawn: false }))
  }
  if (plan.order === undefined) return nonEmpty([{ endpoints: part, drawn: true }])
  const named = plan.order.map((group) => ({ endpoints: inOrder(group, part), drawn: true }))
  const rest = part.filter((each) => !named.some((group) => group.endpoints.includes(each)))
  return nonEmpty([...named, { endpoints: rest, drawn: false }])
}

function nonEmpty(groups: readonly Ungrouped[]): readonly Ungrouped[] {
  return groups.filter((group) => group.endpoints.length > 0)
}

function inOrder(providers: readonly string[], endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Set(providers)].flatMap((provider) =>
    endpoints.filter((endpoint) => endpoint.provider === provider),
  )
}

/** Every host a group of its own; what is not known comes last, ties as written. */
function ordered(question: LineUpQuestion, part: readonly Endpoint[]): readonly Endpoint[] {
  const { orderBy } = question.plan
  switch (orderBy) {
    case 'price': {
      const price = (endpoint: Endpoint): bigint | undefined =>
        listPrice(endpoint.prices, question.moment) ?? undefined
      return part.toSorted((left, right) => compare(price(left), price(right), compareBigint))
    }
    case 'latency':
      return part.toSorted((left, right) =>
        compare(left.latencyMicros, right.latencyMicros, (a, b) => a - b),
      )
    case 'throughput':
      return part.toSorted((left, right) =>
        compare(left.tokensPerSecond, right.tokensPerSecond, (a, b) => compareExact(b, a)),
      )
    case 'request': {
      const asked = inOrder(question.requestOrder, part)
      return [...asked, ...part.filter((endpoint) => !asked.includes(endpoint))]
    }
    default:
      return part
  }
}

function compare<T>(left: T | undefined, right: T | undefined, by: (a: T, b: T) => number): number {
  if (left === undefined || right === undefined) {
    return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0)
  }
  return by(left, right)
}

function compareBigint(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** The last host goes to the front of its own group, never past it. */
function withSticky(question: LineUpQuestion, { endpoints, drawn }: Ungrouped): LineUpGroup {
  const host = stickyHost(question)
  const first = endpoints.filter((endpoint) => endpoint.provider === host)
  const all = [...first, ...endpoints.filter((endpoint) => endpoint.provider !== host)]
  return { endpoints: all, stuck: first.length > 0, draw: drawn ? drawOf(question.plan, all) : undefined }
}

function drawOf(plan: ServeLines, endpoints: readonly Endpoint[]): Draw | undefined {
  if (plan.strategy === undefined && plan.weights === undefined) return undefined
  const weight = (endpoint: Endpoint): number =>
    plan.weights === undefined
      ? 1
      : (plan.weights.find((each) => each.provider === endpoint.provider)?.weight ?? 0)
  return { strategy: plan.strategy, weights: endpoints.map(weight) }
}

/** Where this session last was with this model, while that still holds. */
export function stickyHost(
  question: Pick<LineUpQuestion, 'model' | 'plan' | 'state' | 'clockMicros'>,
): string | undefined {
  const { plan, state, clockMicros } = question
  if (plan.sticky === undefined && plan.failover?.sticks !== true) return undefined
  const last = entryOf(state.sticky, question.model)
  const lifetime = plan.sticky?.lifetime
  if (last === undefined) {
    // `sticky provider` follows the session from model to model; without a lifetime it never ends.
    return plan.sticky?.to === 'provider' && lifetime === undefined ? state.lastServed?.provider : undefined
  }
  if (lifetime === undefined || last.usedMicros === undefined || clockMicros === undefined) {
    return last.provider
  }
  return clockMicros - last.usedMicros < lifetime.micros ? last.provider : undefined
}

function withAsked(question: LineUpQuestion, groups: readonly LineUpGroup[]): readonly LineUpGroup[] {
  const asked = groups.flatMap((group) =>
    group.endpoints.filter((endpoint) => endpoint.provider === question.at),
  )
  if (asked.length === 0) return groups
  const others = groups.flatMap((group) => {
    const keep = group.endpoints.map((endpoint) => endpoint.provider !== question.at)
    const endpoints = group.endpoints.filter((_, index) => keep[index])
    if (endpoints.length === 0) return []
    const draw = group.draw && {
      ...group.draw,
      weights: group.draw.weights.filter((_, index) => keep[index]),
    }
    return [{ endpoints, stuck: group.stuck && keep[0] === true, draw }]
  })
  return [{ endpoints: asked, stuck: false, draw: undefined }, ...others]
}
