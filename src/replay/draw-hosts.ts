import type { Endpoint } from '../policy/core.ts'
import { drawMillionths } from '../policy/draw.ts'
import type { LineUp, LineUpGroup } from '../policy/line-up.ts'
import { weighed } from './serving/strategies.ts'
import type { HostView, WeighedHost } from './serving/strategies.ts'

/** A draw in [0, 1 000 000), keyed by what it is for. */
export type KeyedDraw = (purpose: string, ...key: readonly (string | number)[]) => number

/** The draws of one call's serving: whoever serves it, the same seed draws the same. */
export function servingDraw(seed: string, session: string, call: number): KeyedDraw {
  return (purpose, ...key) => drawMillionths([seed, session, 'serve', purpose, call, ...key])
}

/** Orders the hosts of each model that a call is tried at, by these draws. */
export function drawnOrder(
  draw: KeyedDraw,
): (line: LineUp, view: HostView, model: number) => readonly (readonly Endpoint[])[] {
  return (line, view, model) => drawnGroups(line, view, (purpose, ...key) => draw(purpose, model, ...key))
}

/** The hosts of each group in the order in which they are tried, drawn where the policy draws. */
export function drawnGroups(
  line: LineUp,
  view: HostView,
  draw: KeyedDraw,
): readonly (readonly Endpoint[])[] {
  return line.groups.map((group, index) => drawn(group, view, draw, index))
}

/**
 * Weights draw the first host, then the next of those that are left, and so on; a host of weight 0
 * follows them. A stuck host stands first and takes no part.
 */
function drawn(
  group: LineUpGroup,
  view: HostView,
  draw: KeyedDraw,
  index: number,
): readonly Endpoint[] {
  const stuck = group.stuck ? group.endpoints.slice(0, 1) : []
  const hosts = weighed(group, view)
  if (hosts === undefined) return group.endpoints
  const left = hosts.filter(({ endpoint }) => !stuck.includes(endpoint))
  const order: Endpoint[] = []
  while (left.some((each) => each.weight > 0n)) {
    const [next] = left.splice(drawnAt(left, draw('host', index, order.length)), 1)
    if (next !== undefined) order.push(next.endpoint)
  }
  return [...stuck, ...order, ...left.map((each) => each.endpoint)]
}

function drawnAt(hosts: readonly WeighedHost[], millionths: number): number {
  const total = hosts.reduce((sum, each) => sum + each.weight, 0n)
  const drawnTo = BigInt(millionths) * total
  let passed = 0n
  return hosts.findIndex(({ weight }) => {
    passed += weight
    return passed * 1_000_000n > drawnTo
  })
}
