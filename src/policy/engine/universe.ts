import type { Endpoint, Exact, Ladder, Model, Policy } from '../core.ts'
import { priceBook } from './price-book.ts'
import type { PriceBook } from './price-book.ts'

/** The catalogue of one policy, laid out for questions by name. */
export interface Universe {
  readonly models: ReadonlyMap<string, ModelEntry>
  /** The catalogue's name of a model by every spelling of it. */
  readonly spellings: ReadonlyMap<string, string>
  readonly pools: ReadonlyMap<string, PoolEntry>
  readonly ladders: ReadonlyMap<string, LadderEntry>
  /** By scale: its words, lowest first, and the rank of each from 1. */
  readonly scales: ReadonlyMap<string, ScaleEntry>
}

export interface ModelEntry {
  readonly name: string
  readonly model: Model
  /** Position in the catalogue. */
  readonly index: number
  /** On the scale `tier`; `undefined` off it. */
  readonly tierRank: number | undefined
  readonly accepts: ReadonlySet<string>
  readonly book: PriceBook | undefined
  readonly endpoints: readonly EndpointEntry[]
}

export interface EndpointEntry {
  readonly endpoint: Endpoint
  readonly model: ModelEntry
  /** Position among the endpoints of its model. */
  readonly position: number
  readonly book: PriceBook | undefined
}

export interface PoolEntry {
  readonly name: string
  readonly members: readonly {
    readonly entry: ModelEntry
    readonly weight: number
    readonly relative: Exact | undefined
  }[]
  /** Every model of the pool declares `relative`. */
  readonly allRelative: boolean
}

export interface LadderEntry {
  readonly steps: ReadonlyMap<string, number>
  /** The first model of each step, from step 1. */
  readonly rungs: readonly string[]
  /** The models above each model on its climb, nearest first. */
  readonly above: ReadonlyMap<string, readonly string[]>
}

export interface ScaleEntry {
  readonly words: readonly string[]
  readonly ranks: ReadonlyMap<string, number>
}

export function universeOf(policy: Policy): Universe {
  const scales = new Map(policy.scales.map((scale) => [scale.name, scaleEntry(scale.words)]))
  const tiers = scales.get('tier')?.ranks
  const models = new Map<string, ModelEntry>()
  policy.models.forEach((model, index) => models.set(model.name, modelEntry(model, index, tiers)))
  return {
    models,
    spellings: spellingsOf(policy),
    scales,
    pools: new Map(policy.pools.map((pool) => [pool.name, poolEntry(pool.name, pool.models, models)])),
    ladders: new Map(policy.ladders.map((ladder) => [ladder.name, ladderEntry(ladder)])),
  }
}

/** A model's own name always means that model; of other spellings the first written holds. */
function spellingsOf(policy: Policy): ReadonlyMap<string, string> {
  const spellings = new Map<string, string>()
  for (const { name } of policy.models) spellings.set(name, name)
  for (const { name, knownAs } of policy.models) {
    for (const spelling of knownAs) if (!spellings.has(spelling)) spellings.set(spelling, name)
  }
  return spellings
}

function scaleEntry(words: readonly string[]): ScaleEntry {
  const ranks = new Map<string, number>()
  words.forEach((word, index) => {
    if (!ranks.has(word)) ranks.set(word, index + 1)
  })
  return { words, ranks }
}

function modelEntry(model: Model, index: number, tiers: ReadonlyMap<string, number> | undefined): ModelEntry {
  const endpoints: EndpointEntry[] = []
  const entry: ModelEntry = {
    name: model.name,
    model,
    index,
    tierRank: model.tier === null ? undefined : tiers?.get(model.tier),
    accepts: new Set(model.accepts),
    book: priceBook(model.prices),
    endpoints,
  }
  model.endpoints.forEach((endpoint, position) =>
    endpoints.push({ endpoint, model: entry, position, book: priceBook(endpoint.prices) }),
  )
  return entry
}

function poolEntry(
  name: string,
  listed: readonly { readonly model: string; readonly weight: number }[],
  models: ReadonlyMap<string, ModelEntry>,
): PoolEntry {
  const members = listed.flatMap(({ model, weight }) => {
    const entry = models.get(model)
    return entry === undefined ? [] : [{ entry, weight, relative: entry.model.relative }]
  })
  return { name, members, allRelative: members.every((member) => member.relative !== undefined) }
}

function ladderEntry(ladder: Ladder): LadderEntry {
  const steps = new Map<string, number>()
  const above = new Map<string, readonly string[]>()
  const rungs: string[] = []
  for (const climb of ladder.climbs) {
    climb.forEach((models, index) => {
      const first = models[0]
      if (first !== undefined && index >= rungs.length) rungs.push(first)
      for (const model of models) {
        if (steps.has(model)) continue
        steps.set(model, index + 1)
        above.set(model, climb.slice(index + 1).flat())
      }
    })
  }
  return { steps, rungs, above }
}
