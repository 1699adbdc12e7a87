import type { CountQuery, Expression, FactName, Policy, SinceQuery, Type } from '../../policy/core.ts'
import { never } from '../../policy/facts.ts'
import { largestCount } from '../largest-count.ts'
import { choiceChain, rulesOf, usedModels } from '../used-models.ts'
import type { Domain, Variable, Variables } from './variables.ts'

/** What a variable stands for, so that a witness can be made of its cells. */
export type Input =
  | { readonly kind: 'current' }
  | { readonly kind: 'fact'; readonly fact: FactName }
  | { readonly kind: 'request-map'; readonly map: 'header' | 'param' | 'metadata'; readonly key: string }
  | { readonly kind: 'count'; readonly query: CountQuery }
  | { readonly kind: 'since'; readonly query: SinceQuery }
  | { readonly kind: 'memory'; readonly memory: string }
  | { readonly kind: 'status'; readonly classifier: string }
  | { readonly kind: 'label'; readonly classifier: string }
  | { readonly kind: 'score'; readonly classifier: string; readonly model: string }
  | { readonly kind: 'member'; readonly list: string; readonly item: string }
  /** A model that the organisation, a budget or a missing host takes out by other ways than `org.blocked`. */
  | { readonly kind: 'out'; readonly model: string }
  | { readonly kind: 'used'; readonly budget: string }
  /** Stands for everything that tells whether this model is allowed, or a candidate. */
  | { readonly kind: 'allowed' | 'candidate'; readonly model: string }
  | { readonly kind: 'bucket' }
  | { readonly kind: 'called'; readonly tool: string }
  | { readonly kind: 'benefit' | 'switch-cost' }
  /** Days since 1970-01-01 (UTC); unknown: there is no date, and the newest prices are in force. */
  | { readonly kind: 'day' }
  /** Of what it stands for besides other inputs: the same in policies that agree in these parts. */
  | { readonly kind: 'opaque'; readonly restsOn: RestsOn }

export type RestsOn = readonly (keyof Policy)[]

/** Everything that a value of an expression can come from. */
export const allOfPolicy: RestsOn = [
  'scales', 'providers', 'models', 'pools', 'phraseLists', 'settings', 'signals', 'hours', 'classifiers', 'scorers',
  'ladders', 'memories', 'filters', 'unchecked', 'serving', 'profiles', 'switching', 'budgets', 'assumptions',
]

/** A model that the catalogue does not know: what a person may ask for, too. */
export const otherModel = 'a model that the catalogue does not know'

const truths: Domain = { kind: 'values', values: [false, true], none: false, unknown: true }
const statuses = ['ok', 'timeout', 'error', 'malformed', 'empty', 'missing']

export function number(low: bigint | undefined, high?: bigint, more: Partial<Domain> = {}): Domain {
  return { kind: 'number', low, high, none: false, unknown: false, ...more } as Domain
}

function values(given: readonly (string | boolean | number)[], none: boolean, unknown: boolean): Domain {
  return { kind: 'values', values: given, none, unknown }
}

function declared(
  variables: Variables,
  label: string,
  domain: Domain,
  source: Input,
  abstract: boolean = false,
): Variable {
  return variables.declare(keyOf(label, source), () => ({ label, domain, source, abstract }))
}

/** What is spelt in two ways is one variable where its source tells. */
function keyOf(label: string, source: Input): string {
  switch (source.kind) {
    case 'current':
    case 'bucket':
    case 'benefit':
    case 'switch-cost':
    case 'opaque':
      return `${source.kind} ${label}`
    default:
      return JSON.stringify(source)
  }
}

export function inputOf(variable: Variable): Input {
  return variable.source as Input
}

// --- what the state and the request tell

/** The models that may stand as the choice of a session. */
export function currentModels(policy: Policy): readonly string[] {
  const choices = rulesOf(policy).flatMap((rule) => choiceChain(rule.choice))
  const any = choices.some((choice) => choice.kind === 'use' && choice.model.kind !== 'literal')
  const models = any ? policy.models : usedModels(policy)
  return models.filter((model) => model.endpoints.length > 0).map((model) => model.name)
}

export function currentVariable(variables: Variables, policy: Policy, none: boolean): Variable {
  const label = none ? 'current before' : 'current'
  return declared(variables, label, values(currentModels(policy), none, false), { kind: 'current' })
}

/** `undefined`: a list, of which only memberships are told apart. */
export function factVariable(variables: Variables, policy: Policy, fact: FactName): Variable | undefined {
  const domain = factDomain(policy, fact)
  return domain && declared(variables, fact, domain, { kind: 'fact', fact })
}

function factDomain(policy: Policy, fact: FactName): Domain | undefined {
  const text: Domain = { kind: 'text', none: true, unknown: true }
  switch (fact) {
    case 'tags':
    case 'org.blocked':
    case 'org.only':
    case 'org.ignored':
    case 'request.order':
      return undefined
    case 'requested':
      return values([...policy.models.map((model) => model.name), otherModel], true, true)
    case 'turn':
      return number(0n)
    case 'images':
    case 'context.images':
    case 'context.length':
      return number(0n, undefined, { unknown: true })
    case 'message.length':
    case 'repo.files':
      return number(0n, undefined, { none: true, unknown: true })
    case 'context.free':
      return number(undefined, undefined, { none: true, unknown: true })
    case 'session.kind':
      return values(['router', 'concrete'], false, true)
    case 'plan-mode':
    case 'housekeeping':
      return values([false, true], true, true)
    case 'sidechain':
      return truths
    case 'org.router':
      return values(['allowed', 'blocked'], true, false)
    case 'session':
      return { ...text, none: false, unknown: false }
    case 'current':
    case 'variant':
    case 'message.text':
    case 'surface':
    case 'team':
    case 'path':
    case 'toolchain':
    case 'workflow':
    case 'repo.name':
    case 'repo.language':
    case 'url.path':
      return text
  }
}

export function countVariable(variables: Variables, policy: Policy, query: CountQuery, label: string): Variable {
  const most = largestCount(policy, query)
  const domain = number(0n, most === undefined ? undefined : BigInt(most), { unknown: true })
  return declared(variables, label, domain, { kind: 'count', query })
}

export function sinceVariable(variables: Variables, query: SinceQuery, label: string): Variable {
  const domain = number(0n, BigInt(never), { unknown: query.unit === 'time' })
  return declared(variables, label, domain, { kind: 'since', query })
}

/** The time since this very instant: 0, or unknown where there is no clock. */
export function clockVariable(variables: Variables): Variable {
  return declared(variables, 'the clock', values([0], false, true), { kind: 'opaque', restsOn: [] }, true)
}

const mostWords = 64

export function memoryVariable(variables: Variables, policy: Policy, name: string): Variable | undefined {
  const memory = policy.memories.find((each) => each.name === name)
  if (memory === undefined) return undefined
  return declared(variables, name, memoryDomain(policy, memory), { kind: 'memory', memory: name })
}

function memoryDomain(policy: Policy, memory: Policy['memories'][number]): Domain {
  switch (memory.kind) {
    case 'latch':
      return values([false, true], false, false)
    case 'counter':
    case 'streak':
      // Each count is a cell of its own, so that `add` can be followed.
      return memory.upTo > mostWords
        ? number(0n, BigInt(memory.upTo))
        : values(Array.from({ length: memory.upTo + 1 }, (_, count) => count), false, false)
    case 'pin':
      return values(currentModels(policy), true, false)
    case 'level':
      return values(wordsOf(policy, memory.scale), true, false)
  }
}

function wordsOf(policy: Policy, scale: string): readonly string[] {
  return policy.scales.find((each) => each.name === scale)?.words ?? []
}

// --- classifiers

export function statusVariable(variables: Variables, classifier: string): Variable {
  return declared(variables, `${classifier}.status`, values(statuses, false, false), { kind: 'status', classifier })
}

export function labelVariable(variables: Variables, policy: Policy, classifier: string): Variable {
  const verdict = policy.classifiers.find((each) => each.name === classifier)?.verdict
  const words = verdict?.kind === 'labels' ? wordsOf(policy, verdict.scale) : []
  return declared(variables, `${classifier}.label`, values(words, false, true), { kind: 'label', classifier })
}

export function scoreVariable(variables: Variables, classifier: string, model: string): Variable {
  const domain = number(undefined, undefined, { none: true, unknown: true })
  return declared(variables, `${classifier}.score(${model})`, domain, { kind: 'score', classifier, model })
}

// --- lists, the account, and what is not modelled

export function memberVariable(variables: Variables, list: string, item: string): Variable {
  const told = list.startsWith('org.')
  return declared(
    variables, `${item} in ${list}`, values([false, true], false, !told), { kind: 'member', list, item }, !told,
  )
}

export function outVariable(variables: Variables, model: string): Variable {
  return declared(variables, `${model} is out`, values([false, true], false, false), { kind: 'out', model }, true)
}

export function standingVariable(variables: Variables, kind: 'allowed' | 'candidate', model: string): Variable {
  const label = kind === 'allowed' ? `allowed(${model})` : `${model} is a candidate`
  return declared(variables, label, values([false, true], false, false), { kind, model })
}

export function usedVariable(variables: Variables, budget: string): Variable {
  return declared(variables, `used(${budget})`, number(0n), { kind: 'used', budget })
}

export function bucketVariable(variables: Variables, key: string): Variable {
  return declared(variables, `bucket(${key})`, number(0n, 999_999n), { kind: 'bucket' }, true)
}

export function dayVariable(variables: Variables): Variable {
  return declared(variables, 'the day', number(0n, undefined, { unknown: true }), { kind: 'day' })
}

export function calledVariable(variables: Variables, tool: string): Variable {
  return declared(variables, `called(${JSON.stringify(tool)})`, truths, { kind: 'called', tool })
}

export function moneyVariable(variables: Variables, kind: 'benefit' | 'switch-cost', model: string): Variable {
  const domain = number(undefined, undefined, { none: true, unknown: true })
  return declared(variables, `${kind}(${model})`, domain, { kind }, true)
}

/** Something of this type whose values are not told from what it is made of. */
export function opaqueVariable(
  variables: Variables,
  policy: Policy,
  type: Type,
  label: string,
  restsOn: RestsOn,
): Variable {
  return declared(variables, label, opaqueDomain(policy, type), { kind: 'opaque', restsOn }, true)
}

function opaqueDomain(policy: Policy, type: Type): Domain {
  switch (type.kind) {
    case 'truth':
      return values([false, true], true, true)
    case 'number':
      return number(undefined, undefined, { none: true, unknown: true })
    case 'model':
      return values([...policy.models.map((model) => model.name), otherModel], true, true)
    case 'word': {
      const words = wordsOf(policy, type.set)
      return words.length > 0 ? values(words, true, true) : { kind: 'text', none: true, unknown: true }
    }
    case 'text':
    case 'provider':
    case 'endpoint':
    case 'list':
    case 'any':
      return { kind: 'text', none: true, unknown: true }
  }
}

export function requestMapVariable(
  variables: Variables,
  policy: Policy,
  expression: Extract<Expression, { readonly kind: 'request-map' }>,
): Variable {
  const { map, key, type } = expression
  const label = `${map}(${JSON.stringify(key)})`
  return declared(variables, label, opaqueDomain(policy, type), { kind: 'request-map', map, key })
}
