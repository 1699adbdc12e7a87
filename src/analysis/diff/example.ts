import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import type { Place } from '../../check/diagram/ends.ts'
import { currentModels, inputOf } from '../../check/diagram/inputs.ts'
import { samplePoints } from '../../check/diagram/samples.ts'
import { situationOf } from '../../check/diagram/situation.ts'
import type { Situation } from '../../check/diagram/situation.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import { smallest } from '../../check/diagram/witness.ts'
import type { Assignment } from '../../check/diagram/witness.ts'
import type { Policy } from '../../policy/core.ts'
import type { Decision, Evaluator } from '../../policy/decision.ts'
import { cellText } from './condition-words.ts'
import type { Witness } from './meaning.ts'
import { differencesOf } from './outcome.ts'
import type { Part } from './parts.ts'
import type { Followed } from './steps.ts'

/** Two policies that decide, and what a situation of both is made of. */
export interface Deciders {
  readonly older: Evaluator
  readonly newer: Evaluator
  /** The same, compiled: what they find is decided again by the reference. */
  readonly quick: { readonly older: Evaluator; readonly newer: Evaluator }
  /** Knows the words of both. */
  readonly both: Policy
  readonly followed: Followed
}

const pointsTried = 24
const situationsTried = 64

/** How many more situations may be tried for a region. */
export interface Patience {
  left: number
}

/**
 * The smallest call of a part, decided by both policies. It is shown only where both decide as the
 * part says and differ in what it says; `undefined`: no such call could be made.
 */
export function exampleOf(space: DiagramSpace, place: Place, part: Part, region: Diagram, deciders: Deciders, patience: Patience): Witness | undefined {
  const moment = place === 'again' ? 'turn' : place
  const first = smallest({ space }, region)
  if (first === undefined) return undefined
  const points = samplePoints({ space }, region, pointsTried).map((point): Assignment =>
    space.variables.all.map((variable) => space.variables.cellsOf(variable)[point[variable.index] ?? 0] ?? { kind: 'unknown' }),
  )
  let tried = 0
  for (const cells of [first, ...points]) {
    const made = situationOf({ policy: deciders.both, moment, space }, cells)
    for (const situation of variations(made, place, part, space, cells, deciders)) {
      tried += 1
      patience.left -= 1
      if (tried > situationsTried || patience.left < 0) return undefined
      if (differAs(situation, part, deciders.quick, deciders.followed) === undefined) continue
      const found = differAs(situation, part, deciders, deciders.followed)
      if (found !== undefined) return { situation, facts: factsOf(space, part.region, cells), ...found }
    }
  }
  return undefined
}

function differAs(
  situation: Situation,
  part: Part,
  { older, newer }: Pick<Deciders, 'older' | 'newer'>,
  followed: Followed,
): Pick<Witness, 'old' | 'new'> | undefined {
  const { state, input, world } = situation
  const [oldState, old] = older.decide(state, input, world)
  if (!decidesAs(old, part.old)) return undefined
  const [newState, decision] = newer.decide(state, input, world)
  if (!decidesAs(decision, part.new)) return undefined
  const differs = differencesOf(
    { policy: older.policy, decision: old, state: oldState },
    { policy: newer.policy, decision, state: newState },
    input,
    followed,
  )
  return differs.some((each) => part.differs.has(each)) ? { old, new: decision } : undefined
}

/** Whether a decision is one that ends so. */
export function decidesAs(decision: Decision, { step, end }: Part['old']): boolean {
  if (end.to.kind !== 'again' && decision.rule !== (end.again?.rule ?? step.name)) return false
  switch (end.to.kind) {
    case 'model':
      return decision.model === end.to.model
    case 'ranked':
      return decision.model !== undefined && end.to.models.includes(decision.model)
    case 'again':
      return decision.after.includes(step.name) || decision.reason === 'forced'
    case 'none':
      return decision.model === undefined
  }
}

/** The same cells, brought about in the ways that cells do not tell: draws, scores, hosts that fail, hours. */
function variations(
  made: Situation,
  place: Place,
  part: Part,
  space: DiagramSpace,
  cells: Assignment,
  { older, newer }: Deciders,
): readonly Situation[] {
  const ends = [part.old.end.to, part.new.end.to]
  const found = [made]
  const labels = space.variables.all.filter(({ source }) => (source as { kind?: string }).kind === 'opaque').map(({ label }) => label)
  if (ends.some((to) => to.kind === 'ranked')) {
    for (let draw = 0; draw < 1_000_000; draw += 62_499) {
      found.push({ ...made, world: { ...made.world, drawMillionths: () => draw } })
    }
    const ranked = new Set(ends.flatMap((to) => (to.kind === 'ranked' ? to.models : [])))
    for (const model of ranked) found.push(withScoreOf(made, model, space, cells))
  }
  if (labels.some((label) => /^(outage|warm)\(/.test(label))) {
    found.push(...found.map((each) => ({ ...each, world: { ...each.world, outage: () => true, warm: () => true } })))
  }
  const { choice } = made.state
  if (place === 'again') found.push(...found.flatMap((each) => forced(each, older.policy)))
  if (choice !== undefined && place !== 'again') {
    const profiles = [...older.policy.profiles, ...newer.policy.profiles].map(({ name }) => name)
    const hosts = [older, newer].flatMap(({ policy }) => policy.models.find(({ name }) => name === choice.model)?.endpoints ?? [])
    for (const profile of new Set(profiles)) {
      const asked = { ...choice, profile }
      found.push({ ...made, state: { ...made.state, choice: asked, lastChoice: asked } })
    }
    for (const at of new Set(hosts.map(({ provider }) => provider))) {
      const asked = { ...choice, at }
      found.push({ ...made, state: { ...made.state, choice: asked, lastChoice: asked } })
    }
  }
  if (labels.some((label) => label.startsWith('now in '))) {
    const day = made.input.nowMicros ?? someDayMicros
    for (let hour = 0; hour < 168; hour += 4) {
      found.push({ ...made, input: { ...made.input, nowMicros: day + hour * microsPerHour } })
    }
  }
  return found
}

/** The model that stands is blocked, so that the call starts again. */
function forced(made: Situation, policy: Policy): readonly Situation[] {
  const { organisation } = made.state
  return currentModels(policy).map((model) => {
    const choice = { model, profile: undefined, at: undefined, family: undefined, provider: undefined }
    const blocked = [...organisation.blocked, model]
    return { ...made, state: { ...made.state, choice, lastChoice: choice, organisation: { ...organisation, blocked } } }
  })
}

const microsPerHour = 3_600_000_000
/** 1 June 2026, a Monday. */
const someDayMicros = 20_605 * 24 * microsPerHour

/** One model's scores as high as their cells go, the others' as low. */
function withScoreOf(made: Situation, model: string, space: DiagramSpace, cells: Assignment): Situation {
  const classifiers = { ...made.input.prompt.classifiers }
  for (const variable of space.variables.all) {
    const input = inputOf(variable)
    const cell = cells[variable.index]
    if (input.kind !== 'score' || cell?.kind !== 'range') continue
    const verdict = classifiers[input.classifier]
    if (verdict === undefined) continue
    const high = Number(cell.high === undefined ? (cell.low ?? 0n) + 1_000_000n : cell.high - 1n)
    const low = Number(cell.low ?? (cell.high ?? 1n) - 1n)
    const score = input.model === model ? high : low
    classifiers[input.classifier] = { ...verdict, scoresMillionths: { ...verdict.scoresMillionths, [input.model]: score } }
  }
  return { ...made, input: { ...made.input, prompt: { ...made.input.prompt, classifiers } } }
}

/** What the region asks for, as it is in this call. */
function factsOf(space: DiagramSpace, region: Diagram, cells: Assignment): readonly string[] {
  const asked = supportOf(space, region)
  return space.variables.all.flatMap((variable) => {
    const cell = cells[variable.index]
    if (cell === undefined || !asked.has(variable.index) || variable.abstract) return []
    return [cellText(variable, cell)]
  })
}

/** The inputs that a diagram asks for. */
export function supportOf({ store, variables }: DiagramSpace, diagram: Diagram): ReadonlySet<number> {
  const levels = new Set<number>()
  const seen = new Set<Diagram>()
  const visit = (at: Diagram): void => {
    if (seen.has(at) || store.leafOf(at) !== undefined) return
    seen.add(at)
    const level = store.levelOf(at)
    levels.add(level)
    const variable = variables.all[level]
    const cells = variable === undefined ? [] : variables.cellsOf(variable)
    for (let cell = 0; cell < cells.length; cell += 1) visit(store.child(at, level, cell))
  }
  visit(diagram)
  return levels
}
