import type { Endpoint, Expression, Filter, Policy } from '../../policy/core.ts'
import { eachPart } from '../../policy/walk.ts'
import { attempt, isUndecided } from './blocks.ts'
import { passes } from './candidacy.ts'
import { diagramSpace } from './diagram-space.ts'
import { currentModels, currentVariable, memberVariable } from './inputs.ts'
import { no, yes } from './leaves.ts'
import { firesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import { feasible } from './relations.ts'
import type { Space, Values } from './space.ts'
import { surveySpace } from './survey.ts'
import { newVariables } from './variables.ts'

const nodeLimit = 50_000

/**
 * Whether a filter takes nobody out, whatever the inputs, of those whom the organisation's own lists
 * leave. False also where that is not decided.
 */
export function takesNobodyOut(policy: Policy, filter: Filter): boolean {
  const alone = { ...policy, filters: [filter] }
  const answer = attempt(() => {
    const variables = newVariables()
    takenOut(alone, filter, surveySpace(variables))
    const space = diagramSpace(variables, nodeLimit)
    const possible = feasible(space)
    return takenOut(alone, filter, space).every((out) => space.and(possible, out) === space.constant(no))
  })
  return !isUndecided(answer) && answer
}

/** Whether a condition is never true, whatever the inputs. False also where that is not decided. */
export function neverHolds(policy: Policy, condition: Expression): boolean {
  const answer = attempt(() => {
    const variables = newVariables()
    firesOf(condition, frameIn(policy, surveySpace(variables)))
    const space = diagramSpace(variables, nodeLimit)
    const fires = firesOf(condition, frameIn(policy, space))
    return space.and(feasible(space), fires) === space.constant(no)
  })
  return !isUndecided(answer) && answer
}

function frameIn(policy: Policy, space: Space): Frame {
  const current = space.read(currentVariable(space.variables, policy, true))
  return {
    policy, space, current, begun: current, it: undefined, inFilter: false, written: new Map(), pinned: new Map(),
    known: new Map(),
  }
}

/** Where each model or host is left by the organisation and not by the filter. */
function takenOut(policy: Policy, filter: Filter, space: Space): readonly Values[] {
  const { subject } = filter
  const { variables, leaves } = space
  const frame = frameIn(policy, space)
  const out = (list: string, item: string, leaf: number): Values => {
    const listed = space.read(memberVariable(variables, list, item))
    const left = space.choose(listed, space.constant(no), only(item))
    return space.and(left, space.choose(passes(subject, leaf, frame), space.constant(no), space.constant(yes)))
  }
  const models = currentModels(policy)
  const only = bindsOnly(policy, filter, space)
  if (subject === 'models') return models.map((model) => out('org.blocked', model, leaves.value(model)))
  const hosts = policy.models.filter(({ name }) => models.includes(name)).flatMap(({ endpoints }): readonly Endpoint[] => endpoints)
  return hosts.map((host) => out('org.ignored', host.provider, leaves.value(host)))
}

/**
 * Who is left by `org.only`, which binds models where it names one, and providers where it names one. Asked only where
 * the filter reads the list: every name there may be is an input.
 */
function bindsOnly(policy: Policy, { subject, where, when }: Filter, space: Space): (item: string) => Values {
  const { variables } = space
  let reads = false
  for (const whole of [where, ...(when === undefined ? [] : [when])]) {
    eachPart(whole, (part) => {
      reads ||= part.kind === 'fact' && part.fact === 'org.only'
    })
  }
  if (!reads) return () => space.constant(yes)
  const all = subject === 'models' ? currentModels(policy) : policy.providers.map(({ name }) => name)
  const named = (item: string): Values => space.read(memberVariable(variables, 'org.only', item))
  const binds = all.map(named).reduce(space.or, space.constant(no))
  return (item) => space.choose(binds, named(item), space.constant(yes))
}
