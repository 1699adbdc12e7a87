import type { Expression, FunctionName, PriceBucket, PriceCard } from '../../policy/core.ts'
import { isPriced, priceOf } from '../../policy/catalogue-queries.ts'
import { callFunction } from '../../policy/reference/functions.ts'
import { newNotes } from '../../policy/reference/scope.ts'
import type { Scope } from '../../policy/reference/scope.ts'
import { startSession } from '../../policy/session-state.ts'
import { isUnknown, unknown } from '../../policy/value.ts'
import type { Value } from '../../policy/value.ts'
import { allowedOf } from './candidacy.ts'
import { shapeOf } from './comparing.ts'
import {
  allOfPolicy,
  bucketVariable,
  calledVariable,
  moneyVariable,
  opaqueVariable,
  usedVariable,
} from './inputs.ts'
import { no, none, open } from './leaves.ts'
import type { Leaf } from './leaves.ts'
import { overPrices } from './prices.ts'
import { opaqueName } from './reading.ts'
import type { Frame } from './reading.ts'
import type { Values } from './space.ts'

type Call = Extract<Expression, { readonly kind: 'call' }>

const predicates: ReadonlySet<FunctionName> = new Set(['accepts', 'allowed', 'data', 'outage', 'warm', 'called', 'priced'])

/** Functions of the catalogue and of words alone: of known arguments they are known. */
const plain: ReadonlySet<FunctionName> = new Set([
  'tier', 'accepts', 'context-window', 'tags', 'region', 'provider', 'data', 'quantization', 'latency',
  'throughput', 'rank', 'above', 'below', 'max', 'min',
])

export function functionOf(call: Call, given: readonly Values[], frame: Frame): Values {
  return withLeaves(given, [], frame, (leaves) => ofLeaves(call, leaves, frame))
}

function withLeaves(
  given: readonly Values[],
  before: readonly number[],
  frame: Frame,
  then: (leaves: readonly number[]) => Values,
): Values {
  const [first, ...rest] = given
  if (first === undefined) return then(before)
  return frame.space.bind(first, (leaf) => withLeaves(rest, [...before, leaf], frame, then))
}

function ofLeaves(call: Call, numbers: readonly number[], frame: Frame): Values {
  const { space } = frame
  const { variables } = space
  const name = call.function
  if (numbers.includes(open)) return space.constant(open)
  if (numbers.includes(none)) return space.constant(predicates.has(name) ? no : none)
  const leaves = numbers.map(space.leaves.at)
  const values = leaves.map((leaf) => (leaf.kind === 'value' ? leaf.value : undefined))
  const [first, second] = values
  const model = modelOf(first)
  if (plain.has(name) && values.every((value) => value !== undefined)) {
    return folded(call, values, frame)
  }
  switch (name) {
    case 'allowed':
      if (frame.inFilter) return space.constant(open)
      return model === undefined ? opaque(call, leaves, frame) : allowedOf(model, frame)
    case 'price':
    case 'priced': {
      const cards = cardsOf(first, frame)
      if (first === undefined || typeof second !== 'string') return opaque(call, leaves, frame)
      if (cards === undefined) return space.constant(open)
      const read = name === 'price' ? priceOf : isPriced
      return overPrices(cards, frame, (moment) => read(cards, second as PriceBucket, moment))
    }
    case 'called':
      return typeof first === 'string'
        ? space.read(calledVariable(variables, first))
        : opaque(call, leaves, frame)
    case 'used':
      return typeof first === 'string'
        ? space.read(usedVariable(variables, first))
        : opaque(call, leaves, frame)
    case 'bucket':
      return space.read(bucketVariable(variables, leaves.map(shapeOf).join(', ')))
    case 'benefit':
    case 'switch-cost':
      return model === undefined
        ? opaque(call, leaves, frame)
        : space.read(moneyVariable(variables, name, moneyName(call, model, frame)))
    default:
      return opaque(call, leaves, frame)
  }
}

/** Both ask what `current` is, and through scores perhaps what rules have written. */
function moneyName(call: Call, model: string, frame: Frame): string {
  return `${model} ${frame.written.size > 0 ? opaqueName(call, frame) : ''}`.trim()
}

function modelOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && 'model' in value ? value.model : undefined
}

function cardsOf(value: Value | undefined, { policy }: Frame): readonly PriceCard[] | undefined {
  return typeof value === 'object' && value !== null && 'prices' in value
    ? value.prices
    : policy.models.find((model) => model.name === value)?.prices
}

function folded(call: Call, values: readonly Value[], frame: Frame): Values {
  const { space } = frame
  const found = callFunction(call.function, values, call.arguments, emptyScope(frame), () => unknown(call.function))
  return space.constant(isUnknown(found) ? open : space.leaves.value(found))
}

/** Plain functions read the policy and nothing else. */
function emptyScope({ policy }: Frame): Scope {
  return {
    policy,
    state: startSession(policy, ''),
    input: {
      beginsTurn: true, previousReply: undefined, previousServed: undefined, prompt: {}, requested: undefined,
      kind: undefined, sidechain: undefined, organisation: {}, nowMicros: undefined, phraseLists: [],
      withheld: { visible: false, thinking: false }, given: {},
    },
    world: {
      outage: () => undefined, warm: () => undefined, cachedTokens: () => undefined,
      usedMillionths: () => undefined, spentPicoUsd: () => undefined, drawMillionths: () => 0,
    },
    it: undefined, eligible: undefined, claims: [], notes: newNotes(), trace: undefined,
  }
}

function opaque(call: Call, leaves: readonly Leaf[], frame: Frame): Values {
  const { policy, space } = frame
  const name = `${call.function}(${leaves.map(shapeOf).join(', ')})`
  return space.read(opaqueVariable(space.variables, policy, call.type, name, allOfPolicy))
}
