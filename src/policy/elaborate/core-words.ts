import { priceRows } from '../../language/price-rows.ts'
import type { FactName, FunctionName, Type, Unit } from '../core.ts'

// --- types

export const truth: Type = { kind: 'truth' }
export const text: Type = { kind: 'text' }
export const model: Type = { kind: 'model' }
export const provider: Type = { kind: 'provider' }
export const endpoint: Type = { kind: 'endpoint' }
export const any: Type = { kind: 'any' }

export function number(unit: Unit): Type {
  return { kind: 'number', unit }
}

export function word(set: string): Type {
  return { kind: 'word', set }
}

export function listOf(of: Type): Type {
  return { kind: 'list', of }
}

// --- sets of words

/**
 * The built-in sets of bare words. `null` is an open set: any word belongs to it, for the world's
 * regions and data terms are not ours to list.
 */
export const wordSets: ReadonlyMap<string, readonly string[] | null> = new Map<
  string,
  readonly string[] | null
>([
  ['status', ['ok', 'timeout', 'error', 'malformed', 'empty']],
  ['session.kind', ['router', 'concrete']],
  ['surface', ['cli', 'ide', 'web', 'ci', 'desktop', 'mobile', 'slack', 'api', 'sdk']],
  ['org.router', ['allowed', 'blocked']],
  ['modality', ['text', 'image', 'pdf', 'audio', 'video']],
  ['percentile', ['p50', 'p75', 'p90', 'p95', 'p99']],
  ['price row', priceRows],
  ['region', null],
  ['data', null],
  ['quantization', null],
  ['variant', null],
  ['tag', null],
])

/** Statuses that only a test may write: the policy could tell a replay from production by it. */
export const testStatuses: readonly string[] = [
  'ok',
  'timeout',
  'error',
  'malformed',
  'empty',
  'missing',
]

// --- signals

/** Built-in signals and their types. `now` stands apart: it is only ever asked `now in HOURS`. */
export const factTypes: ReadonlyMap<string, Type> = new Map<FactName, Type>([
  ['current', model],
  ['requested', model],
  ['variant', word('variant')],
  ['turn', number('count')],
  ['images', number('count')],
  ['context.images', number('count')],
  ['message.text', text],
  ['message.length', number('chars')],
  ['context.length', number('tokens')],
  ['context.free', number('tokens')],
  ['surface', word('surface')],
  ['session.kind', word('session.kind')],
  ['plan-mode', truth],
  ['sidechain', truth],
  ['housekeeping', truth],
  ['team', text],
  ['tags', listOf(text)],
  ['path', text],
  ['toolchain', text],
  ['workflow', text],
  ['repo.name', text],
  ['repo.files', number('count')],
  ['repo.language', text],
  ['org.blocked', listOf(model)],
  ['org.only', listOf(any)],
  ['org.ignored', listOf(provider)],
  ['org.router', word('org.router')],
  ['request.order', listOf(provider)],
  ['url.path', text],
])

export function factName(path: string): FactName | undefined {
  return factTypes.has(path) ? (path as FactName) : undefined
}

/** Names that settings, signals, states, classifiers and scorers may not take. */
export const coreValueWords: ReadonlySet<string> = new Set([
  ...[...factTypes.keys()].map((path) => path.split('.')[0] ?? path),
  'now',
  'it',
  'header',
  'param',
  'metadata',
  'messages',
  'assistant',
  'user',
  'thinking',
  'bucket',
  'benefit',
  'switch-cost',
  'used',
  'spent',
  'cached',
])

// --- functions

/** Where an expression stands; it decides which words have a meaning there. */
export type Place =
  'signal' | 'rule' | 'filter' | 'hide' | 'serve' | 'invariant' | 'expect' | 'test'

/** In the author's words, for "…cannot stand in …". */
export const placeNames: Readonly<Record<Place, string>> = {
  signal: 'a signal',
  rule: 'a rule',
  filter: 'a filter',
  hide: '`hide`',
  serve: 'a serving line',
  invariant: 'an invariant',
  expect: 'an expectation',
  test: 'a test',
}

export type Parameter =
  | {
      readonly kind: 'model' | 'endpoint' | 'host' | 'model-or-provider' | 'ordered' | 'scale-word'
    }
  | { readonly kind: 'word'; readonly set: string }
  | { readonly kind: 'text' | 'duration' | 'key' }
  | { readonly kind: 'declared'; readonly what: 'budget' | 'classifier' }

export interface CoreFunction {
  readonly parameters: readonly Parameter[]
  /** How many of the parameters, from the last, may be left out. */
  readonly optional: number
  /** `first`: that of the first argument. */
  readonly result: Type | 'first'
  readonly places: readonly Place[] | 'everywhere'
  /** `f(a, b)` as the documentation writes it. */
  readonly signature: string
}

const tests: readonly Place[] = ['test']
const runs: readonly Place[] = ['expect', 'test']
const claims: readonly Place[] = ['invariant', 'test']
const aModel: Parameter = { kind: 'model' }
const anEndpoint: Parameter = { kind: 'endpoint' }
const aHost: Parameter = { kind: 'host' }

function define(
  signature: string,
  parameters: readonly Parameter[],
  result: Type | 'first',
  places: readonly Place[] | 'everywhere' = 'everywhere',
  optional = 0,
): CoreFunction {
  return { parameters, optional, result, places, signature }
}

/** Functions by name, and the words of claims and tests that are written without arguments. */
export const coreFunctions: ReadonlyMap<string, CoreFunction> = new Map<FunctionName, CoreFunction>(
  [
    ['tier', define('tier(model)', [aModel], word('tier'))],
    [
      'accepts',
      define('accepts(model, image)', [aModel, { kind: 'word', set: 'modality' }], truth),
    ],
    ['allowed', define('allowed(model)', [aModel], truth)],
    [
      'price',
      define('price(model, input)', [aModel, { kind: 'word', set: 'price row' }], number('price')),
    ],
    ['context-window', define('context-window(model)', [aModel], number('tokens'))],
    ['tags', define('tags(model)', [aModel], listOf(word('tag')))],
    ['warm', define('warm(model)', [aModel], truth)],
    ['benefit', define('benefit(model)', [aModel], number('money'))],
    ['switch-cost', define('switch-cost(model)', [aModel], number('money'))],
    ['provider', define('provider(endpoint)', [anEndpoint], provider)],
    ['region', define('region(endpoint)', [anEndpoint], word('region'))],
    [
      'data',
      define('data(endpoint, no-training)', [anEndpoint, { kind: 'word', set: 'data' }], truth),
    ],
    ['quantization', define('quantization(endpoint)', [anEndpoint], word('quantization'))],
    [
      'latency',
      define(
        'latency(endpoint, p50)',
        [anEndpoint, { kind: 'word', set: 'percentile' }],
        number('duration'),
        'everywhere',
        1,
      ),
    ],
    [
      'throughput',
      define(
        'throughput(endpoint, p50)',
        [anEndpoint, { kind: 'word', set: 'percentile' }],
        number('rate'),
        'everywhere',
        1,
      ),
    ],
    ['outage', define('outage(endpoint, 30s)', [aHost, { kind: 'duration' }], truth)],
    ['rank', define('rank(word)', [{ kind: 'scale-word' }], number('count'))],
    ['above', define('above(word)', [{ kind: 'scale-word' }], 'first')],
    ['below', define('below(word)', [{ kind: 'scale-word' }], 'first')],
    ['max', define('max(a, b)', [{ kind: 'ordered' }, { kind: 'ordered' }], 'first')],
    ['min', define('min(a, b)', [{ kind: 'ordered' }, { kind: 'ordered' }], 'first')],
    ['called', define('called("Tool")', [{ kind: 'text' }], truth)],
    ['spent', define('spent(budget)', [{ kind: 'declared', what: 'budget' }], number('money'))],
    ['used', define('used(budget)', [{ kind: 'declared', what: 'budget' }], number('share'))],
    [
      'bucket',
      define('bucket(session, "salt")', [{ kind: 'key' }, { kind: 'text' }], number('share')),
    ],
    ['before', define('before', [], model, claims)],
    ['after', define('after', [], model, claims)],
    ['served', define('served', [], endpoint, claims)],
    ['cost', define('cost', [], number('money'), runs)],
    ['availability', define('availability', [], number('share'), ['expect'])],
    ['switches', define('switches', [], number('count'), runs)],
    ['upgrades', define('upgrades', [], number('count'), runs)],
    ['sessions', define('sessions', [], number('count'), ['expect'])],
    ['turns', define('turns', [], number('count'), runs)],
    ['calls', define('calls', [], number('count'), runs)],
    [
      'asked',
      define('asked(classifier)', [{ kind: 'declared', what: 'classifier' }], truth, tests),
    ],
    ['reminded', define('reminded', [], truth, tests)],
    ['hidden', define('hidden("Tool")', [{ kind: 'text' }], truth, tests)],
    ['compacted', define('compacted', [], truth, tests)],
    ['undetermined', define('undetermined', [], truth, tests)],
    ['chosen', define('chosen', [], model, tests)],
    ['attempts', define('attempts', [], number('count'), tests)],
    ['fallbacks', define('fallbacks', [], number('count'), tests)],
    ['chance', define('chance(model)', [{ kind: 'model-or-provider' }], number('share'), tests)],
    ['line-up', define('line-up(model)', [{ kind: 'model-or-provider' }], listOf(provider), tests)],
    ['cooling', define('cooling(provider)', [aHost], truth, tests)],
    ['open', define('open(provider)', [aHost], truth, tests)],
    ['same-provider', define('same-provider', [], truth, tests)],
  ],
)

export function functionName(name: string): FunctionName | undefined {
  return coreFunctions.has(name) ? (name as FunctionName) : undefined
}

/** Functions that are resolved by hand, with how they are written. */
export const specialFunctions: ReadonlyMap<string, string> = new Map([
  ['score', 'score(model)'],
  ['next', 'next(ladder)'],
  ['step', 'step(ladder, model)'],
  ['rung', 'rung(ladder, 2)'],
  ['header', 'header("name")'],
  ['param', 'param("name")'],
  ['metadata', 'metadata("name")'],
])
