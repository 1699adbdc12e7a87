import fc from 'fast-check'
import { models, moodWords, names, providers, scaled, tierWords, tokenSizes } from './arbitrary-catalogue.ts'

/**
 * Well-typed expressions as source text. What `it` stands for, and how many layers of declared
 * signals may be read, depends on where the expression will stand.
 */
export interface Scope {
  readonly it: 'nothing' | 'model' | 'endpoint'
  /** A filter is judged before there are candidates: nothing that depends on them may stand in it. */
  readonly filter: boolean
  /** Signals of a lower layer may be named. */
  readonly layer: 0 | 1 | 2
}

export const inRule: Scope = { it: 'nothing', filter: false, layer: 2 }
export const inChoice: Scope = { it: 'model', filter: false, layer: 2 }
export const inModelFilter: Scope = { it: 'model', filter: true, layer: 1 }
export const inEndpointFilter: Scope = { it: 'endpoint', filter: true, layer: 1 }
export const inFilterWhen: Scope = { it: 'nothing', filter: true, layer: 1 }
export const inServing: Scope = { it: 'endpoint', filter: true, layer: 1 }
export const inHide: Scope = { it: 'nothing', filter: false, layer: 2 }

export const tools = ['Bash', 'Edit', 'UpgradeSessionModel'] as const
export const ruleNames = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'] as const
export const phraseLists = ['oops', 'please'] as const

const windows = (scopes: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(...scopes))
      .map(([count, scope]) => `last ${count} ${scope}`),
    fc.constantFrom('this turn', 'this session'),
  )

const messageScopes = ['assistant messages', 'user messages', 'thinking messages', 'messages', 'tools', 'turns']

const counts: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', 'occurrences of ', 'distinct ', 'messages with '),
      fc.constantFrom(...phraseLists),
      windows(messageScopes),
    )
    .map(([how, list, window]) => `count ${how}${list} in ${window}`),
  fc
    .tuple(fc.constantFrom(...tools), windows(['tools', 'calls', 'turns']))
    .map(([tool, window]) => `count uses of "${tool}" in ${window}`),
  windows(['tools', 'calls', 'turns']).map((window) => `count failures in ${window}`),
  windows(['tools']).map((window) => `count repeats in ${window}`),
  windows(['calls', 'turns']).map((window) => `count errors in ${window}`),
)

const happenings = fc.oneof(
  fc.constantFrom(...ruleNames).map((rule) => `rule ${rule}`),
  fc.constantFrom(...tools).map((tool) => `tool "${tool}"`),
  fc.constantFrom('switch', 'compaction', 'reminder', 'failover'),
)

const comparison = fc.constantFrom('<', '<=', '>', '>=', 'is', 'is not')

function ordered(left: fc.Arbitrary<string>, right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(left, comparison, right).map((parts) => parts.join(' '))
}

const known = new Map<string, fc.Arbitrary<string>>()

/** One arbitrary a key: building them anew at every depth would take exponential time. */
function once(key: string, make: () => fc.Arbitrary<string>): fc.Arbitrary<string> {
  const made = known.get(key)
  if (made !== undefined) return made
  const fresh = make()
  known.set(key, fresh)
  return fresh
}

function keyed(kind: string, scope: Scope, depth: number): string {
  return `${kind} ${scope.it} ${scope.filter} ${scope.layer} ${depth}`
}

/** Expressions that yield a model. */
export function modelValue(scope: Scope, depth = 1): fc.Arbitrary<string> {
  return once(keyed('model', scope, depth), () =>
    fc.oneof(
      fc.constantFrom<string>(...models),
      fc.constantFrom('current', 'requested', 'favourite'),
      ...(scope.it === 'model' ? [fc.constant('it')] : []),
      ...(scope.filter ? [] : [fc.constant('next(up)')]),
      ...(scope.layer > 1 ? [fc.constant('target')] : []),
      ...(depth > 0 ? [count(scope, 0).map((step) => `rung(up, ${step})`)] : []),
    ),
  )
}

/** What has a price, a region and a host: a model, or the endpoint at hand. */
function priced(scope: Scope): fc.Arbitrary<string> {
  return scope.it === 'endpoint' ? fc.constant('it') : modelValue(scope, 0)
}

export function count(scope: Scope, depth = 1): fc.Arbitrary<string> {
  return once(keyed('count', scope, depth), () =>
    fc.oneof(
      fc.integer({ min: 0, max: 5 }).map(String),
      counts,
      fc.constantFrom('turn', 'images', 'context.images', 'repo.files', 'tries', 'row'),
      fc
        .tuple(fc.constantFrom('turns', 'calls'), happenings)
        .map(([unit, happening]) => `${unit} since ${happening}`),
      ...(scope.layer > 0 ? [fc.constantFrom('amount', 'enough')] : []),
      ...(depth > 0
        ? [
            modelValue(scope, 0).map((model) => `step(up, ${model})`),
            mood(scope, 0).map((word) => `rank(${word})`),
            fc
              .tuple(count(scope, 0), fc.constantFrom('+', '-'), count(scope, 0))
              .map((parts) => parts.join(' ')),
            fc
              .tuple(fc.constantFrom('80%', '150%', '33.3%'), count(scope, 0))
              .map(([share, whole]) => `${share} of (${whole})`),
            fc
              .tuple(fc.constantFrom('max', 'min'), count(scope, 0), count(scope, 0))
              .map(([which, left, right]) => `${which}(${left}, ${right})`),
          ]
        : []),
    ),
  )
}

export function tokens(scope: Scope): fc.Arbitrary<string> {
  const plain = fc.oneof(
    fc.constantFrom(...tokenSizes).map((size) => `${scaled(size)} tokens`),
    fc.constantFrom('context.length', 'context.free'),
    scope.it === 'endpoint'
      ? fc.constant('context.length')
      : modelValue(scope, 0).map((model) => `context-window(${model})`),
  )
  return fc.oneof(
    plain,
    fc.tuple(fc.constantFrom('80%', '95%', '99.9%'), plain).map(([share, of]) => `${share} of (${of})`),
    fc.tuple(plain, fc.constantFrom('+', '-'), plain).map((parts) => parts.join(' ')),
  )
}

export function score(scope: Scope): fc.Arbitrary<string> {
  return once(keyed('score', scope, 0), () => {
    const plain = fc.oneof(
      fc.constantFrom('0.0', '0.15', '0.3', '0.5', '0.70', '0.85', '1.0', 'good-enough'),
      ...(scope.layer > 0 ? [fc.constantFrom('load.score', 'fit.score')] : []),
      ...(scope.it === 'endpoint'
        ? []
        : [
            // Scorers stand on signals of the first layer.
            ...(scope.layer > 0 ? [modelValue(scope, 0).map((model) => `fit.score(${model})`)] : []),
            ...(scope.filter ? [] : [modelValue(scope, 0).map((model) => `triage.score(${model})`)]),
          ]),
      ...(scope.layer > 0 ? [fc.constant('weightish')] : []),
    )
    return fc.oneof(
      plain,
      fc.tuple(plain, fc.constantFrom('+', '-'), plain).map((parts) => parts.join(' ')),
      plain.map((of) => `80% of (${of})`),
    )
  })
}

export function mood(scope: Scope, depth = 1): fc.Arbitrary<string> {
  return once(keyed('mood', scope, depth), () =>
    fc.oneof(
      fc.constantFrom<string>(...moodWords),
      fc.constantFrom('peak', 'fading'),
      ...(scope.layer > 0 ? [fc.constant('load.band')] : []),
      ...(scope.filter ? [] : [fc.constant('judge.label')]),
      ...(scope.layer > 1 ? [fc.constant('feeling')] : []),
      ...(depth > 0
        ? [
            mood(scope, 0).map((word) => `above(${word})`),
            mood(scope, 0).map((word) => `below(${word})`),
            fc
              .tuple(fc.constantFrom('max', 'min'), mood(scope, 0), fc.constantFrom(...moodWords))
              .map(([which, left, right]) => `${which}(${left}, ${right})`),
          ]
        : []),
    ),
  )
}

function negatable(left: fc.Arbitrary<string>, right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(left, fc.constantFrom('is', 'is not'), fc.oneof(right, right, fc.constant('none')))
    .map((parts) => parts.join(' '))
}

function member(item: fc.Arbitrary<string>, list: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(item, fc.constantFrom('in', 'not in'), list).map((parts) => parts.join(' '))
}

const modelList = fc.oneof(
  fc.constantFrom('main', 'cheap', 'org.blocked', 'org.only'),
  nonEmptyList(models),
)

function nonEmptyList(from: readonly string[]): fc.Arbitrary<string> {
  return fc.shuffledSubarray([...from], { minLength: 1 }).map(names)
}

const requestFacts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('plan-mode', 'sidechain', 'housekeeping', 'seen', 'firm'),
  negatable(fc.constant('surface'), fc.constantFrom('ci', 'cli')),
  negatable(fc.constant('session.kind'), fc.constantFrom('router', 'concrete')),
  negatable(fc.constant('org.router'), fc.constantFrom('allowed', 'blocked')),
  negatable(fc.constant('variant'), fc.constantFrom('nitro', 'floor')),
  negatable(fc.constantFrom('team', 'workflow', 'repo.language'), fc.constantFrom('"a"', '"b"')),
  fc.constantFrom('path starts with "src/"', 'team starts with "a"', 'url.path starts with "/"'),
  negatable(fc.constantFrom('header("h")', 'metadata("m")'), fc.constantFrom('"a"', '"b"')),
  ordered(fc.constant('param("p")'), fc.constantFrom('0', '1', '2')),
  member(fc.constant('repo.language'), fc.constantFrom('["a", "b"]', '["c"]', '[]')),
  fc.constantFrom('tags has "x"', 'not (tags has "y")', '"x" in tags'),
  fc.constantFrom('now in office', 'now not in office'),
  ordered(fc.constant('message.length'), fc.constantFrom('0 chars', '20 chars', '100 chars')),
  ordered(
    fc.tuple(fc.constant('time since'), happenings).map((parts) => parts.join(' ')),
    fc.constantFrom('0s', '30s', '1min', '60s', '1h'),
  ),
  fc.constantFrom(...tools).map((tool) => `called("${tool}")`),
  fc
    .tuple(fc.constantFrom('"s1"', '"s2"'), fc.constantFrom('<', '>='), fc.constantFrom('0%', '50%', '80%'))
    .map(([salt, operator, share]) => `bucket(session, ${salt}) ${operator} ${share}`),
  ordered(fc.constant('used(purse)'), fc.constantFrom('50%', '80%', '100%')),
)

function ofModels(scope: Scope): fc.Arbitrary<string> {
  const model = modelValue(scope)
  return fc.oneof(
    negatable(model, model),
    member(model, modelList),
    ordered(model.map((it) => `tier(${it})`), fc.constantFrom(...tierWords)),
    fc.tuple(model, fc.constantFrom('text', 'image', 'pdf')).map(([it, kind]) => `accepts(${it}, ${kind})`),
    model.map((it) => `warm(${it})`),
    model.map((it) => `tags(${it}) has open`),
    ...(scope.filter
      ? []
      : [
          model.map((it) => `allowed(${it})`),
          ordered(
            model.map((it) => `benefit(${it})`),
            fc.oneof(
              model.map((it) => `switch-cost(${it})`),
              fc.constantFrom('$0', '$0.05', '$1'),
            ),
          ),
        ]),
  )
}

function ofEndpoints(): fc.Arbitrary<string> {
  return fc.oneof(
    negatable(fc.constant('region(it)'), fc.constantFrom('us', 'eu')),
    negatable(fc.constant('provider(it)'), fc.constantFrom(...providers)),
    member(fc.constant('provider(it)'), fc.oneof(fc.constantFrom('org.ignored'), nonEmptyList(providers))),
    negatable(fc.constant('quantization(it)'), fc.constantFrom('fp4', 'fp8')),
    fc.constantFrom('data(it, no-training)', 'data(it, zero-retention)', 'outage(it, 30s)'),
    ordered(fc.constant('latency(it, p50)'), fc.constantFrom('400ms', '1s', '2s')),
    ordered(
      fc.constant('throughput(it, p50)'),
      fc.constantFrom('40 tokens per 1s', '100 tokens per 3s', '33 tokens per 1s'),
    ),
  )
}

function atom(scope: Scope): fc.Arbitrary<string> {
  return once(keyed('atom', scope, 0), () =>
    fc.oneof(
      requestFacts,
      ordered(count(scope), count(scope)),
      ordered(tokens(scope), tokens(scope)),
      ordered(score(scope), score(scope)),
      ordered(mood(scope), mood(scope)),
      member(mood(scope), nonEmptyList(moodWords)),
      ...(scope.filter
        ? []
        : [
            fc
              .tuple(
                fc.constantFrom('triage.status', 'judge.status'),
                fc.constantFrom('is', 'is not'),
                fc.constantFrom('ok', 'timeout', 'empty'),
              )
              .map((words) => words.join(' ')),
          ]),
      fc
        .tuple(priced(scope), fc.constantFrom('input', 'output', 'cache-read'), comparison, fc.constantFrom('$0.30', '$1', '$5'))
        .map(([it, bucket, operator, money]) => `price(${it}, ${bucket}) ${operator} ${money} per 1M tokens`),
      fc
        .tuple(priced(scope), fc.constantFrom('input', 'reasoning', 'cache-read'), fc.constantFrom('is', 'is not'))
        .map(([it, bucket, operator]) => `price(${it}, ${bucket}) ${operator} none`),
      ...(scope.it === 'endpoint' ? [ofEndpoints()] : [ofModels(scope)]),
      ...(scope.layer > 0 ? [fc.constantFrom('flag-a', 'flag-b')] : []),
      ...(scope.layer > 1 ? [fc.constantFrom('flag-c')] : []),
    ),
  )
}

/** Guards, of `and`, `or` and `not` up to the depth. */
export function truth(scope: Scope, depth = 2): fc.Arbitrary<string> {
  return once(keyed('truth', scope, depth), () => {
    if (depth === 0) return atom(scope)
    const part = truth(scope, depth - 1)
    const parts = fc.array(part, { minLength: 2, maxLength: 3 })
    return fc.oneof(
      { weight: 4, arbitrary: atom(scope) },
      { weight: 2, arbitrary: parts.map((all) => `(${all.join(' and ')})`) },
      { weight: 2, arbitrary: parts.map((all) => `(${all.join(' or ')})`) },
      { weight: 1, arbitrary: part.map((inner) => `not (${inner})`) },
    )
  })
}

/** `when … then … otherwise …`, of which a signal may be made. */
export function cases(scope: Scope, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.tuple(truth(scope, 1), value), { minLength: 1, maxLength: 2 }), value)
    .map(
      ([arms, last]) =>
        `${arms.map(([guard, then]) => `when ${guard} then ${then}`).join(' ')} otherwise ${last}`,
    )
}
