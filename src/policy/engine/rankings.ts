import type { Choice, Exact, Expression, Policy, Type } from '../core.ts'
import type { CallFrame } from './call-frame.ts'
import type { Drawn } from './choices.ts'
import type { Code, Value } from './code.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression, scaleOf } from './expression.ts'
import type { LineUps } from './line-ups.ts'
import { noteStanding } from './notes.ts'
import { isQuantity } from './operators.ts'
import { bookListPrice, bookPrice } from './price-book.ts'
import { atScale, compare, leastCommonMultiple, quantity } from './quantity.ts'
import type { Quantity } from './quantity.ts'
import type { ModelEntry, PoolEntry } from './universe.ts'

export interface Winner {
  readonly model: string
  readonly drawn: Drawn | undefined
}

type Choose = Extract<Choice, { readonly kind: 'choose' }>
type Member = PoolEntry['members'][number]

/** A pool's member that may win, or whose `where` is unknown. */
interface Runner {
  readonly member: Member
  readonly position: number
  /** Its `where` is unknown: it cannot win, but it might have. */
  readonly doubtful: boolean
}

/** Who wins a `choose`; ties go to the earlier in the pool. */
export function compileRanking(
  compiler: Compiler,
  lineUps: LineUps,
  choose: Choose,
): (frame: CallFrame) => Winner | undefined {
  const pool = compiler.universe.pools.get(choose.pool)
  if (pool === undefined) return () => undefined
  const where = choose.where === undefined ? undefined : compileExpression(compiler, choose.where)
  const { profile } = choose
  const runners = (frame: CallFrame): readonly Runner[] => {
    const all: Runner[] = []
    pool.members.forEach((member, position) => {
      const standing = frame.standing(frame, member.entry.index)
      noteStanding(frame, standing)
      if (!standing.candidate) return
      const { name } = member.entry
      if (profile !== undefined && !lineUps.serves(frame, name, profile, undefined, standing.endpoints)) return
      const fits = where === undefined || withIt(frame, member.entry, where)
      if (fits === true) all.push({ member, position, doubtful: false })
      else if (fits === undefined) all.push({ member, position, doubtful: true })
    })
    return all
  }
  const pick = compilePick(compiler, pool, choose)
  return (frame) => {
    const all = runners(frame)
    const { winner, drawn, doubts } = pick(frame, all)
    for (const doubt of doubts) {
      frame.undetermined = true
      if (where !== undefined && doubt.doubtful) blameIt(frame, doubt.member.entry, where)
    }
    return winner === undefined ? undefined : { model: winner.member.entry.name, drawn }
  }
}

function withIt(frame: CallFrame, entry: ModelEntry, code: Code): Value {
  const { model, host } = frame
  frame.model = entry.name
  frame.host = undefined
  const value = code.run(frame)
  frame.model = model
  frame.host = host
  return value
}

function blameIt(frame: CallFrame, entry: ModelEntry, code: Code): void {
  const { model, host } = frame
  frame.model = entry.name
  frame.host = undefined
  code.blame(frame, frame.missing)
  frame.model = model
  frame.host = host
}

interface Picked {
  readonly winner: Runner | undefined
  readonly drawn?: Drawn | undefined
  /** Who might have won, were it known. */
  readonly doubts: readonly Runner[]
}

type Pick = (frame: CallFrame, runners: readonly Runner[]) => Picked

function compilePick(compiler: Compiler, pool: PoolEntry, choose: Choose): Pick {
  const { ranking } = choose
  switch (ranking.kind) {
    case 'first':
      return (_, runners) => {
        const winner = runners.find((runner) => !runner.doubtful)
        return {
          winner,
          doubts: runners.filter(
            ({ doubtful, position }) => doubtful && (winner === undefined || position < winner.position),
          ),
        }
      }
    case 'weighted':
      return (frame, runners) => weighted(frame, runners, choose.pool, ranking.per)
    case 'cheapest':
      return cheapest(costOf(compiler, pool, ranking.by))
    case 'highest':
    case 'lowest':
      return extreme(compiler, ranking.value, ranking.kind === 'highest' ? 1 : -1)
  }
}

function weighted(
  frame: CallFrame,
  runners: readonly Runner[],
  pool: string,
  per: 'session' | 'turn' | 'call',
): Picked {
  const sure = runners.filter((runner) => !runner.doubtful)
  const doubts = runners.filter((runner) => runner.doubtful)
  const drawn = sure.map(({ member }) => ({ model: member.entry.name, weight: member.weight }))
  const total = sure.reduce((sum, { member }) => sum + BigInt(member.weight), 0n)
  const { turn, call } = frame.state
  const at = per === 'session' ? 0 : per === 'turn' ? turn : call
  const draw = total === 0n ? 0n : BigInt(frame.world.drawMillionths('weighted', pool, per, at))
  let reached = 0n
  const winner = sure.find(({ member }) => {
    reached += BigInt(member.weight)
    return draw * total < reached * 1_000_000n
  })
  return { winner: winner ?? sure.at(-1), drawn, doubts }
}

/** `null`: it has no price. A text: its price is unknown, for want of this. */
type Cost = (frame: CallFrame, member: Member) => Quantity | null | 'price' | 'context.length'

function cheapest(cost: Cost): Pick {
  return (frame, runners) => {
    let winner: Runner | undefined
    let least: Quantity | null = null
    const costs = runners.map(({ member }) => cost(frame, member))
    runners.forEach((runner, index) => {
      const price = costs[index] ?? null
      if (runner.doubtful || price === null || typeof price === 'string') return
      if (least !== null && compare(price, least) >= 0) return
      winner = runner
      least = price
    })
    // Where nobody has a price that is known, the first of the pool.
    winner ??= runners.find((runner) => !runner.doubtful)
    const doubts = runners.filter((runner, index) => {
      if (runner === winner) return false
      const price = costs[index] ?? null
      if (typeof price === 'string') {
        frame.missing.add(price)
        return true
      }
      if (!runner.doubtful) return false
      if (winner === undefined) return true
      return price !== null && (least === null || compare(price, least) < 0)
    })
    return { winner, doubts }
  }
}

function costOf({ policy }: Compiler, pool: PoolEntry, by: 'list' | 'relative' | 'expected' | undefined): Cost {
  if (by === 'relative' || (by === undefined && pool.allRelative)) {
    const scale = pool.members.reduce(
      (common, { relative }) => (relative === undefined ? common : leastCommonMultiple(common, relative.denominator)),
      1n,
    )
    const relatives = new Map(
      pool.members.map(({ entry, relative }) => [entry.name, relative && atScale(relative, scale)]),
    )
    return (_, { entry }) => relatives.get(entry.name) ?? 'price'
  }
  const list: Cost = (frame, { entry }) => {
    const price = bookListPrice(entry.book, frame.day, frame.tokens)
    return price === undefined ? 'price' : price
  }
  if (by !== 'expected') return list
  return (frame, member) => {
    const price = list(frame, member)
    return price === null || price === 'price' ? price : expected(policy, frame, member.entry)
  }
}

/**
 * This prompt in the model's own tokens, and a third of it as output, times the verbosity that is
 * assumed of a change from the current model to this one.
 */
function expected(policy: Policy, frame: CallFrame, { name, model, book }: ModelEntry): ReturnType<Cost> {
  const { tokens, day } = frame
  if (tokens === undefined) return 'context.length'
  const input = bookPrice(book, 'input', day, tokens)
  const output = bookPrice(book, 'output', day, tokens)
  if (input === null || input === undefined || output === null || output === undefined) return 'price'
  const current = frame.state.choice?.model
  const wordier = policy.assumptions.find(
    (each) => each.kind === 'verbosity' && each.from === current && each.to === name,
  )
  const verbosity = wordier?.kind === 'verbosity' ? wordier.factor : one
  const { numerator, denominator } = model.tokenizer ?? one
  return quantity({
    numerator:
      BigInt(tokens) * numerator *
      (3n * verbosity.denominator * BigInt(input) + verbosity.numerator * BigInt(output)),
    denominator: 3n * denominator * verbosity.denominator,
  })
}

const one: Exact = { numerator: 1n, denominator: 1n }

function extreme(compiler: Compiler, expression: Expression, sign: 1 | -1): Pick {
  const code = compileExpression(compiler, expression)
  const place = placeOf(compiler, expression.type)
  return (frame, runners) => {
    let winner: Runner | undefined
    let best: Quantity | undefined
    const doubts: Runner[] = []
    for (const runner of runners) {
      const value = withIt(frame, runner.member.entry, code)
      if (value === undefined || runner.doubtful) {
        if (value === undefined) blameIt(frame, runner.member.entry, code)
        doubts.push(runner)
        continue
      }
      const at = place(value)
      if (at === undefined) continue
      if (best === undefined || sign * compare(at, best) > 0) {
        winner = runner
        best = at
      }
    }
    return { winner, doubts }
  }
}

/** Words stand for their rank; none has no place. */
function placeOf(compiler: Compiler, type: Type): (value: Value) => Quantity | undefined {
  const ranks = scaleOf(compiler, type)?.ranks
  return (value) => (typeof value === 'string' ? ranks?.get(value) : isQuantity(value) ? value : undefined)
}
