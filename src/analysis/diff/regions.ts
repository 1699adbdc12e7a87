import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import type { Place } from '../../check/diagram/ends.ts'
import { inputOf } from '../../check/diagram/inputs.ts'
import { no, yes } from '../../check/diagram/leaves.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import { countCells } from '../../check/diagram/witness.ts'
import type { Moment } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import { hash } from '../../policy/digest.ts'
import { cubeText, literalTexts } from './condition-words.ts'
import { cubesOf } from './cubes.ts'
import { decidesAs, exampleOf, supportOf } from './example.ts'
import type { Deciders } from './example.ts'
import type { EndPair, NotDecided, Region, Side } from './meaning.ts'
import { endText } from './outcome.ts'
import type { Part } from './parts.ts'
import { singleCover } from './single-cover.ts'

/** Some parts are met only by calls that start again: `met` is what of the region they can be. */
export interface MetPart extends Part {
  readonly met: Diagram
}

/** Parts of which the same two rules decide. */
export interface Grouped {
  readonly parts: readonly MetPart[]
  readonly region: Diagram
  readonly met: Diagram
}

export interface Described {
  readonly region: Region
  readonly where: Diagram
  /** Whether two decisions are of this region's kind. */
  readonly decides: (old: Decision, newer: Decision) => boolean
}

export function groupedParts(space: DiagramSpace, parts: readonly MetPart[]): readonly Grouped[] {
  const never = space.constant(no)
  const groups = new Map<string, { parts: MetPart[]; region: Diagram; met: Diagram }>()
  for (const part of parts) {
    const key = JSON.stringify([part.old.step.name, part.new.step.name])
    const found = groups.get(key) ?? { parts: [], region: never, met: never }
    found.parts.push(part)
    found.region = space.or(found.region, part.region)
    found.met = space.or(found.met, part.met)
    groups.set(key, found)
  }
  return [...groups.values()]
}

const shownExactly = 2
const fewLiterals = 4
const shownCubes = 4
const countedCubes = 24
const shownEnds = 6
const shownUnless = 12
const situationsTried = 400

export interface Question {
  readonly space: DiagramSpace
  readonly possible: Diagram
  /** Where inputs that stand for others agree with them. */
  readonly real: Diagram
  readonly place: Place
  readonly moments: readonly Moment[]
  readonly deciders: Deciders
}

/** A region in words, with a call that both policies were seen to decide so. */
export function described(question: Question, group: Grouped): Described | NotDecided {
  const { space, possible, real, place, moments, deciders } = question
  const condition = conditionOf(question, group)
  const patience = { left: situationsTried }
  const witness = group.parts
    .toSorted((a, b) => strangeness(a) - strangeness(b))
    .map((part) => exampleOf(space, place, part, space.and(part.met, real), deciders, patience))
    .find((each) => each !== undefined)
  if (witness === undefined) return notShown(question, group, condition.where)
  const { within, ...told } = condition
  const region = {
    moments,
    startsAgain: place === 'again',
    ...told,
    old: sideOf(question, group.parts, 'old'),
    new: sideOf(question, group.parts, 'new'),
    ends: endPairsOf(question, group, within),
    differs: [...new Set(group.parts.flatMap(({ differs }) => [...differs]))].sort(),
  }
  const id = hash(JSON.stringify(region, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))).slice(0, 8)
  const share = {
    cells: countCells({ space }, space.and(group.met, real)),
    of: countCells({ space }, space.and(possible, real)),
  }
  const decides = (old: Decision, newer: Decision): boolean =>
    group.parts.some((part) => decidesAs(old, part.old) && decidesAs(newer, part.new))
  return { where: group.met, region: { id, ...region, witness, share }, decides }
}

/** A call that is served shows more than one that is not. */
function strangeness({ old, new: newest }: Part): number {
  return strangenessOf(old) + strangenessOf(newest)
}

function strangenessOf({ end }: Part['old']): number {
  return end.to.kind === 'model' ? (end.again === undefined ? 0 : 1) : end.to.kind === 'none' ? 3 : 2
}

function notShown(question: Question, { parts, region }: Grouped, where: readonly string[]): NotDecided {
  const { space, place } = question
  const support = supportOf(space, region)
  const opaque = space.variables.all.filter((variable) => support.has(variable.index) && opaqueKinds.has(inputOf(variable).kind))
  const [rules, others] = [sideOf(question, parts, 'old'), sideOf(question, parts, 'new')]
  const rests = opaque.length === 0 ? '' : `; it rests on ${opaque.map(({ label }) => `\`${label}\``).join(', ')}, which is not modelled`
  return {
    moment: place === 'again' ? 'start' : place,
    why: 'opaque',
    reason:
      `whether \`${rules.rules.join('`, `')}\` (${rules.does}) and \`${others.rules.join('`, `')}\` (${others.does}) differ ` +
      `where ${where.slice(0, 1).join('') || 'nothing is said'}: no call could be made that shows it${rests}`,
  }
}

const opaqueKinds: ReadonlySet<string> = new Set(['opaque', 'out', 'bucket', 'benefit', 'switch-cost'])

/**
 * Few conjunctions that are the region; else where both rules fire, with the rules that take a part of
 * that before.
 */
function conditionOf(
  { space, possible }: Question,
  { parts, region }: Grouped,
): Pick<Region, 'shared' | 'where' | 'more' | 'among' | 'unless' | 'partly'> & { readonly within: Diagram } {
  const never = space.constant(no)
  const told = (cubes: ReturnType<typeof cubesOf>['cubes']): Told => {
    const all = cubes.map((cube) => literalTexts(space.variables, cube))
    const shared = all.length < 2 ? [] : (all[0] ?? []).filter((literal) => all.every((each) => each.includes(literal)))
    return {
      shared,
      where: all.slice(0, shownCubes).map((literals) => literals.filter((literal) => !shared.includes(literal)).join(' and ')),
      more: Math.max(0, cubes.length - shownCubes),
    }
  }
  if (parts.some(({ piece }) => piece.sampled)) return sampledCondition(space, parts, told)
  const literals = (cubes: ReturnType<typeof cubesOf>['cubes']): number => cubes.reduce((sum, { size }) => sum + size, 0)
  const exact = cubesOf(space, region, possible, shownExactly)
  const plainly = { ...told(exact.cubes), among: [], unless: [], partly: false, within: region }
  if (exact.complete && literals(exact.cubes) <= fewLiterals) return plainly
  const pieces = [...new Set(parts.map(({ piece }) => piece))]
  const core = space.and(pieces.map((piece) => piece.core).reduce(space.or, never), possible)
  const steps = pieces.flatMap(({ unless }) => unless)
  const left = steps.reduce((rest, { step }) => space.choose(step.guard, never, rest), core)
  if (space.choose(left, never, region) !== never) {
    return { ...told(cubesOf(space, region, possible, countedCubes).cubes), among: [], unless: [], partly: false, within: region }
  }
  const wide = cubesOf(space, core, possible, countedCubes).cubes
  if (exact.complete && literals(exact.cubes) <= literals(wide) + (left === region ? 0 : fewLiterals)) return plainly
  const sides = new Map<string, Set<string>>()
  for (const { side, step } of steps) sides.set(step.name, (sides.get(step.name) ?? new Set()).add(side))
  const unless = [...sides].map(([name, of]) => (of.has('both') || of.size > 1 ? name : `${name} (${[...of].join()})`))
  const among = left === region ? [] : singleCover(space, region, left)
  return { ...told(wide), among, unless, partly: left !== region, within: left }
}

type Told = Pick<Region, 'shared' | 'where' | 'more'>

/** Where both rules fire, as far as that is told without following the rules before. */
function sampledCondition(
  space: DiagramSpace,
  parts: readonly Part[],
  told: (cubes: ReturnType<typeof cubesOf>['cubes']) => Told,
): ReturnType<typeof conditionOf> {
  const [first] = parts
  const core = first?.piece.core ?? space.constant(no)
  const names = new Set((first?.piece.unless ?? []).map(({ step }) => step.name))
  const { cubes } = cubesOf(space, core, space.constant(yes), shownExactly)
  return { ...told(cubes), among: [], unless: [...names].slice(0, shownUnless), partly: true, within: core }
}

/** How the calls of a region end, and what tells the ones from the others. */
function endPairsOf({ space, real }: Question, { parts }: Grouped, within: Diagram): readonly EndPair[] {
  const pairs = new Map<string, { old: string; new: string; region: Diagram }>()
  for (const part of parts) {
    const [old, newest] = [endText(part.old.end), endText(part.new.end)]
    const found = pairs.get(JSON.stringify([old, newest])) ?? { old, new: newest, region: space.constant(no) }
    pairs.set(JSON.stringify([old, newest]), { ...found, region: space.or(found.region, part.region) })
  }
  return [...pairs.values()]
    .map((pair) => ({ ...pair, cells: countCells({ space }, space.and(pair.region, real)) }))
    .sort((a, b) => (a.cells > b.cells ? -1 : a.cells < b.cells ? 1 : a.old < b.old ? -1 : 1))
    .slice(0, shownEnds)
    .map(({ old, new: newest, region, cells }) => {
      const { cubes } = cubesOf(space, region, within, 1)
      const [cube] = cubes
      return { old, new: newest, where: cube === undefined ? '' : cubeText(space.variables, cube), cells }
    })
}

/** Rules that only one side fires on the way, in the order of its block: parts come in none. */
function viasOf({ place, deciders }: Question, parts: readonly Part[], side: 'old' | 'new'): readonly string[] {
  const found = parts.flatMap(({ piece }) => {
    const [own, other] = side === 'old' ? [piece.oldVia, piece.newVia] : [piece.newVia, piece.oldVia]
    return own.join('\n') === other.join('\n') && piece.oldSays.join('\n') === piece.newSays.join('\n') ? [] : own
  })
  const { policy } = side === 'old' ? deciders.older : deciders.newer
  const order = (policy.blocks[place === 'again' ? 'start' : place]?.rules ?? []).map(({ name }) => name)
  return [...new Set(found)].toSorted((one, other) => order.indexOf(one) - order.indexOf(other))
}

const shownDoes = 3

/** Whoever is left to rank: which models these can be is told of each end. */
function generalText(end: Part['old']['end']): string {
  return end.to.kind === 'ranked' ? endText(end, []) : endText(end)
}

function sideOf(question: Question, parts: readonly Part[], side: 'old' | 'new'): Side {
  const ordinary = parts.toSorted((a, b) => strangenessOf(a[side]) - strangenessOf(b[side]))
  const texts = [...new Set(ordinary.map((part) => generalText(part[side].end)))]
  const models = new Set(parts.map((part) => (part[side].end.to.kind === 'model' ? part[side].end.to.model : undefined)))
  const [model] = models
  const [first] = parts
  return {
    rules: first === undefined ? [] : [...viasOf(question, parts, side), first[side].step.name],
    does: [...texts.slice(0, shownDoes), ...(texts.length > shownDoes ? ['others'] : [])].join(' or '),
    model: models.size === 1 ? model : undefined,
  }
}
