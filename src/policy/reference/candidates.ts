import type { Endpoint, Filter, Model, Policy } from '../core.ts'
import { compareExact, modelNamed, poolNamed } from '../catalogue-queries.ts'
import { factOf } from '../facts.ts'
import { integer, isUnknown } from '../value.ts'
import { judgeFor } from './evaluate.ts'
import { usedMillionths } from './functions.ts'
import { truthOf } from './logic.ts'
import { contextRange } from './ranges.ts'
import type { Eligible, Scope } from './scope.ts'

/** Why a model, or an endpoint of it, may not be chosen: a filter's name or a built-in reason. */
export interface Dropped {
  readonly by: string
  readonly provider: string | undefined
}

export interface Candidacy {
  readonly model: string
  readonly allowed: boolean
  /** Allowed, and the prompt fits. */
  readonly candidate: boolean
  /** What hard filters leave, in order of declaration. */
  readonly endpoints: readonly Endpoint[]
  readonly dropped: readonly Dropped[]
  /** What was unknown where a filter was judged. */
  readonly missing: readonly string[]
}

export interface Candidates {
  of(model: string): Candidacy
  /** Filters that rest because it is unknown whether they hold, built-in ones included. */
  readonly resting: readonly string[]
  /** A budget that is spent and stops every call. */
  readonly stopped: { readonly budget: string; readonly reason: string } | undefined
  /** A budget that denies upgrades is spent. */
  readonly upgradesDenied: boolean
}

/**
 * Who may be chosen at this call. Filters are judged with the state that the call began with: what a
 * rule of this call remembers changes nobody's candidacy before the next.
 */
export function candidatesOf(begun: Scope): Candidates {
  const { policy } = begun
  const scope: Scope = { ...begun, eligible: undefined, claims: [], trace: undefined }
  const whens = policy.filters.map((filter) => ({
    filter,
    when: filter.when === undefined ? true : truthOf(judgeFor(filter.when, scope, '')),
  }))
  const filters = whens.filter(({ when }) => when === true).map(({ filter }) => filter)
  const rules = { scope, filters, budgets: budgetsOf(scope) }
  const found = new Map<string, Candidacy>()
  return {
    of: (model) => {
      const known = found.get(model) ?? candidacy(rules, model)
      found.set(model, known)
      return known
    },
    resting: [
      ...whens.filter(({ when }) => isUnknown(when)).map(({ filter }) => filter.name),
      ...restingChecks(scope),
    ],
    stopped: rules.budgets.stopped,
    upgradesDenied: rules.budgets.upgradesDenied,
  }
}

export function eligibility(
  candidates: Candidates,
  consulted: (candidacy: Candidacy) => void,
): Eligible {
  const consult = (model: string): Candidacy => {
    const found = candidates.of(model)
    consulted(found)
    return found
  }
  return {
    allowed: (model) => consult(model).allowed,
    candidate: (model) => consult(model).candidate,
  }
}

interface Rules {
  readonly scope: Scope
  readonly filters: readonly Filter[]
  readonly budgets: BudgetRules
}

function candidacy(rules: Rules, name: string): Candidacy {
  const { scope } = rules
  const model = modelNamed(scope.policy, name)
  if (model === undefined) return out(name, 'not in the catalogue')
  const missing: string[] = []
  const reason = modelDropped(rules, model, missing)
  if (reason !== undefined) return out(name, reason, missing)
  const dropped: Dropped[] = []
  const endpoints = model.endpoints.filter((endpoint) => {
    const by = endpointDropped(rules, endpoint, missing)
    if (by !== undefined) dropped.push({ by, provider: endpoint.provider })
    return by === undefined
  })
  const allowed = endpoints.length > 0
  const unfit = allowed ? promptUnfit(scope, model, missing) : undefined
  if (unfit !== undefined) dropped.push({ by: unfit, provider: undefined })
  if (model.endpoints.length === 0) dropped.push({ by: 'nobody serves it', provider: undefined })
  return { model: name, allowed, candidate: allowed && unfit === undefined, endpoints, dropped, missing }
}

function out(model: string, by: string, missing: readonly string[] = []): Candidacy {
  const dropped = [{ by, provider: undefined }]
  return { model, allowed: false, candidate: false, endpoints: [], dropped, missing }
}

/** The first reason, in order: the organisation, budgets, filters as declared. */
function modelDropped(rules: Rules, model: Model, missing: string[]): string | undefined {
  const { scope, budgets } = rules
  const organisation = lists(scope)
  if (budgets.stopped !== undefined) return `budget ${budgets.stopped.budget}`
  if (organisation.blocked.includes(model.name)) return 'organisation'
  if (organisation.models?.includes(model.name) === false) return 'organisation'
  const only = budgets.only.find(({ models }) => !models.includes(model.name))
  if (only !== undefined) return `budget ${only.budget}`
  return filtered(rules, 'models', model.name, missing)
}

function endpointDropped(rules: Rules, endpoint: Endpoint, missing: string[]): string | undefined {
  const { scope, budgets } = rules
  const organisation = lists(scope)
  if (organisation.ignored.includes(endpoint.provider)) return 'organisation'
  if (organisation.providers?.includes(endpoint.provider) === false) return 'organisation'
  const spent = budgets.providers.find((each) => each.provider === endpoint.provider)
  if (spent !== undefined) return `budget ${spent.budget}`
  return filtered(rules, 'endpoints', endpoint, missing)
}

/** The first filter that does not let it pass; one that cannot tell does not. */
function filtered(
  { scope, filters }: Rules,
  subject: Filter['subject'],
  it: string | Endpoint,
  missing: string[],
): string | undefined {
  for (const filter of filters) {
    if (filter.subject !== subject) continue
    const truth = truthOf(judgeFor(filter.where, scope, it))
    if (isUnknown(truth)) missing.push(...truth.unknown)
    if (truth !== (filter.effect === 'allow')) return filter.name
  }
  return undefined
}

// --- what is built in

interface Lists {
  readonly blocked: readonly string[]
  readonly ignored: readonly string[]
  /** `undefined`: any. */
  readonly models: readonly string[] | undefined
  readonly providers: readonly string[] | undefined
}

/** `org.only` binds providers where it names one, and models where it names one or no provider. */
function lists({ policy, state }: Scope): Lists {
  const { blocked, ignored, only } = state.organisation
  const providers = policy.providers.some((each) => only?.includes(each.name) === true)
  const models = policy.models.some((each) => only?.includes(each.name) === true)
  return {
    blocked,
    ignored,
    models: only !== null && (models || !providers) ? only : undefined,
    providers: only !== null && providers ? only : undefined,
  }
}

/** A modality or a size that the model cannot take. A size that may fit or not leaves the decision open. */
function promptUnfit({ policy, state, input }: Scope, model: Model, missing: string[]): string | undefined {
  const images = factOf(policy, state, input, 'context.images')
  const tokens = factOf(policy, state, input, 'context.length')
  const checks = (name: 'modality' | 'context-window'): boolean => !policy.unchecked.includes(name)
  if (checks('modality') && typeof images === 'number' && images > 0 && !model.accepts.includes('image')) {
    return 'modality'
  }
  const window = model.contextTokens
  const range = contextRange(input)
  if (checks('context-window') && range !== undefined && window !== undefined) {
    const [least, most] = [range.lo, range.hi].map((end) => compareExact(end, integer(window)) > 0)
    if (least === true) return 'context-window'
    if (most === true) missing.push('context.length')
    return undefined
  }
  if (checks('context-window') && typeof tokens === 'number' && window !== undefined && tokens > window) {
    return 'context-window'
  }
  return undefined
}

function restingChecks({ policy, state, input }: Scope): readonly string[] {
  const rests = (name: 'modality' | 'context-window', fact: 'context.images' | 'context.length'): boolean =>
    !policy.unchecked.includes(name) &&
    factOf(policy, state, input, fact) === undefined &&
    (fact === 'context.images' || contextRange(input) === undefined)
  return [
    ...(rests('modality', 'context.images') ? ['modality'] : []),
    ...(rests('context-window', 'context.length') ? ['context-window'] : []),
  ]
}

// --- budgets, by what has been charged before this call

interface BudgetRules {
  readonly stopped: Candidates['stopped']
  readonly upgradesDenied: boolean
  readonly only: readonly { readonly budget: string; readonly models: readonly string[] }[]
  readonly providers: readonly { readonly budget: string; readonly provider: string }[]
}

function budgetsOf(scope: Scope): BudgetRules {
  const { policy } = scope
  const due = policy.budgets
    .filter((budget) => budget.scope !== 'provider')
    .flatMap((budget) => {
      const used = usedMillionths(scope, budget.name)
      const reached = budget.actions.filter((each) => used >= each.atMillionths)
      for (const each of reached) scope.observer?.acted(each)
      return reached.map(({ action }) => ({ budget: budget.name, action }))
    })
  const stop = due.find(({ action }) => action.kind === 'stop')
  return {
    stopped:
      stop?.action.kind === 'stop' ? { budget: stop.budget, reason: stop.action.text } : undefined,
    upgradesDenied: due.some(({ action }) => action.kind === 'deny-upgrades'),
    only: due.flatMap(({ budget, action }) =>
      action.kind === 'only' ? [{ budget, models: poolModels(policy, action.pool) }] : [],
    ),
    providers: spentProviders(scope),
  }
}

/** A budget of providers takes out the hosts of those that have spent theirs. */
function spentProviders(scope: Scope): BudgetRules['providers'] {
  return scope.policy.budgets
    .filter((budget) => budget.scope === 'provider')
    .flatMap((budget) => {
      const stops = budget.actions.filter(({ action }) => action.kind === 'stop')
      return scope.policy.providers
        .filter(({ name }) => {
          const used = usedMillionths(scope, budget.name, name)
          for (const each of budget.actions) if (used >= each.atMillionths) scope.observer?.acted(each)
          return stops.some((each) => used >= each.atMillionths)
        })
        .map(({ name }) => ({ budget: budget.name, provider: name }))
    })
}

function poolModels(policy: Policy, pool: string): readonly string[] {
  return poolNamed(policy, pool)?.models.map((each) => each.model) ?? []
}
