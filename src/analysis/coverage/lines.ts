import type { ActingLine, Budget, ErrorMatch, Expression, Model, PlainLine, Policy, RateLimit, ServeLines, Serving } from '../../policy/core.ts'
import type { Location } from '../../language/source.ts'
import { servePlan } from '../../policy/line-up.ts'
import { plainLineFor, plainLines } from '../../policy/plain-lines.ts'
import { eachPart } from '../../policy/walk.ts'
import { printed } from '../../policy/reference/print.ts'
import { integer } from '../../policy/value.ts'
import type { Owner } from './points.ts'

/** Lines of serving written together, and whose they are. */
export interface OwnedLines {
  readonly owner: Owner
  readonly location: Location
  readonly lines: ServeLines
}

/** Every `serve` and `profile`, in the order of declaration. */
export function servedLines(policy: Policy): readonly OwnedLines[] {
  return [
    ...policy.serving.map(({ scope, location, lines }) => ({
      owner: { kind: 'serve', name: ownerOfServing(scope) } as const,
      location,
      lines,
    })),
    ...policy.profiles.map(({ name, location, lines }) => ({ owner: { kind: 'profile', name } as const, location, lines })),
  ]
}

/** `any`, or the pool or model by its name. */
export function ownerOfServing(scope: Serving['scope']): string {
  switch (scope.kind) {
    case 'any':
      return 'any'
    case 'pool':
      return scope.pool
    case 'model':
      return scope.model
  }
}

/** A line that does something at some calls and nothing at others. */
export interface ActingPart {
  readonly owner: Owner
  readonly location: Location
  /** In words, from its meaning alone: `a retry is made`. */
  readonly text: string
  readonly line: ActingLine
}

export function actingParts(policy: Policy): readonly ActingPart[] {
  return [
    ...policy.providers.flatMap(({ name, location, limits }) =>
      limits.map((limit) => ({ owner: { kind: 'provider', name } as const, location, ...limited(limit) })),
    ),
    ...policy.models.flatMap(({ name, location, endpoints }) =>
      endpoints.flatMap(({ provider, limits }) =>
        limits.map((limit) => ({ owner: { kind: 'host', name: `${name} at ${provider}` } as const, location, ...limited(limit) })),
      ),
    ),
    ...servedLines(policy).flatMap(({ owner, location, lines }) =>
      actingIn(lines).map((part) => ({ owner, location, ...part })),
    ),
    ...policy.budgets.flatMap(({ name, location, actions }) =>
      actions.map((action) => ({
        owner: { kind: 'budget', name } as const,
        location,
        text: `${shareText(action.atMillionths)} is reached, then ${actionText(action)}`,
        line: action,
      })),
    ),
  ]
}

type Part = Pick<ActingPart, 'text' | 'line'>

function actingIn(lines: ServeLines): readonly Part[] {
  const { sticky, retry, failover, fallbacks, cooldown, breaker, dedicated, limits } = lines
  return [
    ...plainLines(lines).map((line) => ({ text: plainText(line), line })),
    ...(sticky === undefined ? [] : [{ text: `a call goes to the ${sticky.to} it is sticky to`, line: sticky }]),
    ...(retry === undefined || retry.times === 0 ? [] : [{ text: 'a retry is made', line: retry }]),
    ...(failover === undefined || failover.on.length === 0 ? [] : [{ text: 'failover goes on to another host', line: failover }]),
    ...(fallbacks ?? []).map((line) => ({ text: `fallback ${onText(line.on)}to [${line.to.join(', ')}] is taken`, line })),
    ...(cooldown === undefined ? [] : [{ text: 'the cooldown trips', line: cooldown }]),
    ...(breaker === undefined ? [] : [{ text: 'the breaker opens', line: breaker }]),
    ...(dedicated ?? [])
      .filter(({ capacityTokens }) => capacityTokens !== undefined)
      .map((line) => ({ text: `the capacity dedicated at ${line.provider} is used up`, line })),
    ...(limits ?? []).map(limited),
  ]
}

function plainText({ of, word }: PlainLine): string {
  switch (word) {
    case 'order':
      return `hosts are tried in the order ${(of.order ?? []).map((group) => `[${group.join(', ')}]`).join(' then ')}`
    case 'order by':
      return `hosts are ordered by ${of.orderBy ?? ''}`
    case 'strategy':
      return `hosts are drawn by ${of.strategy?.name ?? ''}`
    case 'weights':
      return 'hosts are drawn by their weights'
    case 'timeout total':
    case 'timeout first-token':
    case 'timeout idle':
      return `the ${word} runs out`
  }
}

function limited(line: RateLimit): Part {
  const per = printed(integer(line.perMicros), { kind: 'number', unit: 'duration' })
  return { text: `the limit of ${line.count} ${line.of} per ${per} refuses`, line }
}

export function onText(on: ErrorMatch | undefined): string {
  return on === undefined ? '' : `on [${on.join(', ')}] `
}

export function shareText(millionths: number): string {
  return printed(integer(millionths), { kind: 'number', unit: 'share' })
}

export function actionText({ action }: Budget['actions'][number]): string {
  switch (action.kind) {
    case 'alert':
    case 'stop':
      return `${action.kind} ${JSON.stringify(action.text)}`
    case 'deny-upgrades':
      return 'deny upgrades'
    case 'only':
      return `only ${action.pool}`
  }
}

/** Whether lines and conditions of serving are in force for some model; what a narrower line replaces everywhere is not. */
export function inForce(policy: Policy, models: readonly Model[] = policy.models): (part: ActingLine | Expression) => boolean {
  const found = new Set<unknown>()
  const profiles = [undefined, ...policy.profiles.map(({ name }) => name)]
  for (const { name } of models) {
    for (const profile of profiles) {
      const plan = servePlan(policy, name, profile)
      for (const { line } of actingIn(plan)) {
        found.add('word' in line ? plainLineFor(policy, name, profile, line.word) : line)
      }
      for (const condition of [...(plan.prefer ?? []), ...(plan.require ?? [])]) eachPart(condition, (part) => found.add(part))
    }
  }
  return (part) => found.has(part)
}

/** Failover, an order or a draw that no model has a second host for. */
export function hasNowhereToGo(policy: Policy, line: ActingLine): boolean {
  const profiles = [undefined, ...policy.profiles.map(({ name }) => name)]
  const holds = (model: string, profile: string | undefined): boolean =>
    'word' in line ? plainLineFor(policy, model, profile, line.word) === line : servePlan(policy, model, profile).failover === line
  return !policy.models.some(({ name, endpoints }) => endpoints.length > 1 && profiles.some((profile) => holds(name, profile)))
}
