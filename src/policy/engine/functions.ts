import type { Endpoint, Expression, PriceBucket } from '../core.ts'
import { bucketMillionths } from '../draw.ts'
import { entryOf } from '../entries.ts'
import type { CallFrame } from './call-frame.ts'
import { blameParts, constantCode, leaf } from './code.ts'
import type { Code, Value } from './code.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression, modelCode, scaleOf } from './expression.ts'
import { noteStanding } from './notes.ts'
import { calledCode, factCode } from './facts-code.ts'
import { benefitCode, switchCostCode } from './money.ts'
import { atOneScale, constantOf, isQuantity } from './operators.ts'
import { bookPrice, bookPriced } from './price-book.ts'
import { atScale, compare, leastCommonMultiple, whole } from './quantity.ts'
import type { ModelEntry } from './universe.ts'

type Call = Extract<Expression, { readonly kind: 'call' }>

/** Functions of models, endpoints, words and the session. */
export function functionCode(compiler: Compiler, call: Call): Code {
  const [first, second] = call.arguments
  const name = call.function
  if (name === 'max' || name === 'min') return extremeCode(compiler, call)
  if (first === undefined) return leaf(name, () => undefined)
  switch (name) {
    case 'tier':
      return ofModel(compiler, first, name, (entry) => entry.model.tier)
    case 'accepts': {
      const kind = nameOf(compiler, second)
      return ofModel(compiler, first, name, (entry) => entry.accepts.has(kind), false)
    }
    case 'context-window':
      return ofModel(compiler, first, name, (entry) => entry.model.contextTokens)
    case 'tags':
      return ofModel(compiler, first, name, (entry) => entry.model.tags)
    case 'allowed':
      return allowedCode(compiler, first)
    case 'warm':
      return warmCode(compiler, first)
    case 'price':
      return priceCode(compiler, first, nameOf(compiler, second) as PriceBucket, bookPrice, null)
    case 'priced':
      return priceCode(compiler, first, nameOf(compiler, second) as PriceBucket, bookPriced, false)
    case 'benefit':
      return benefitCode(compiler, modelCode(compiler, first))
    case 'switch-cost':
      return switchCostCode(compiler, modelCode(compiler, first))
    case 'provider':
      return ofHost(name, (frame) => frame.host?.provider)
    case 'region':
      return ofHost(name, (frame) => frame.host?.region)
    case 'quantization':
      return ofHost(name, (frame) => frame.host?.quantization)
    case 'data': {
      const term = nameOf(compiler, second)
      return ofHost(name, (frame) => frame.host?.data.includes(term))
    }
    case 'latency':
      return ofHost(name, (frame) => frame.host?.latencyMicros)
    case 'throughput':
      return throughputCode(compiler)
    case 'outage':
      return outageCode(compiler, first, second)
    case 'rank':
      return ofWord(compiler, first, (rank) => rank)
    case 'above':
      return ofWord(compiler, first, (rank, words) => words[Math.min(rank, words.length - 1)])
    case 'below':
      return ofWord(compiler, first, (rank, words) => words[Math.max(rank - 2, 0)])
    case 'called':
      return calledCode(nameOf(compiler, first))
    case 'spent': {
      const budget = nameOf(compiler, first)
      // What only the account tells is 0 until it says otherwise.
      return leaf(name, (frame) => whole(frame.world.spentPicoUsd(budget) ?? 0n))
    }
    case 'used': {
      const budget = nameOf(compiler, first)
      return leaf(
        name,
        (frame) => entryOf(frame.input.given.usedMillionths, budget) ?? frame.world.usedMillionths(budget) ?? 0,
      )
    }
    case 'bucket':
      return bucketCode(compileExpression(compiler, first), nameOf(compiler, second))
    default:
      // Functions of claims and tests are asked of a finished call, never of one being decided.
      return leaf(name, () => undefined)
  }
}

/** A literal argument: a word, a text, a declared name. */
function nameOf(compiler: Compiler, expression: Expression | undefined): string {
  const value = expression === undefined ? null : constantOf(compileExpression(compiler, expression))
  return typeof value === 'string' ? value : ''
}

/** `none` is what the function makes of no model: false where it asks, else none. */
function ofModel(
  compiler: Compiler,
  argument: Expression,
  name: string,
  read: (entry: ModelEntry, frame: CallFrame) => Value,
  none: Value = null,
): Code {
  const { models } = compiler.universe
  const model = modelCode(compiler, argument)
  const { run, moving, blame } = model
  const value = (frame: CallFrame): Value => {
    const which = run(frame)
    if (which === undefined) return undefined
    const entry = typeof which === 'string' ? models.get(which) : undefined
    return entry === undefined ? (which === null ? none : undefined) : read(entry, frame)
  }
  const fixed = model.constant && name !== 'price'
  const known = fixed ? value(undefined as never) : undefined
  if (known !== undefined) return constantCode(known)
  return {
    run: value,
    scale: 1n,
    moving,
    constant: false,
    blame: (frame, into) => {
      if (run(frame) === undefined) blame(frame, into)
      else if (value(frame) === undefined) into.add(name)
    },
  }
}

/** A model that the catalogue does not know is not allowed. */
function allowedCode(compiler: Compiler, argument: Expression): Code {
  const { models } = compiler.universe
  const { run, moving, blame } = modelCode(compiler, argument)
  const value = (frame: CallFrame): Value => {
    const which = run(frame)
    if (which === undefined) return undefined
    const entry = typeof which === 'string' ? models.get(which) : undefined
    if (entry === undefined) return false
    const standing = frame.standing(frame, entry.index)
    noteStanding(frame, standing)
    return standing.allowed
  }
  return { run: value, scale: 1n, moving, constant: false, blame }
}

/** The world knows of models that the catalogue does not. */
function warmCode(compiler: Compiler, argument: Expression): Code {
  const { run, moving, blame } = modelCode(compiler, argument)
  const value = (frame: CallFrame): Value => {
    const which = run(frame)
    return typeof which === 'string' ? frame.world.warm(which) : which === null ? false : undefined
  }
  return {
    run: value,
    scale: 1n,
    moving,
    constant: false,
    blame: (frame, into) => {
      if (run(frame) === undefined) blame(frame, into)
      else if (value(frame) === undefined) into.add('warm')
    },
  }
}

function ofHost(name: string, read: (frame: CallFrame) => Value): Code {
  return leaf(name, read, true)
}

/** A model's own list price, a host's own price: that of the present prompt, now. */
function priceCode(
  compiler: Compiler,
  argument: Expression,
  bucket: PriceBucket,
  read: (...query: Parameters<typeof bookPrice>) => Value,
  none: Value = null,
): Code {
  if (argument.type.kind !== 'endpoint') {
    return ofModel(compiler, argument, 'price', ({ book }, { day, tokens }) => read(book, bucket, day, tokens), none)
  }
  const books = new Map<Endpoint, Parameters<typeof bookPrice>[0]>()
  for (const { endpoints } of compiler.universe.models.values()) {
    for (const { endpoint, book } of endpoints) books.set(endpoint, book)
  }
  return ofHost('price', ({ host, day, tokens }) => read(host && books.get(host), bucket, day, tokens))
}

/** Tokens a second, at one scale that fits every endpoint of the catalogue. */
function throughputCode(compiler: Compiler): Code {
  let scale = 1n
  for (const { endpoints } of compiler.policy.models) {
    for (const { tokensPerSecond } of endpoints) {
      if (tokensPerSecond !== undefined) scale = leastCommonMultiple(scale, tokensPerSecond.denominator)
    }
  }
  const read = ({ host }: CallFrame): Value =>
    host?.tokensPerSecond === undefined ? undefined : atScale(host.tokensPerSecond, scale)
  return leaf('throughput', read, true, scale)
}

function outageCode(compiler: Compiler, host: Expression, window: Expression | undefined): Code {
  const literal = window === undefined ? 0 : constantOf(compileExpression(compiler, window))
  const micros = typeof literal === 'number' ? literal : 0
  if (host.type.kind === 'endpoint') {
    return ofHost('outage', (frame) => frame.host && frame.world.outage(frame.host, micros))
  }
  const provider = compileExpression(compiler, host)
  const endpoints = compiler.policy.models.flatMap((model) => model.endpoints)
  const run = (frame: CallFrame): Value => {
    const name = provider.run(frame)
    if (typeof name !== 'string') return name === null ? false : name
    let value: Value = false
    for (const endpoint of endpoints) {
      if (endpoint.provider !== name) continue
      const out = frame.world.outage(endpoint, micros)
      if (out === true) return true
      if (out === undefined) value = undefined
    }
    return value
  }
  return leaf('outage', run, provider.moving)
}

function ofWord(
  compiler: Compiler,
  argument: Expression,
  read: (rank: number, words: readonly string[]) => Value,
): Code {
  const scale = scaleOf(compiler, argument.type)
  const word = compileExpression(compiler, argument)
  const { run } = word
  const value = (frame: CallFrame): Value => {
    const which = run(frame)
    if (typeof which !== 'string') return which
    const rank = scale?.ranks.get(which)
    return rank === undefined || scale === undefined ? null : read(rank, scale.words)
  }
  if (word.constant) return constantCode(value(undefined as never))
  return { run: value, scale: 1n, moving: word.moving, constant: false, blame: word.blame }
}

function extremeCode(compiler: Compiler, call: Call): Code {
  const parts = call.arguments.map((argument) => compileExpression(compiler, argument))
  const ranks = call.arguments.map((argument) => scaleOf(compiler, argument.type)).find((scale) => scale)?.ranks
  const { runs, scale } = atOneScale(parts)
  const sign = call.function === 'max' ? 1 : -1
  const run = (frame: CallFrame): Value => {
    let best: Value
    let none = false
    let unknown = false
    for (const part of runs) {
      const value = part(frame)
      if (value === undefined) unknown = true
      else if (value === null) none = true
      else if (best === undefined || sign * compareIn(ranks, value, best) > 0) best = value
    }
    return unknown ? undefined : none ? null : best
  }
  if (parts.every((part) => part.constant)) return constantCode(run(undefined as never), scale)
  return { run, scale, moving: parts.some((part) => part.moving), constant: false, blame: blameParts(parts) }
}

function compareIn(ranks: ReadonlyMap<string, number> | undefined, left: Value, right: Value): number {
  if (isQuantity(left) && isQuantity(right)) return compare(left, right)
  return (ranks?.get(String(left)) ?? 0) - (ranks?.get(String(right)) ?? 0)
}

/** The last key's bucket is remembered: within a session the key stays. */
function bucketCode(key: Code, salt: string): Code {
  let lastKey: string | undefined
  let lastBucket = 0
  return {
    run: (frame) => {
      const stated = frame.input.given.bucketMillionths
      if (stated !== undefined) return stated
      const value = key.run(frame)
      if (typeof value !== 'string') return value
      if (value !== lastKey) {
        lastBucket = bucketMillionths(value, salt)
        lastKey = value
      }
      return lastBucket
    },
    scale: 1n,
    moving: key.moving,
    constant: false,
    blame: key.blame,
  }
}

// --- ladders

type LadderCall = Extract<Expression, { readonly kind: 'ladder-call' }>

export function ladderCode(compiler: Compiler, call: LadderCall): Code {
  const ladder = compiler.universe.ladders.get(call.ladder)
  if (ladder === undefined) return constantCode(null)
  const { models } = compiler.universe
  if (call.function === 'next') {
    const current = factCode(compiler, 'current')
    const run = (frame: CallFrame): Value => {
      const model = current.run(frame)
      if (typeof model !== 'string') return model
      return nextStep(ladder.above.get(model) ?? [], models, frame)
    }
    return { run, scale: 1n, moving: true, constant: false, blame: current.blame }
  }
  const { argument } = call
  if (argument === undefined) return constantCode(null)
  const code = call.function === 'step' ? modelCode(compiler, argument) : compileExpression(compiler, argument)
  const parts = Number(code.scale)
  const read = (value: Value): Value => {
    if (typeof value === 'string') return ladder.steps.get(value) ?? null
    if (typeof value === 'number') return ladder.rungs[value / parts - 1] ?? null
    return isQuantity(value) ? null : value
  }
  if (code.constant) return constantCode(read(constantOf(code)))
  const { run } = code
  return { run: (frame) => read(run(frame)), scale: 1n, moving: code.moving, constant: false, blame: code.blame }
}

/** The nearest model above that is a candidate; an unknown filter on the way is noted. */
export function nextStep(
  above: readonly string[],
  models: ReadonlyMap<string, ModelEntry>,
  frame: CallFrame,
): string | null {
  for (const name of above) {
    const entry = models.get(name)
    if (entry === undefined) continue
    const standing = frame.standing(frame, entry.index)
    noteStanding(frame, standing)
    if (standing.candidate) return name
  }
  return null
}
