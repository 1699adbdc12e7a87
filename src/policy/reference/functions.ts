import type { Endpoint, Expression, FunctionName, Model, PriceBucket, PriceCard } from '../core.ts'
import {
  compareExact,
  isPriced,
  modelNamed,
  priceOf,
  rankOf,
  scaleOfWord,
  wordAt,
} from '../catalogue-queries.ts'
import type { PriceMoment } from '../catalogue-queries.ts'
import { claimed, isClaimFunction } from '../claims-context.ts'
import { bucketMillionths } from '../draw.ts'
import { entryOf, hasEntry } from '../entries.ts'
import { calledTool } from '../facts.ts'
import {
  integer,
  isEndpoint,
  isExact,
  unknown,
  unknownAmong,
  valueOfReading,
} from '../value.ts'
import type { Value } from '../value.ts'
import { benefit, switchCost } from './money.ts'
import { currentModel, priceMoment } from './scope.ts'
import type { Scope } from './scope.ts'

const predicates: ReadonlySet<FunctionName> = new Set([
  'accepts',
  'allowed',
  'data',
  'outage',
  'warm',
  'called',
  'priced',
])

/**
 * A function of none is none, a predicate of it false; of anything unknown it is unknown. `score` is
 * that of the policy's only source of scores.
 */
export function callFunction(
  name: FunctionName,
  given: readonly Value[],
  parameters: readonly Expression[],
  scope: Scope,
  score: (model: string) => Value,
): Value {
  if (isClaimFunction(name)) return claimed(scope.claims, name, given)
  const open = unknownAmong(given)
  if (open !== undefined) return open
  if (given.includes(null)) return predicates.has(name) ? false : null
  const [first = null, second = null] = given
  switch (name) {
    case 'tier':
      return ofModel(scope, name, first, (model) => model.tier)
    case 'accepts':
      return ofModel(scope, name, first, (model) => model.accepts.includes(word(second)))
    case 'context-window':
      return ofModel(scope, name, first, (model) => valueOfReading(model.contextTokens, name))
    case 'tags':
      return ofModel(scope, name, first, (model) => model.tags)
    case 'allowed':
      return scope.eligible === undefined ? unknown(name) : scope.eligible.allowed(modelName(first))
    case 'price':
      return valueOfReading(ofCards(scope, first, word(second) as PriceBucket, priceOf), 'price')
    case 'priced':
      return valueOfReading(ofCards(scope, first, word(second) as PriceBucket, isPriced), 'price')
    case 'latency':
      return ofEndpoint(scope, name, first, (host) => valueOfReading(host.latencyMicros, name))
    case 'throughput':
      return ofEndpoint(scope, name, first, (host) => host.tokensPerSecond ?? unknown(name))
    case 'region':
      return ofEndpoint(scope, name, first, (host) => host.region)
    case 'provider':
      return ofEndpoint(scope, name, first, (host) => host.provider)
    case 'quantization':
      return ofEndpoint(scope, name, first, (host) => host.quantization)
    case 'data':
      return ofEndpoint(scope, name, first, (host) => host.data.includes(word(second)))
    case 'outage':
      return outage(scope, first, isExact(second) ? Number(second.numerator / second.denominator) : 0)
    case 'warm':
      return warm(scope, modelName(first))
    case 'benefit':
      return benefit(scope, modelName(first), score)
    case 'switch-cost':
      return switchCost(scope, modelName(first))
    case 'rank':
      return valueOfReading(rankOf(scope.policy, scaleOf(scope, parameters, first), word(first)) ?? null, name)
    case 'above':
      return wordAt(scope.policy, scaleOf(scope, parameters, first), word(first), 1) ?? null
    case 'below':
      return wordAt(scope.policy, scaleOf(scope, parameters, first), word(first), -1) ?? null
    case 'max':
    case 'min':
      return extreme(scope, name, given, scaleOf(scope, parameters, first))
    case 'called':
      return valueOfReading(calledTool(scope.state, word(first)), name)
    case 'spent':
      return integer(scope.world.spentPicoUsd(word(first)) ?? 0n)
    case 'used':
      return integer(usedMillionths(scope, word(first)))
    case 'bucket':
      return integer(scope.input.given.bucketMillionths ?? bucketMillionths(word(first), word(second)))
  }
}

/** What only the account tells is 0 until it says otherwise. */
export function usedMillionths(
  scope: Pick<Scope, 'input' | 'world'>,
  budget: string,
  provider?: string,
): number {
  const given = scope.input.given.usedMillionths
  if (hasEntry(given, budget)) return entryOf(given, budget) ?? 0
  return scope.world.usedMillionths(budget, provider) ?? 0
}

function word(value: Value): string {
  return typeof value === 'string' ? value : ''
}

function modelName(value: Value): string {
  return isEndpoint(value) ? value.model : word(value)
}

function ofModel(
  scope: Scope,
  name: FunctionName,
  value: Value,
  read: (model: Model) => Value,
): Value {
  const model = modelNamed(scope.policy, modelName(value))
  return model === undefined ? unknown(name) : read(model)
}

/** Of a model: of its first endpoint. */
function ofEndpoint(
  scope: Scope,
  name: FunctionName,
  value: Value,
  read: (endpoint: Endpoint) => Value,
): Value {
  const endpoint = isEndpoint(value)
    ? value
    : modelNamed(scope.policy, modelName(value))?.endpoints[0]
  return endpoint === undefined ? unknown(name) : read(endpoint)
}

/** A model's own list price, a host's own price: that of the present prompt, now. */
function ofCards<T>(
  scope: Scope,
  value: Value,
  bucket: PriceBucket,
  read: (cards: readonly PriceCard[], bucket: PriceBucket, moment: PriceMoment) => T,
): T | undefined {
  const cards = isEndpoint(value)
    ? value.prices
    : modelNamed(scope.policy, modelName(value))?.prices
  return cards && read(cards, bucket, priceMoment(scope))
}

/** Of an endpoint; of a provider: of any of its endpoints. */
function outage(scope: Scope, value: Value, windowMicros: number): Value {
  const hosts = isEndpoint(value)
    ? [value]
    : scope.policy.models
        .flatMap((model) => model.endpoints)
        .filter((host) => host.provider === value || host.model === value)
  const out = hosts.map((host) => scope.world.outage(host, windowMicros))
  if (out.includes(true)) return true
  return out.includes(undefined) ? unknown('outage') : false
}

function warm(scope: Scope, model: string): Value {
  const given = scope.input.given.cachedTokens
  if (given !== undefined && model === currentModel(scope)) return given > 0
  return valueOfReading(scope.world.warm(model), 'warm')
}

function scaleOf(scope: Scope, parameters: readonly Expression[], value: Value): string {
  const typed = parameters.find(({ type }) => type.kind === 'word')?.type
  if (typed?.kind === 'word') return typed.set
  return scaleOfWord(scope.policy, word(value)) ?? ''
}

/** The first of equals. */
function extreme(
  scope: Scope,
  name: 'max' | 'min',
  given: readonly Value[],
  scale: string,
): Value {
  const sign = name === 'max' ? 1 : -1
  const rank = (value: Value): Value =>
    typeof value === 'string' ? integer(rankOf(scope.policy, scale, value) ?? 0) : value
  return given.reduce<Value>((best, value) => {
    const [left, right] = [rank(best), rank(value)]
    if (!isExact(left) || !isExact(right)) return best
    return sign * compareExact(right, left) > 0 ? value : best
  }, given[0] ?? null)
}

