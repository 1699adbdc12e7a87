import type { Scorer } from '../../policy/core.ts'
import { integer } from '../../policy/value.ts'
import { ordered } from './comparing.ts'
import { scoreVariable, statusVariable } from './inputs.ts'
import { no, none, open, yes } from './leaves.ts'
import { valuesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import type { Values } from './space.ts'

const million = 1_000_000n

/** A failed verdict scores nobody; a missing one is unknown. */
export function verdictScoreOf(classifier: string, model: Values, { policy, space }: Frame): Values {
  const { leaves, variables } = space
  return space.bind(model, (number) => {
    const leaf = leaves.at(number)
    if (leaf.kind === 'unknown') return space.constant(open)
    const { value } = leaf.kind === 'value' ? leaf : { value: null }
    const name = typeof value === 'object' && value !== null && 'model' in value ? value.model : value
    if (typeof name !== 'string') return space.constant(none)
    const known = policy.models.some((each) => each.name === name)
    return space.bind(space.read(statusVariable(variables, classifier)), (status) => {
      if (status === leaves.value('missing')) return space.constant(open)
      if (status !== leaves.value('ok')) return space.constant(none)
      return known ? space.read(scoreVariable(variables, classifier, name)) : space.constant(open)
    })
  })
}

/** The exact sum of the weights, plus the offset of the model that is asked about. */
export function scoreOf(name: string, model: Values | undefined, frame: Frame): Values {
  const { space } = frame
  const { leaves } = space
  const scorer = frame.policy.scorers.find((each) => each.name === name)
  if (scorer === undefined) return space.constant(open)
  const value = beforeOffsets(scorer, frame)
  if (model === undefined) return value
  return space.bind(model, (number) => {
    const leaf = leaves.at(number)
    if (leaf.kind === 'unknown') return space.constant(open)
    const asked = leaf.kind === 'value' ? leaf.value : null
    const named = typeof asked === 'object' && asked !== null && 'model' in asked ? asked.model : asked
    if (typeof named !== 'string') return space.bind(value, (sum) => space.constant(sum === open ? open : none))
    const offset = scorer.offsets.find((each) => each.model === named)?.valueMillionths ?? 0n
    return space.plus(value, space.constant(leaves.value(integer(offset))))
  })
}

function beforeOffsets(scorer: Scorer, frame: Frame): Values {
  const { space } = frame
  const { leaves } = space
  const key = `scorer ${scorer.name}`
  const found = frame.known.get(key)
  if (found !== undefined) return found
  const sum = scorer.weights
    .map(({ weightMillionths, signal }) =>
      space.bind(valuesOf(signal, { ...frame, it: undefined }), (leaf) => {
        const counted = leaf === yes ? leaves.value(integer(million)) : leaf === no ? leaves.value(integer(0)) : leaf
        return space.constant(leaves.scaled(counted, { numerator: weightMillionths, denominator: million }))
      }),
    )
    .reduce(space.plus, space.constant(leaves.value(integer(0))))
  frame.known.set(key, sum)
  return sum
}

export function bandOf(name: string, frame: Frame): Values {
  const { policy, space } = frame
  const value = scoreOf(name, undefined, frame)
  const bands = policy.scorers.find((each) => each.name === name)?.bands?.bands ?? []
  return space.bind(value, (leaf) => {
    if (leaf === open || leaf === none) return space.constant(leaf)
    return bands.reduceRight((rest, { word, belowMillionths }) => {
      const named = space.constant(space.leaves.value(word))
      if (belowMillionths === undefined) return named
      const limit = space.constant(space.leaves.value(integer(belowMillionths)))
      return space.choose(ordered(frame, '<', space.constant(leaf), limit, undefined), named, rest)
    }, space.constant(none))
  })
}
