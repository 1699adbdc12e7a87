import type { Choice, Expression } from '../../policy/core.ts'
import { listPrice, modelNamed, poolNamed, priceOf, rankOf } from '../../policy/catalogue-queries.ts'
import { integer, plus, times } from '../../policy/value.ts'
import { ordered, shapeOf } from './comparing.ts'
import { factVariable } from './inputs.ts'
import { linearOf, no, none, open, yes } from './leaves.ts'
import type { End } from './leaves.ts'
import { qualifies } from './outcomes.ts'
import { overPrices } from './prices.ts'
import { valuesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import type { Values } from './space.ts'

type Choose = Extract<Choice, { readonly kind: 'choose' }>

/** Past so many models in a pool of which any may qualify, who wins is not followed. */
const mostOpenModels = 12

export interface Winners {
  readonly won: (to: End['to']) => Values
  readonly nobody: () => Values
}

/**
 * Who wins a `choose`. By prices and other constants it is told for each input; by scores and draws
 * it is left open, as one outcome for all that rank the same models by the same values.
 */
export function winnersOf(choice: Choose, frame: Frame, { won, nobody }: Winners): Values {
  const { space } = frame
  const pool = poolNamed(frame.policy, choice.pool)
  const entrants = (pool?.models ?? []).map(({ model, weight }) => ({
    model,
    weight,
    able: qualifies(choice, model, frame),
  }))
  const able = entrants.filter((each) => each.able !== space.constant(no))
  const model = (name: string): Values =>
    won({ kind: 'model', model: name, kept: false, profile: choice.profile, at: undefined })
  switch (choice.ranking.kind) {
    case 'first':
      return able.reduceRight((rest, each) => space.choose(each.able, model(each.model), rest), nobody())
    case 'weighted': {
      const { per } = choice.ranking
      const drawn = able.filter(({ weight }) => weight > 0)
      const key = `weighted per ${per}`
      return ranked(
        drawn.map((each) => ({ ...each, key: space.constant(space.leaves.value(integer(each.weight))) })),
        { frame, key, shown: `${key} from ${choice.pool}`, profile: choice.profile },
        { won, nobody },
      )
    }
    case 'cheapest':
    case 'highest':
    case 'lowest': {
      const keyed = able.map((each) => ({ ...each, key: keyOf(choice, each.model, frame) }))
      const word = choice.ranking.kind === 'highest' ? 'highest' : 'lowest'
      if (keyed.every(({ key }) => isPlain(frame, key))) return leading(keyed, word === 'highest', frame, model, nobody)
      return ranked(
        keyed,
        { frame, key: word, shown: `${choice.ranking.kind} from ${choice.pool}`, profile: choice.profile },
        { won, nobody },
      )
    }
  }
}

interface Keyed {
  readonly model: string
  readonly able: Values
  /** What is compared; who has none or unknown comes last. */
  readonly key: Values
}

/** Whether its values are compared with no more than cuts of single inputs. */
function isPlain({ space }: Frame, key: Values): boolean {
  let plain = true
  const seen = new Set<number>()
  space.bind(key, (leaf) => {
    seen.add(leaf)
    return space.constant(leaf)
  })
  for (const leaf of seen) {
    const sum = linearOf(space.leaves.at(leaf))
    if (leaf !== none && leaf !== open && (sum === undefined || sum.terms.length > 0)) plain = false
  }
  return plain
}

/** The first of the best, as the reference evaluator keeps a leader. */
function leading(
  entrants: readonly Keyed[],
  highest: boolean,
  frame: Frame,
  model: (name: string) => Values,
  nobody: () => Values,
): Values {
  const { space } = frame
  const known = new Map<string, Values>()
  const from = (index: number, leader: Keyed | undefined): Values => {
    const entrant = entrants[index]
    if (entrant === undefined) return leader === undefined ? nobody() : model(leader.model)
    const key = `${index} ${leader?.model ?? ''}`
    const found = known.get(key)
    if (found !== undefined) return found
    const led = from(index + 1, entrant)
    const taken = leader === undefined ? led : space.choose(beats(entrant, leader, highest, frame), led, from(index + 1, leader))
    const made = space.choose(entrant.able, taken, from(index + 1, leader))
    known.set(key, made)
    return made
  }
  return from(0, undefined)
}

function beats(entrant: Keyed, leader: Keyed, highest: boolean, frame: Frame): Values {
  const { space } = frame
  const isNumber = (leaf: number): boolean => linearOf(space.leaves.at(leaf)) !== undefined
  return space.bind(entrant.key, (own) => {
    if (!isNumber(own)) return space.constant(no)
    return space.bind(leader.key, (best) => {
      if (!isNumber(best)) return space.constant(yes)
      return ordered(frame, highest ? '>' : '<', space.constant(own), space.constant(best), undefined)
    })
  })
}

interface Ranking {
  readonly frame: Frame
  readonly key: string
  readonly shown: string
  readonly profile: string | undefined
}

/** One outcome for each set of models that may win and what they are ranked by. */
function ranked(entrants: readonly Keyed[], ranking: Ranking, { won, nobody }: Winners): Values {
  const { space } = ranking.frame
  const { leaves } = space
  const from = (index: number, field: readonly { readonly model: string; readonly key: string }[]): Values => {
    const entrant = entrants[index]
    if (entrant === undefined) return ended(field)
    const out = from(index + 1, field)
    const within = space.bind(entrant.key, (leaf) =>
      leaf === open || leaf === none ? out : from(index + 1, [...field, { model: entrant.model, key: shapeOf(leaves.at(leaf)) }]),
    )
    return space.choose(entrant.able, within, out)
  }
  const ended = (field: readonly { readonly model: string; readonly key: string }[]): Values => {
    const [only, ...others] = field
    if (only === undefined) return nobody()
    if (others.length === 0) {
      return won({ kind: 'model', model: only.model, kept: false, profile: ranking.profile, at: undefined })
    }
    return won({
      kind: 'ranked',
      by: JSON.stringify([ranking.key, field.map(({ model, key }) => [model, key])]),
      shown: ranking.shown,
      models: field.map(({ model }) => model),
      profile: ranking.profile,
    })
  }
  if (entrants.length > mostOpenModels) {
    const anybody = entrants.map(({ able }) => able).reduce(space.or, space.constant(no))
    const all = entrants.map(({ model, able, key }) => [model, able, key])
    const open = won({
      kind: 'ranked',
      by: JSON.stringify([ranking.key, all]),
      shown: ranking.shown,
      models: entrants.map(({ model }) => model),
      profile: ranking.profile,
    })
    return space.choose(anybody, open, nobody())
  }
  return from(0, [])
}

// --- what is compared

function keyOf({ ranking, pool }: Choose, model: string, frame: Frame): Values {
  const { policy, space } = frame
  switch (ranking.kind) {
    case 'first':
    case 'weighted':
      return space.constant(none)
    case 'highest':
    case 'lowest':
      return ranks(ranking.value, valuesOf(ranking.value, { ...frame, it: space.leaves.value(model) }), frame)
    case 'cheapest': {
      const relatives = (poolNamed(policy, pool)?.models ?? []).map((each) => modelNamed(policy, each.model)?.relative)
      const own = modelNamed(policy, model)
      if (ranking.by === 'relative' || (ranking.by === undefined && relatives.every((each) => each !== undefined))) {
        return space.constant(own?.relative === undefined ? open : space.leaves.value(own.relative))
      }
      const cards = own?.prices ?? []
      const list = overPrices(cards, frame, (moment) => listPrice(cards, moment))
      return ranking.by === 'expected' ? expected(model, list, frame) : list
    }
  }
}

/** Words stand for their rank; what has neither rank nor number has no value. */
function ranks(expression: Expression, values: Values, { policy, space }: Frame): Values {
  const { type } = expression
  return space.bind(values, (leaf) => {
    if (leaf === open) return space.constant(open)
    const found = space.leaves.at(leaf)
    if (linearOf(found) !== undefined) return space.constant(leaf)
    if (found.kind !== 'value' || typeof found.value !== 'string' || type.kind !== 'word') return space.constant(none)
    const rank = rankOf(policy, type.set, found.value)
    return space.constant(rank === undefined ? none : space.leaves.value(integer(rank)))
  })
}

/** This prompt, and a third as much output, times the verbosity that is assumed of the change. */
function expected(name: string, list: Values, frame: Frame): Values {
  const { policy, space } = frame
  const { leaves } = space
  const size = factVariable(space.variables, policy, 'context.length')
  const model = modelNamed(policy, name)
  const cards = model?.prices ?? []
  if (size === undefined) return space.constant(open)
  const priced = (bucket: 'input' | 'output'): Values => overPrices(cards, frame, (moment) => priceOf(cards, bucket, moment))
  const [input, output] = [priced('input'), priced('output')]
  return space.bind(list, (whole) => {
    if (whole === open || whole === none) return space.constant(whole)
    return space.bind(input, (one) =>
      space.bind(output, (other) =>
        space.bind(frame.current, (number) => {
          const [into, out] = [linearOf(leaves.at(one)), linearOf(leaves.at(other))]
          if (into === undefined || out === undefined) return space.constant(open)
          const current = leaves.at(number)
          const wordier = policy.assumptions.find(
            (each) => each.kind === 'verbosity' && current.kind === 'value' && each.from === current.value && each.to === name,
          )
          const factor = wordier?.kind === 'verbosity' ? wordier.factor : integer(1)
          const reply = times(times(out.constant, { numerator: 1n, denominator: 3n }), factor)
          const each = times(plus(into.constant, reply), model?.tokenizer ?? integer(1))
          return space.bind(space.read(size), (tokens) => space.constant(leaves.scaled(tokens, each)))
        }),
      ),
    )
  })
}
