import type { Expression } from '../../policy/core.ts'
import { modelNamed, poolNamed } from '../../policy/catalogue-queries.ts'
import { integer } from '../../policy/value.ts'
import { negated, ordered } from './comparing.ts'
import { factVariable, memberVariable, outVariable, usedVariable } from './inputs.ts'
import { firesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import { no, yes } from './leaves.ts'
import type { Space, Values } from './space.ts'

/**
 * It and one of its hosts pass what is in force. What the organisation's other lists, and budgets of
 * providers, take out is a truth of its own, a model at a time.
 */
export function allowedOf(name: string, frame: Frame): Values {
  const { policy, space } = frame
  const key = `allowed ${name}`
  const found = frame.known.get(key)
  if (found !== undefined) return found
  const model = modelNamed(policy, name)
  const made =
    frame.standsFor?.('allowed', name) ??
    (model === undefined || model.endpoints.length === 0
      ? space.constant(no)
      : [
          negated(space, space.read(memberVariable(space.variables, 'org.blocked', name))),
          negated(space, space.read(outVariable(space.variables, name))),
          negated(space, leftToOthers(name, frame)),
          passes('models', space.leaves.value(name), frame),
          model.endpoints
            .map((endpoint) => passes('endpoints', space.leaves.value(endpoint), frame))
            .reduce(space.or),
        ].reduce(space.and))
  frame.known.set(key, made)
  return made
}

/** A budget has used up so much that only a pool without it is left. */
function leftToOthers(name: string, frame: Frame): Values {
  const { policy, space } = frame
  return policy.budgets
    .filter(({ scope }) => scope !== 'provider')
    .flatMap((budget) =>
      budget.actions.flatMap(({ atMillionths, action }) =>
        action.kind !== 'only' || poolNamed(policy, action.pool)?.models.some(({ model }) => model === name) === true
          ? []
          : [usedUpTo(budget.name, atMillionths, frame)],
      ),
    )
    .reduce(space.or, space.constant(no))
}

/** At least so many millionths of a budget are used. */
export function usedUpTo(budget: string, millionths: number, frame: Frame): Values {
  const { space } = frame
  const limit = space.constant(space.leaves.value(integer(millionths)))
  return ordered(frame, '>=', space.read(usedVariable(space.variables, budget)), limit, undefined)
}

/** Filters are judged with the state that the call began with. */
export function passes(subject: 'models' | 'endpoints', it: number, frame: Frame): Values {
  const { policy, space } = frame
  const inside: Frame = {
    ...frame, current: frame.begun, it, inFilter: true, written: new Map(), known: new Map(),
  }
  const fires = (expression: Expression | undefined): Values => firesOf(expression, inside)
  return policy.filters
    .filter((filter) => filter.subject === subject)
    .map((filter) => {
      // A deny that cannot tell drops as an allow does: only a clear answer lets pass.
      const passed = filter.effect === 'allow' ? fires(filter.where) : clearlyNot(filter.where, inside)
      return space.or(passed, negated(space, fires(filter.when)))
    })
    .reduce(space.and, space.constant(yes))
}

function clearlyNot(where: Expression, frame: Frame): Values {
  const { space } = frame
  // `truthOf` takes none for false, so that a deny of none lets pass.
  return firesOf({ ...where, kind: 'not', operand: where, type: { kind: 'truth' } }, { ...frame, space })
}

/** Allowed, and the prompt fits; a prompt of unknown size fits. */
export function candidateOf(name: string, frame: Frame): Values {
  const { policy, space } = frame
  const key = `candidate ${name}`
  const found = frame.known.get(key)
  if (found !== undefined) return found
  const stands = frame.standsFor?.('candidate', name)
  if (stands !== undefined) {
    frame.known.set(key, stands)
    return stands
  }
  const model = modelNamed(policy, name)
  const over = (fact: 'context.images' | 'context.length', limit: number): Values => {
    const variable = factVariable(space.variables, policy, fact)
    if (variable === undefined) return space.constant(no)
    const bound = space.constant(space.leaves.value(integer(limit)))
    return certain(space, ordered(frame, '>', space.read(variable), bound, undefined))
  }
  const parts = [allowedOf(name, frame)]
  if (model !== undefined && !policy.unchecked.includes('modality') && !model.accepts.includes('image')) {
    parts.push(negated(space, over('context.images', 0)))
  }
  if (model?.contextTokens !== undefined && !policy.unchecked.includes('context-window')) {
    parts.push(negated(space, over('context.length', model.contextTokens)))
  }
  const made = parts.reduce(space.and)
  frame.known.set(key, made)
  return made
}

function certain(space: Space, truth: Values): Values {
  return space.choose(truth, space.constant(yes), space.constant(no))
}
