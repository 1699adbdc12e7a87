import type { Endpoint } from '../policy/core.ts'
import type { LineUp, LineUpGroup } from '../policy/line-up.ts'

/** A draw in [0, 1 000 000), keyed by what it is for. */
export type KeyedDraw = (purpose: string, ...key: readonly (string | number)[]) => number

/** The hosts of each group in the order in which they are tried, drawn where the policy draws. */
export function drawnGroups(line: LineUp, draw: KeyedDraw): readonly (readonly Endpoint[])[] {
  return line.groups.map((group, index) => drawn(group, draw, index))
}

/**
 * Weights draw the first host, then the next of those that are left, and so on; a host of weight 0
 * follows them as written. A stuck host stands first and takes no part. Strategies that learn from
 * other traffic are tried as written: `notSimulated` lists them.
 */
function drawn(group: LineUpGroup, draw: KeyedDraw, index: number): readonly Endpoint[] {
  const weights = drawWeights(group)
  if (weights === undefined) return group.endpoints
  const stuck = group.stuck ? group.endpoints.slice(0, 1) : []
  const left = group.endpoints
    .map((endpoint, at) => ({ endpoint, weight: weights[at] ?? 0 }))
    .slice(stuck.length)
  const order: Endpoint[] = []
  while (left.some((each) => each.weight > 0)) {
    const total = left.reduce((sum, each) => sum + each.weight, 0)
    const drawnAt = draw('host', index, order.length) * total
    let passed = 0
    const at = left.findIndex((each) => (passed += each.weight * 1_000_000) > drawnAt)
    const [next] = left.splice(Math.max(at, 0), 1)
    if (next !== undefined) order.push(next.endpoint)
  }
  return [...stuck, ...order, ...left.map((each) => each.endpoint)]
}

/** One weight a host of the group; `undefined`: nothing that this replay simulates is drawn. */
export function drawWeights({ draw }: LineUpGroup): readonly number[] | undefined {
  if (draw === undefined) return undefined
  return draw.strategy === undefined || draw.strategy.name === 'shuffle' ? draw.weights : undefined
}
