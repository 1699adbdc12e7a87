import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { inputOf } from '../../check/diagram/inputs.ts'
import { no } from '../../check/diagram/leaves.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import { countCells } from '../../check/diagram/witness.ts'
import { cubeText } from './condition-words.ts'
import type { Cube } from './cubes.ts'
import { supportOf } from './example.ts'

const mostVariables = 16
const mostCells = 100
const shownVariables = 4

/**
 * What at least one input of every call of the region is, so that the region is told where conjunctions
 * are too many: `score(x) from 0.70 to below 0.75` or the same of `y`. Empty where no few inputs do.
 */
export function singleCover(space: DiagramSpace, region: Diagram, within: Diagram): readonly string[] {
  const never = space.constant(no)
  const { variables } = space
  const asked = [...supportOf(space, region)].flatMap((level) => variables.all[level] ?? [])
  const cells = asked.flatMap((variable) => variables.cellsOf(variable).map((_, cell) => ({ variable, cell })))
  if (asked.length === 0 || asked.length > mostVariables || cells.length > mostCells) return []
  const held = cells
    .map(({ variable, cell }) => {
      const own = space.inCell(variable.index, cell)
      const [inside, all] = [countCells({ space }, space.and(region, own)), countCells({ space }, space.and(within, own))]
      return { variable, cell, inside, all }
    })
    .filter(({ inside }) => inside > 0n)
    // What lies mostly outside of the region goes first.
    .sort((a, b) => Number(sign(a.inside * b.all - b.inside * a.all)))
  let left = held
  for (const each of held) {
    const others = left.filter((other) => other !== each)
    const union = others.map(({ variable, cell }) => space.inCell(variable.index, cell)).reduce(space.or, never)
    if (space.choose(union, never, region) === never) left = others
  }
  const cubes = new Map<number, Set<number>>()
  for (const { variable, cell } of left) cubes.set(variable.index, (cubes.get(variable.index) ?? new Set()).add(cell))
  const narrow = [...cubes].every(([level, of]) => {
    const variable = variables.all[level]
    return variable !== undefined && !variable.abstract && of.size * 2 <= variables.cellsOf(variable).length
  })
  return narrow && cubes.size <= shownVariables ? coverTexts(space, [...cubes].map(([level, of]): Cube => new Map([[level, of]]))) : []
}

function sign(value: bigint): bigint {
  return value > 0n ? 1n : value < 0n ? -1n : 0n
}

/** Scores of several models in one range are told at once, as a policy writes them. */
function coverTexts({ variables }: DiagramSpace, cubes: readonly Cube[]): readonly string[] {
  const texts = new Map<string, string[]>()
  for (const cube of cubes) {
    const text = cubeText(variables, cube)
    const [variable] = [...cube.keys()].flatMap((level) => variables.all[level] ?? [])
    const input = variable === undefined ? undefined : inputOf(variable)
    const label = variable?.label ?? ''
    const general = input?.kind === 'score' && text.startsWith(label) ? `${input.classifier}.score(it)${text.slice(label.length)}` : text
    texts.set(general, [...(texts.get(general) ?? []), ...(input?.kind === 'score' && general !== text ? [input.model] : [])])
  }
  return [...texts].map(([text, models]) => (models.length === 0 ? text : `${text} for ${listed(models)}`))
}

function listed(names: readonly string[]): string {
  const [last] = names.slice(-1)
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${last ?? ''}`
}
