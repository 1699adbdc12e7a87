import type { Decision } from '../../policy/decision.ts'
import type { LineUp, LineUpGroup } from '../../policy/line-up.ts'
import { drawWeights } from '../draw-hosts.ts'

interface Weighed {
  readonly name: string
  readonly weight: number
}

/** What the arrow names if it can be drawn, else the likeliest, ties as written. */
export function taken(drawn: readonly Weighed[], named: string | undefined): string | undefined {
  const able = drawn.filter((each) => each.weight > 0)
  if (able.some((each) => each.name === named)) return named
  return able.reduce<Weighed | undefined>(
    (best, each) => (best === undefined || each.weight > best.weight ? each : best),
    undefined,
  )?.name
}

/** The least draw, in millionths, at which `name` is taken, shares standing in the order given. */
export function drawThatTakes(drawn: readonly Weighed[], name: string): number {
  const all = drawn.reduce((sum, each) => sum + each.weight, 0)
  let below = 0
  for (const each of drawn) {
    if (each.name === name) break
    below += each.weight
  }
  return all === 0 ? 0 : Math.ceil((below * 1_000_000) / all)
}

/** Exact; `undefined`: the draw is not simulated. */
export interface Chance {
  readonly numerator: number
  readonly denominator: number
}

/** Of a model, at the draw of a `weighted` choice; without a draw it is chosen or it is not. */
export function modelChance(decision: Decision, model: string): Chance {
  const { drawn } = decision
  if (drawn === undefined || drawn.length === 0) {
    return { numerator: decision.model === model ? 1 : 0, denominator: 1 }
  }
  const all = drawn.reduce((sum, each) => sum + each.weight, 0)
  const own = drawn.filter((each) => each.model === model).reduce((sum, each) => sum + each.weight, 0)
  return { numerator: own, denominator: Math.max(all, 1) }
}

/** Of a host, to be the one that is tried first. */
export function hostChance(line: LineUp, provider: string): Chance | undefined {
  const [group] = line.groups
  if (group === undefined) return { numerator: 0, denominator: 1 }
  const first = group.endpoints[0]
  if (group.stuck || group.draw === undefined || group.endpoints.length === 1) {
    return { numerator: first?.provider === provider ? 1 : 0, denominator: 1 }
  }
  const weights = drawWeights(group)
  if (weights === undefined) return undefined
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const own = group.endpoints.reduce(
    (sum, endpoint, index) => sum + (endpoint.provider === provider ? (weights[index] ?? 0) : 0),
    0,
  )
  return all === 0
    ? { numerator: first?.provider === provider ? 1 : 0, denominator: 1 }
    : { numerator: own, denominator: all }
}

/** The line-up once this host has been drawn: it stands first in its group, the others as written. */
export function hadBeenDrawn(line: LineUp, provider: string | undefined): LineUp {
  return {
    ...line,
    groups: line.groups.map((group): LineUpGroup => {
      const weights = drawWeights(group)
      if (weights === undefined || group.stuck) return { ...group, draw: undefined }
      const names = group.endpoints.map(({ provider: name }, index) => ({ name, weight: weights[index] ?? 0 }))
      const first = taken(names, provider)
      return {
        endpoints: [
          ...group.endpoints.filter((endpoint) => endpoint.provider === first),
          ...group.endpoints.filter((endpoint) => endpoint.provider !== first),
        ],
        stuck: false,
        draw: undefined,
      }
    }),
  }
}
