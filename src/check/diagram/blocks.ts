import type { Block, Expression, Moment, Policy, Rule } from '../../policy/core.ts'
import { eachPart, expressionsOf } from '../../policy/walk.ts'
import { diagramSpace } from './diagram-space.ts'
import type { DiagramSpace } from './diagram-space.ts'
import { currentVariable } from './inputs.ts'
import { none, no } from './leaves.ts'
import { outcomesOf, pinnedBy, shape, wholeChoice, writtenBy } from './outcomes.ts'
import { firesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import { feasible } from './relations.ts'
import type { Space, Values } from './space.ts'
import { TooLarge } from './store.ts'
import type { Diagram } from './store.ts'
import { surveySpace } from './survey.ts'
import { newVariables } from './variables.ts'

/** Past this many nodes a question is not decided. */
export const nodeLimit = 300_000

/** Rules times cells past which a block is not decided. */
const branchLimit = 1_000_000

/** A question that was too large to decide. */
export interface Undecided {
  readonly decided: false
  readonly reason: string
}

/** The inputs that lead to each rule of a block, unknown ones among them. */
export interface BlockDiagram {
  readonly decided: true
  readonly policy: Policy
  readonly moment: Moment
  readonly block: Block
  readonly space: DiagramSpace
  /** Inputs that can be. */
  readonly feasible: Diagram
  /** In order, `otherwise` last. */
  readonly rules: readonly RuleDiagram[]
}

export interface RuleDiagram {
  readonly rule: Rule
  /** Where the guard is true, whatever rules before it do. */
  readonly guard: Diagram
  /** What the guard sees. */
  readonly asked: Frame
  /** What the choice sees. */
  readonly frame: Frame
}

/** `undefined`: the policy has no such block. */
export function blockDiagram(policy: Policy, moment: Moment, limit: number = nodeLimit): BlockDiagram | Undecided | undefined {
  const block = policy.blocks[moment]
  if (block === undefined) return undefined
  return attempt(() => {
    const variables = newVariables()
    const survey = surveySpace(variables)
    for (const { rule, frame } of guardsOf(policy, moment, block, survey)) {
      if (rule.choice === undefined) continue
      attempt(() => outcomesOf(rule, frame))
    }
    const cells = variables.all.reduce((sum, each) => sum + variables.cellsOf(each).length, 0)
    if (cells * block.rules.length > branchLimit) throw new TooLarge(`more than ${branchLimit} branches`)
    const space = diagramSpace(variables, limit)
    const possible = feasible(space)
    const rules = guardsOf(policy, moment, block, space)
    return { decided: true, policy, moment, block, space, feasible: possible, rules } as const
  })
}

/** Runs a question; one that grows past the limit is not decided. */
export function attempt<T>(ask: () => T): T | Undecided {
  try {
    return ask()
  } catch (error) {
    if (error instanceof TooLarge) return { decided: false, reason: error.message }
    throw error
  }
}

export function isUndecided(answer: unknown): answer is Undecided {
  return typeof answer === 'object' && answer !== null && 'decided' in answer && answer.decided === false
}

function guardsOf(policy: Policy, moment: Moment, block: Block, space: Space): readonly RuleDiagram[] {
  return rulesFrom(block, frameAt(policy, moment, space), sincesOf(policy))
}

/** Where the first rule of a block stands. */
export function frameAt(policy: Policy, moment: Moment, space: Space): Frame {
  const before = space.read(currentVariable(space.variables, policy, moment === 'start'))
  return {
    policy,
    space,
    // A block that begins a choice has none; filters still see the one that a restart has dropped.
    current: moment === 'start' ? space.constant(none) : before,
    begun: before,
    it: undefined,
    inFilter: false,
    written: new Map(),
    pinned: new Map(),
    known: new Map(),
  }
}

/** Each rule's guard, with what the rules before it may have written. */
export function rulesFrom(block: Block, from: Frame, sinces: readonly Expression[]): readonly RuleDiagram[] {
  let frame = from
  return [...block.rules, block.otherwise].map((rule) => {
    const guard = firesOf(rule.guard, frame)
    const after = {
      ...frame,
      written: writtenBy(rule, guard, sinces, frame),
      pinned: pinnedBy(rule, guard, frame),
      known: new Map<string, Values>(),
    }
    const own = rule.effects.length > 0 || sinces.length > 0 ? after : frame
    const guarded = { rule, asked: frame, frame: own, guard }
    if (rule.choice === undefined) frame = after
    return guarded
  })
}

/** Each `since` of the policy's rules once: what a rule that fires starts again. */
export function sincesOf(policy: Policy): readonly Expression[] {
  const found = new Map<string, Expression>()
  for (const expression of expressionsOf({ ...policy, tests: [] })) {
    eachPart(expression, (part) => {
      if (part.kind === 'since') found.set(JSON.stringify(part.query), part)
    })
  }
  return [...found.values()]
}

/**
 * What the block decides: leaves are outcomes that name the rule and its whole choice, and what rules
 * passed on the way have done. Past the limit: not decided. `without` leaves a rule out.
 */
export function decisionDiagram(diagram: BlockDiagram, without?: Rule): Diagram | Undecided {
  const { space, rules } = diagram
  return attempt(() =>
    rules.reduceRight((rest, { rule, guard }) => {
      if (rule === without) return rest
      return space.choose(guard, decided(space, rest, rule), rest)
    }, space.constant(no)),
  )
}

export function decided(space: DiagramSpace, rest: Diagram, rule: Rule): Diagram {
  return rule.choice === undefined
    ? withEffects(space, rest, rule)
    : space.constant(space.leaves.of({ kind: 'outcome', outcome: wholeChoice(rule, rule.choice) }))
}

/**
 * Which models a rule's choice comes to where it fires: leaves are outcomes, one a branch and a
 * model. Not decided past the limit.
 */
export function outcomesWhere({ space }: BlockDiagram, { rule, frame }: RuleDiagram, region: Diagram): Diagram | Undecided {
  return attempt(() => space.choose(region, outcomesOf(rule, frame), space.constant(no)))
}

function withEffects(space: DiagramSpace, rest: Diagram, rule: Rule): Diagram {
  const own = rule.effects.map((effect) => shape(effect))
  return space.bind(rest, (number) => {
    const leaf = space.leaves.at(number)
    if (leaf.kind !== 'outcome') return space.constant(number)
    const outcome = { ...leaf.outcome, effects: [...own, ...leaf.outcome.effects] }
    return space.constant(space.leaves.of({ kind: 'outcome', outcome }))
  })
}

/** Where a rule fires; nowhere for a rule that is not of this block. */
export function regionOf({ space, feasible: possible, rules }: BlockDiagram, rule: Rule): Diagram | Undecided {
  const place = rules.findIndex((each) => each.rule === rule)
  const own = rules[place]
  return attempt(() => {
    const never = space.constant(no)
    if (own === undefined) return never
    return rules
      .slice(0, place)
      .filter((each) => each.rule.choice !== undefined)
      .reduce((left, { guard }) => space.choose(guard, never, left), space.and(own.guard, possible))
  })
}

/** Whether two diagrams of one space are the same function where inputs can be. */
export function equivalent({ space, feasible: possible }: BlockDiagram, left: Diagram, right: Diagram): boolean {
  const nothing = space.constant(no)
  return space.choose(possible, left, nothing) === space.choose(possible, right, nothing)
}
