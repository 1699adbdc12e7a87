import type { Endpoint } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import type { LineUp, LineUpGroup } from '../../policy/line-up.ts'
import { weighed } from '../serving/strategies.ts'
import type { HostView, WeighedHost } from '../serving/strategies.ts'

interface Weighed {
  readonly name: string
  readonly weight: bigint
}

/** What the arrow names if it can be drawn, else the likeliest, ties as written. */
export function taken(drawn: readonly Weighed[], named: string | undefined): string | undefined {
  const able = drawn.filter((each) => each.weight > 0n)
  if (able.some((each) => each.name === named)) return named
  return able.reduce<Weighed | undefined>(
    (best, each) => (best === undefined || each.weight > best.weight ? each : best),
    undefined,
  )?.name
}

/** The least draw, in millionths, at which `name` is taken, shares standing in the order given. */
export function drawThatTakes(drawn: readonly Weighed[], name: string): number {
  const all = drawn.reduce((sum, each) => sum + each.weight, 0n)
  let below = 0n
  for (const each of drawn) {
    if (each.name === name) break
    below += each.weight
  }
  return all === 0n ? 0 : Number((below * 1_000_000n + all - 1n) / all)
}

/** Exact. */
export interface Chance {
  readonly numerator: bigint
  readonly denominator: bigint
}

const never: Chance = { numerator: 0n, denominator: 1n }
const surely: Chance = { numerator: 1n, denominator: 1n }

/** Of a model, at the draw of a `weighted` choice; without a draw it is chosen or it is not. */
export function modelChance(decision: Decision, model: string): Chance {
  const { drawn } = decision
  if (drawn === undefined || drawn.length === 0) return decision.model === model ? surely : never
  const sum = (of: typeof drawn): bigint => of.reduce((total, each) => total + BigInt(each.weight), 0n)
  const all = sum(drawn)
  return { numerator: sum(drawn.filter((each) => each.model === model)), denominator: all === 0n ? 1n : all }
}

/** A line-up with the weights of its draws as they stood when the call began. */
export interface WeighedLine {
  readonly groups: readonly {
    readonly group: LineUpGroup
    /** `undefined`: nothing is drawn here, or nothing that is simulated. */
    readonly hosts: readonly WeighedHost[] | undefined
  }[]
}

export function weighedLine(line: LineUp, view: HostView): WeighedLine {
  return {
    groups: line.groups.map((group) => ({
      group,
      hosts: group.stuck || group.endpoints.length === 1 ? undefined : weighed(group, view),
    })),
  }
}

/** Of a host, to be the one that is tried first. */
export function hostChance(line: WeighedLine, provider: string): Chance {
  const [first] = line.groups
  const isFirst = (host: Endpoint | undefined): Chance => (host?.provider === provider ? surely : never)
  if (first === undefined) return never
  const { group, hosts } = first
  if (hosts === undefined) return isFirst(group.endpoints[0])
  const all = hosts.reduce((sum, each) => sum + each.weight, 0n)
  if (all === 0n) return isFirst(hosts[0]?.endpoint)
  const own = hosts.filter(({ endpoint }) => endpoint.provider === provider)
  return { numerator: own.reduce((sum, each) => sum + each.weight, 0n), denominator: all }
}

/** The hosts of each group once this host has been drawn: it stands first, the others behind it. */
export function hadBeenDrawn(
  line: WeighedLine,
  provider: string | undefined,
): readonly (readonly Endpoint[])[] {
  return line.groups.map(({ group, hosts }) => {
    if (hosts === undefined) return group.endpoints
    const names = hosts.map(({ endpoint, weight }) => ({ name: endpoint.provider, weight }))
    const first = taken(names, provider)
    const order = hosts.map(({ endpoint }) => endpoint)
    return [
      ...order.filter((endpoint) => endpoint.provider === first),
      ...order.filter((endpoint) => endpoint.provider !== first),
    ]
  })
}
