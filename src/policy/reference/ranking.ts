import type { Choice, Exact, Expression, Policy, Pool } from '../core.ts'
import { compareExact, listPrice, modelNamed, priceOf, rankOf } from '../catalogue-queries.ts'
import { factOf } from '../facts.ts'
import { integer, isExact, isUnknown, plus, times, unknown } from '../value.ts'
import type { Unknown, Value } from '../value.ts'
import { evaluate } from './evaluate.ts'
import { truthOf } from './logic.ts'
import type { Truth } from './logic.ts'
import { printed } from './print.ts'
import { currentModel, priceMoment } from './scope.ts'
import type { Scope } from './scope.ts'

type Choose = Extract<Choice, { readonly kind: 'choose' }>

export interface Ranked {
  readonly winner: string | undefined
  /** What was unknown and could have given another winner. */
  readonly missing: readonly string[]
  readonly drawn: readonly { readonly model: string; readonly weight: number }[] | undefined
}

interface Entrant {
  readonly model: string
  readonly weight: number
  readonly qualifies: Truth
  /** What is compared: smaller wins; none comes last. Not of `first` and `weighted`. */
  readonly key: Exact | null | Unknown
}

/** Who wins among the candidates of a pool, given in its order; ties go to the earlier. */
export function ranked(
  choice: Choose,
  pool: Pool,
  candidates: readonly { readonly model: string; readonly weight: number }[],
  scope: Scope,
): Ranked {
  const entrants = candidates.map(({ model, weight }) => enter(choice, pool, model, weight, scope))
  switch (choice.ranking.kind) {
    case 'first':
      return first(entrants)
    case 'weighted':
      return weighted(entrants, choice.ranking.per, pool, scope)
    case 'cheapest':
      return cheapest(entrants)
    case 'highest':
    case 'lowest':
      return extreme(entrants)
  }
}

function enter(choice: Choose, pool: Pool, model: string, weight: number, scope: Scope): Entrant {
  const inside: Scope = { ...scope, it: model }
  scope.trace?.open(model)
  const qualifies = choice.where === undefined ? true : truthOf(evaluate(choice.where, inside))
  const key = qualifies === false ? null : keyOf(choice, pool, model, inside)
  scope.trace?.close(qualifies === false ? 'does not qualify' : isUnknown(qualifies) ? printed(qualifies, undefined) : undefined)
  return { model, weight, qualifies, key }
}

function keyOf(choice: Choose, pool: Pool, model: string, scope: Scope): Entrant['key'] {
  const { ranking } = choice
  switch (ranking.kind) {
    case 'first':
    case 'weighted':
      return null
    case 'cheapest': {
      const { key, label } = price(ranking.by, pool, model, scope)
      scope.trace?.leaf(label, printed(key, undefined))
      return key
    }
    case 'highest':
    case 'lowest': {
      const value = comparable(scope.policy, ranking.value, evaluate(ranking.value, scope))
      if (!isExact(value)) return value
      return ranking.kind === 'highest' ? times(value, integer(-1)) : value
    }
  }
}

/** Words stand for their rank. */
function comparable(policy: Policy, expression: Expression, value: Value): Entrant['key'] {
  if (isUnknown(value) || isExact(value)) return value
  if (typeof value !== 'string' || expression.type.kind !== 'word') return null
  const rank = rankOf(policy, expression.type.set, value)
  return rank === undefined ? null : integer(rank)
}

// --- winners

function first(entrants: readonly Entrant[]): Ranked {
  const winner = entrants.find((each) => each.qualifies === true)
  const until = winner === undefined ? entrants.length : entrants.indexOf(winner)
  return { winner: winner?.model, missing: open(entrants.slice(0, until)), drawn: undefined }
}

/** A share of the draw as wide as the weight, in the pool's order. */
function weighted(
  entrants: readonly Entrant[],
  per: 'session' | 'turn' | 'call',
  pool: Pool,
  scope: Scope,
): Ranked {
  const drawn = entrants
    .filter((each) => each.qualifies === true && each.weight > 0)
    .map(({ model, weight }) => ({ model, weight }))
  const all = drawn.reduce((sum, each) => sum + each.weight, 0)
  const { turn, call } = scope.state
  const at = per === 'session' ? 0 : per === 'turn' ? turn : call
  const draw = all === 0 ? 0 : scope.world.drawMillionths('weighted', pool.name, per, at)
  let below = 0
  const winner = drawn.find(({ weight }) => {
    below += weight
    return draw * all < below * 1_000_000
  })
  return { winner: (winner ?? drawn.at(-1))?.model, missing: open(entrants), drawn }
}

/** Who has no price comes last; one whose price is unknown could have been the cheapest. */
function cheapest(entrants: readonly Entrant[]): Ranked {
  const able = entrants.filter((each) => each.qualifies === true)
  const winner = best(able)
  const rivals = entrants.filter(
    (each) => each !== winner && each.qualifies !== false && couldBeat(each, winner, entrants),
  )
  return { winner: winner?.model, missing: open(rivals), drawn: undefined }
}

/** `cheapest` takes one without a price where nobody has one. */
function best(able: readonly Entrant[]): Entrant | undefined {
  return able.reduce<Entrant | undefined>(
    (leader, each) => (leader === undefined || beats(each, leader) ? each : leader),
    undefined,
  )
}

function beats(entrant: Entrant, leader: Entrant): boolean {
  if (!isExact(entrant.key)) return false
  if (!isExact(leader.key)) return true
  return compareExact(entrant.key, leader.key) < 0
}

function couldBeat(
  entrant: Entrant,
  winner: Entrant | undefined,
  order: readonly Entrant[],
): boolean {
  if (winner === undefined || isUnknown(entrant.key) || isUnknown(winner.key)) return true
  if (entrant.qualifies === true) return false
  return beats(entrant, winner) || (!beats(winner, entrant) && order.indexOf(entrant) < order.indexOf(winner))
}

/** None and unknown are skipped; anything unknown could have won. */
function extreme(entrants: readonly Entrant[]): Ranked {
  const able = entrants.filter((each) => each.qualifies === true && isExact(each.key))
  return { winner: best(able)?.model, missing: open(entrants), drawn: undefined }
}

function open(entrants: readonly Entrant[]): readonly string[] {
  return entrants.flatMap(({ qualifies, key }) => [
    ...(isUnknown(qualifies) ? qualifies.unknown : []),
    ...(qualifies !== false && isUnknown(key) ? key.unknown : []),
  ])
}

// --- prices

function price(
  by: 'list' | 'relative' | 'expected' | undefined,
  pool: Pool,
  name: string,
  scope: Scope,
): { readonly key: Entrant['key']; readonly label: string } {
  const relatives = pool.models.map((each) => modelNamed(scope.policy, each.model)?.relative)
  const own = modelNamed(scope.policy, name)
  if (by === 'relative' || (by === undefined && relatives.every((each) => each !== undefined))) {
    return { key: own?.relative ?? unknown('price'), label: 'relative' }
  }
  const list = listPrice(own?.prices ?? [], priceMoment(scope))
  if (list === undefined || list === null) {
    return { key: list === null ? null : unknown('price'), label: 'list price' }
  }
  if (by !== 'expected') return { key: integer(list), label: 'list price of 3 in and 1 out (pico-dollars)' }
  return { key: expected(name, scope), label: 'expected price (pico-dollars)' }
}

/**
 * This prompt in the model's own tokens, and a third of it as output, times the verbosity that is
 * assumed of a change from the current model to this one.
 */
function expected(name: string, scope: Scope): Entrant['key'] {
  const { policy } = scope
  const tokens = factOf(policy, scope.state, scope.input, 'context.length')
  if (typeof tokens !== 'number') return unknown('context.length')
  const model = modelNamed(policy, name)
  const moment = priceMoment(scope)
  const input = priceOf(model?.prices ?? [], 'input', moment)
  const output = priceOf(model?.prices ?? [], 'output', moment)
  if (typeof input !== 'bigint' || typeof output !== 'bigint') return unknown('price')
  const current = currentModel(scope)
  const wordier = policy.assumptions.find(
    (each) => each.kind === 'verbosity' && each.from === current && each.to === name,
  )
  const factor = wordier?.kind === 'verbosity' ? wordier.factor : integer(1)
  const prompt = times(integer(tokens), model?.tokenizer ?? integer(1))
  const reply = times(times(prompt, { numerator: 1n, denominator: 3n }), factor)
  return plus(times(prompt, integer(input)), times(reply, integer(output)))
}
