import type { Expression, FactName, FunctionName, Policy } from '../core.ts'
import { ladderNamed, modelNamed } from '../catalogue-queries.ts'
import { memoryNamed } from '../memory.ts'
import { countName } from '../reference/print.ts'
import { onlyScores } from '../reference/scores.ts'
import { partsOf } from '../walk.ts'

/**
 * What another choice for an earlier call would have changed. `reply`: the conversation from there
 * on, where another model, prompt or end gave another reply. `serving`: what any other serving
 * changes, the same model at another host included: instants, spending, caches, health.
 */
export type ChangedBy = 'reply' | 'serving'

/** What a part of a policy reads that an earlier choice can change, by the name that reports print. */
export interface Reads {
  readonly names: ReadonlyMap<string, ChangedBy>
  /** Models that are asked whether the prompt fits them. */
  readonly fitted: ReadonlySet<FittedModel>
}

/** A model's name; `current` and `requested` are those of the call; `any`: some model of the policy. */
export type FittedModel = { readonly model: string } | 'current' | 'requested' | 'any'

export const nothingRead: Reads = { names: new Map(), fitted: new Set() }

export function reading(name: string, changedBy: ChangedBy): Reads {
  return { names: new Map([[name, changedBy]]), fitted: new Set() }
}

export function fitting(models: readonly FittedModel[]): Reads {
  return { names: new Map(), fitted: new Set(models) }
}

/** What any of these reads. What any serving changes is changed by another reply as well. */
export function together(all: readonly Reads[]): Reads {
  const names = new Map<string, ChangedBy>()
  for (const [name, changedBy] of all.flatMap((each) => [...each.names])) {
    if (names.get(name) !== 'serving') names.set(name, changedBy)
  }
  return { names, fitted: new Set(all.flatMap((each) => [...each.fitted])) }
}

/**
 * What an expression may read, through signals and scorers, over every branch. What earlier decisions
 * of the session have left in its state (the choice, memories, when a rule fired) is not listed: it
 * is as they were.
 */
export function readsOf(policy: Policy, expression: Expression): Reads {
  return together([ownReads(policy, expression), ...partsOf(expression).map((part) => readsOf(policy, part))])
}

function ownReads(policy: Policy, expression: Expression): Reads {
  switch (expression.kind) {
    case 'signal': {
      const signal = policy.signals.find((each) => each.name === expression.signal)
      return signal === undefined ? nothingRead : readsOf(policy, signal.value)
    }
    case 'fact':
      return factReads(expression.fact)
    case 'count':
      return reading(countName(expression.query), expression.query.what.kind === 'errors' ? 'serving' : 'reply')
    case 'since': {
      const { of, unit } = expression.query
      const subject = of.kind === 'rule' ? `rule ${of.rule}` : of.kind === 'tool' ? `tool ${of.tool}` : of.event
      const isServed = unit === 'time' || (of.kind === 'event' && of.event === 'failover')
      return reading(`since ${subject}`, isServed ? 'serving' : 'reply')
    }
    case 'within-hours':
      return reading('now', 'serving')
    case 'memory': {
      const memory = memoryNamed(policy, expression.memory)
      const ends = (memory?.kind === 'pin' || memory?.kind === 'level') && memory.lifetime !== undefined
      return ends ? reading('now', 'serving') : nothingRead
    }
    case 'verdict':
    case 'verdict-score':
      return reading(expression.classifier, 'reply')
    case 'scorer-score':
    case 'scorer-band':
      return scorerReads(policy, expression.scorer)
    case 'call':
      return functionReads(policy, expression.function, expression.arguments)
    case 'ladder-call':
      return expression.function === 'next' ? ladderReads(policy, expression.ladder) : nothingRead
    case 'literal':
    case 'logical':
    case 'not':
    case 'order':
    case 'equal':
    case 'member':
    case 'starts-with':
    case 'sum':
    case 'share-of':
    case 'list':
    case 'cases':
    case 'request-map':
    case 'it':
      return nothingRead
  }
}

/** What the person, the client and the organisation set is theirs: no choice of a model changes it. */
function factReads(fact: FactName): Reads {
  switch (fact) {
    case 'context.length':
    case 'context.free':
      return reading('context.length', 'reply')
    case 'turn':
    case 'images':
    case 'context.images':
    case 'message.text':
    case 'message.length':
    case 'plan-mode':
    case 'housekeeping':
      return reading(fact, 'reply')
    case 'current':
    case 'requested':
    case 'variant':
    case 'surface':
    case 'session.kind':
    case 'sidechain':
    case 'team':
    case 'tags':
    case 'path':
    case 'toolchain':
    case 'workflow':
    case 'repo.name':
    case 'repo.files':
    case 'repo.language':
    case 'org.blocked':
    case 'org.only':
    case 'org.ignored':
    case 'org.router':
    case 'request.order':
    case 'url.path':
    case 'session':
      return nothingRead
  }
}

function functionReads(policy: Policy, name: FunctionName, parameters: readonly Expression[]): Reads {
  switch (name) {
    case 'called':
      return reading('called', 'reply')
    case 'outage':
    case 'warm':
    case 'spent':
    case 'used':
      return reading(name, 'serving')
    case 'price':
    case 'priced':
      return priceReads(policy, modelsOf(parameters[0]))
    case 'switch-cost':
      return together([reading('context.length', 'reply'), priceReads(policy, undefined)])
    case 'benefit': {
      const { classifier, scorer } = onlyScores(policy)
      if (classifier !== undefined) return reading(classifier, 'reply')
      return scorer === undefined ? nothingRead : scorerReads(policy, scorer)
    }
    default:
      return nothingRead
  }
}

/** `undefined`: whichever model it comes to. */
function modelsOf(expression: Expression | undefined): readonly string[] | undefined {
  return expression?.kind === 'literal' && expression.value !== null && expression.value.kind === 'name'
    ? [expression.value.name]
    : undefined
}

/** Prices by prompt size read the size, prices that change on a day read the clock. */
export function priceReads(policy: Policy, models: readonly string[] | undefined): Reads {
  const priced = models === undefined ? policy.models : models.flatMap((name) => modelNamed(policy, name) ?? [])
  const lists = priced.flatMap((model) => [model.prices, ...model.endpoints.map((host) => host.prices)])
  return together([
    lists.some((cards) => cards.some((card) => card.aboveTokens > 0)) ? reading('context.length', 'reply') : nothingRead,
    lists.some((cards) => new Set(cards.map((card) => card.fromDay)).size > 1) ? reading('now', 'serving') : nothingRead,
  ])
}

function scorerReads(policy: Policy, name: string): Reads {
  const scorer = policy.scorers.find((each) => each.name === name)
  return together((scorer?.weights ?? []).map(({ signal }) => readsOf(policy, signal)))
}

/** The next step up is the nearest that holds a candidate. */
export function ladderReads(policy: Policy, ladder: string): Reads {
  const steps = ladderNamed(policy, ladder)?.climbs.flat(2) ?? []
  return fitting(steps.map((model) => ({ model })))
}
