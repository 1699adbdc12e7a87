import type { Endpoint, Exact, Literal, ServeLines } from '../../policy/core.ts'
import type { LineUpGroup } from '../../policy/line-up.ts'

/** A host of a group, with its exact weight in the draw for the next place; 0 is never drawn. */
export interface WeighedHost {
  readonly endpoint: Endpoint
  readonly weight: bigint
}

/** What a strategy may look at besides the policy. */
export interface HostView {
  /** List price, 3 parts input to 1 part output; `null` and `undefined`: none, unknown. */
  readonly price: (host: Endpoint) => bigint | null | undefined
  readonly observed: {
    /** Latencies of the newest attempts at a host, no older than `forgetMicros`. */
    readonly samples: (host: Endpoint, most: number, forgetMicros: number | undefined) => readonly number[]
    readonly inFlight: (host: Endpoint) => number
    readonly usedTokens: (host: Endpoint, window: string) => number
  }
}

type Facts = NonNullable<ServeLines['strategy']>['facts']

/**
 * The group as its strategy sees it: who may be drawn, how likely, and in which order the others
 * follow. `undefined`: nothing is drawn.
 */
export function weighed(group: LineUpGroup, view: HostView): readonly WeighedHost[] | undefined {
  const { draw } = group
  if (draw === undefined) return undefined
  const hosts = group.endpoints.map((endpoint, index) => ({
    endpoint,
    weight: BigInt(draw.weights[index] ?? 0),
  }))
  const { strategy } = draw
  switch (strategy?.name) {
    case undefined:
    case 'shuffle':
      return hosts
    case 'price-weighted':
      return byPrice(hosts, view, strategy.facts)
    case 'latency':
      return byLatency(hosts, view.observed, strategy.facts)
    case 'least-busy':
      // Ties as written: there is no draw among equals here.
      return onlyFirst(leastFirst(hosts, view.observed.inFlight))
    case 'lowest-usage': {
      const window = wordOf(strategy.facts, 'window') ?? 'sliding'
      return lowest(hosts, (host) => view.observed.usedTokens(host, window))
    }
  }
}

// --- 1 / price^power

/** A free host is worth any number of others; one without a price follows those that have one. */
function byPrice(
  hosts: readonly WeighedHost[],
  { price }: HostView,
  facts: Facts,
): readonly WeighedHost[] {
  const power = wholeOf(facts, 'power') ?? 1
  const within = exactOf(facts, 'within')
  const priced = hosts.map((host) => ({ ...host, price: price(host.endpoint) ?? undefined }))
  const prices = priced.flatMap((each) => (each.price === undefined ? [] : [each.price]))
  const cheapest = prices.reduce<bigint | undefined>((least, each) => (least === undefined || each < least ? each : least), undefined)
  if (cheapest === undefined) return hosts
  const isNear = (each: bigint): boolean =>
    cheapest === 0n
      ? each === 0n
      : within === undefined || each * within.denominator <= cheapest * within.numerator
  const near = prices.filter(isNear)
  // 1 / p is in proportion to the product of the others' prices: exact in whole numbers.
  const product = near.reduce((all, each) => all * each, 1n)
  return priced.map(({ endpoint, weight, price: own }) => {
    if (own === undefined || !isNear(own)) return { endpoint, weight: 0n }
    return { endpoint, weight: own === 0n ? weight : weight * (product / own) ** BigInt(power) }
  })
}

// --- what was observed

/** Hosts within the buffer of the fastest are drawn, a host never tried counts as 0; then by latency. */
function byLatency(
  hosts: readonly WeighedHost[],
  { samples }: HostView['observed'],
  facts: Facts,
): readonly WeighedHost[] {
  const most = wholeOf(facts, 'samples') ?? 10
  const forget = wholeOf(facts, 'forget')
  const buffer = BigInt(wholeOf(facts, 'buffer') ?? 0)
  const timed = hosts.map((host) => ({ ...host, mean: meanOf(samples(host.endpoint, most, forget)) }))
  const sorted = timed.toSorted((left, right) => compare(left.mean, right.mean))
  const fastest = sorted[0]?.mean
  return sorted.map(({ endpoint, weight, mean }) => ({
    endpoint,
    weight: fastest !== undefined && isWithin(mean, fastest, buffer) ? weight : 0n,
  }))
}

/** mean ≤ fastest × (1 + buffer), cross-multiplied. */
function isWithin(mean: Exact, fastest: Exact, bufferMillionths: bigint): boolean {
  const left = mean.numerator * fastest.denominator * 1_000_000n
  return left <= fastest.numerator * mean.denominator * (1_000_000n + bufferMillionths)
}

function meanOf(samples: readonly number[]): Exact {
  if (samples.length === 0) return { numerator: 0n, denominator: 1n }
  const sum = samples.reduce((all, each) => all + BigInt(each), 0n)
  return { numerator: sum, denominator: BigInt(samples.length) }
}

function compare(left: Exact, right: Exact): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The least are drawn among; the others follow, the less the sooner. */
function lowest(
  hosts: readonly WeighedHost[],
  measure: (host: Endpoint) => number,
): readonly WeighedHost[] {
  const sorted = leastFirst(hosts, measure)
  const [first] = sorted
  const least = first === undefined ? 0 : measure(first.endpoint)
  return sorted.map((each) => ({ ...each, weight: measure(each.endpoint) === least ? each.weight : 0n }))
}

function leastFirst(
  hosts: readonly WeighedHost[],
  measure: (host: Endpoint) => number,
): readonly WeighedHost[] {
  return hosts.toSorted((left, right) => measure(left.endpoint) - measure(right.endpoint))
}

function onlyFirst(hosts: readonly WeighedHost[]): readonly WeighedHost[] {
  return hosts.map(({ endpoint }, index) => ({ endpoint, weight: index === 0 ? 1n : 0n }))
}

// --- facts of a strategy

function literalOf(facts: Facts, name: string): Literal | undefined {
  return facts.find((fact) => fact.name === name)?.value
}

function exactOf(facts: Facts, name: string): Exact | undefined {
  const literal = literalOf(facts, name)
  return literal?.kind === 'number' ? literal.value : undefined
}

function wholeOf(facts: Facts, name: string): number | undefined {
  const exact = exactOf(facts, name)
  return exact === undefined ? undefined : Number(exact.numerator / exact.denominator)
}

function wordOf(facts: Facts, name: string): string | undefined {
  const literal = literalOf(facts, name)
  return literal?.kind === 'name' ? literal.name : undefined
}
