import type { Memory, PhraseList, Policy } from '../../policy/core.ts'
import { agreeIn } from '../../policy/digest.ts'
import { diagramSpace } from './diagram-space.ts'
import type { DiagramSpace } from './diagram-space.ts'
import { allOfPolicy, inputOf } from './inputs.ts'
import type { Input } from './inputs.ts'
import type { Space } from './space.ts'
import { surveySpace } from './survey.ts'
import { newVariables } from './variables.ts'
import type { Variable, Variables } from './variables.ts'

/** Two policies read over one set of inputs, whose cells are cut by the constants of both. */
export interface Joint {
  readonly space: DiagramSpace
  /** The same space as each policy names what is in it. */
  readonly older: Space
  readonly newer: Space
}

/**
 * `read` evaluates everything that will be asked, in the space of one policy; what it does not read
 * cannot be asked later. Throws `TooLarge`.
 */
export function jointSpace(
  older: Policy,
  newer: Policy,
  limit: number,
  read: (policy: Policy, space: Space) => void,
): Joint {
  const variables = newVariables()
  const sides = [
    { policy: older, variables: sideOf(variables, 'old', older, newer) },
    { policy: newer, variables: sideOf(variables, 'new', newer, older) },
  ] as const
  // What one policy reads widens an input of the other, which may then come to more.
  let before = ''
  for (let round = 0; round < mostRounds; round += 1) {
    const survey = surveySpace(variables)
    for (const side of sides) read(side.policy, { ...survey, variables: side.variables })
    const now = JSON.stringify(variables.all.map(({ domain }) => domain), (_, part: unknown) =>
      typeof part === 'bigint' ? String(part) : part,
    )
    if (now === before) break
    before = now
  }
  const space = diagramSpace(variables, limit)
  const [one, other] = sides
  return { space, older: { ...space, variables: one.variables }, newer: { ...space, variables: other.variables } }
}

const mostRounds = 4

/** Names inputs as one of two policies means them: one input where both mean the same, else one each. */
function sideOf(variables: Variables, tag: string, policy: Policy, other: Policy): Variables {
  const keys = new Map<string, string>()
  return {
    leaves: variables.leaves,
    all: variables.all,
    cut: variables.cut,
    tell: variables.tell,
    cellsOf: variables.cellsOf,
    textsOf: variables.textsOf,
    declare: (key, make) => {
      const found = keys.get(key)
      if (found !== undefined) return variables.declare(found, () => renamed(make(), policy))
      const made = renamed(make(), policy)
      const input = made.source as Input
      const shared = input.kind === 'count' ? JSON.stringify(input) : key
      const there = variables.all.find((each) => each.key === shared)
      const apart = !isShared(input, policy, other) || (there !== undefined && there.domain.kind !== made.domain.kind)
      const own = apart ? `${tag} ${shared}` : shared
      keys.set(key, own)
      return variables.declare(own, () => (apart ? { ...made, label: `${made.label} (${tag})` } : made))
    },
  }
}

/** A phrase list is what it holds, whatever its name. */
function renamed(made: Omit<Variable, 'index' | 'key'>, policy: Policy): Omit<Variable, 'index' | 'key'> {
  const input = made.source as Input
  if (input.kind !== 'count' || input.query.what.kind !== 'phrases') return made
  const { what } = input.query
  const list = policy.phraseLists.find((each) => each.name === what.list)
  return { ...made, source: { ...input, query: { ...input.query, what: { ...what, list: list?.digest ?? what.list } } } }
}

/** Whether both policies read the same thing by this name. */
function isShared(input: Input, policy: Policy, other: Policy): boolean {
  switch (input.kind) {
    case 'memory': {
      const [own, theirs] = [policy, other].map(({ memories }) => memories.find(({ name }) => name === input.memory))
      return own === undefined || theirs === undefined || holdsAlike(own, theirs)
    }
    case 'status':
    case 'label':
    case 'score': {
      const [own, theirs] = [policy, other].map(({ classifiers }) => classifiers.find(({ name }) => name === input.classifier))
      return own === undefined || theirs === undefined || own.verdict.kind === theirs.verdict.kind
    }
    case 'member':
      return lists.has(input.list) || agreeIn(policy, other, allOfPolicy)
    case 'benefit':
    case 'switch-cost':
      return agreeIn(policy, other, moneyRestsOn)
    case 'opaque':
      return agreeIn(policy, other, input.restsOn)
    case 'current':
    case 'fact':
    case 'request-map':
    case 'count':
    case 'since':
    case 'out':
    case 'allowed':
    case 'candidate':
    case 'used':
    case 'bucket':
    case 'called':
    case 'day':
      return true
  }
}

const lists: ReadonlySet<string> = new Set(['tags', 'org.blocked', 'org.only', 'org.ignored', 'request.order'])

const moneyRestsOn = [
  'scales', 'providers', 'models', 'phraseLists', 'signals', 'hours', 'classifiers', 'scorers', 'ladders',
  'switching', 'assumptions',
] as const

function holdsAlike(one: Memory, other: Memory): boolean {
  if (one.kind === 'level' && other.kind === 'level') return one.scale === other.scale
  return one.kind === other.kind
}

/** A policy that knows what a situation of either policy can be made of; decides nothing. */
export function situationPolicy(older: Policy, newer: Policy): Policy {
  const named = <T extends { readonly name: string }>(left: readonly T[], right: readonly T[]): readonly T[] => [
    ...left,
    ...right.filter(({ name }) => !left.some((each) => each.name === name)),
  ]
  const lists = [...older.phraseLists, ...newer.phraseLists].map((list): PhraseList => ({ ...list, name: list.digest }))
  return {
    ...older,
    models: named(older.models, newer.models),
    memories: named(older.memories, newer.memories),
    scales: named(older.scales, newer.scales),
    phraseLists: named(lists, []).filter((list, index) => lists.findIndex(({ digest }) => digest === list.digest) === index),
  }
}

/** Words and counts that both policies know: no session of both can hold another. */
export function heldByBoth(older: Policy, newer: Policy, variable: Variable): readonly (string | boolean | number)[] | undefined {
  const input = inputOf(variable)
  if (input.kind !== 'memory' || variable.domain.kind !== 'values') return undefined
  const kinds = [older, newer].flatMap((policy) => {
    const memory = policy.memories.find(({ name }) => name === input.memory)
    return memory === undefined ? [] : [{ policy, memory }]
  })
  return variable.domain.values.filter((value) =>
    kinds.every(({ policy, memory }) => {
      switch (memory.kind) {
        case 'counter':
        case 'streak':
          return typeof value === 'number' && value <= memory.upTo
        case 'level':
          return policy.scales.find(({ name }) => name === memory.scale)?.words.includes(String(value)) === true
        case 'latch':
        case 'pin':
          return true
      }
    }),
  )
}
