import type { PriceBucket } from '../../policy/core.ts'
import { isZero, type Decimal } from './decimal.ts'
import {
  fieldOf,
  fieldsOf,
  listingOf,
  modalitiesOf,
  number,
  textOf,
  tokenCount,
  type Fields,
  type LeftOut,
  type ListedCard,
  type ListedModel,
  type Listing,
} from './listing.ts'

/** The API document of models.dev: providers, each with models; dollars of a million tokens. */
export function modelsDevListing(document: unknown): Listing | undefined {
  const providers = fieldsOf(document)
  if (providers === undefined) return undefined
  const entries = Object.entries(providers).flatMap(([provider, value]) =>
    Object.entries(fieldsOf(fieldOf(fieldsOf(value), 'models')) ?? {}).map(([id, entry]) => ({
      provider,
      id,
      entry,
    })),
  )
  return entries.length === 0 ? undefined : listingOf(entries.map(listed))
}

/** One model file of models.dev: `providers/PROVIDER/models/ID.toml`, or `models/VENDOR/ID.toml`. */
export interface ModelFile {
  /** With `/` between its parts. */
  readonly path: string
  readonly document: unknown
}

/** Model files as they are in its repository; a file with `base_model` inherits from that model. */
export function modelsDevFiles(files: readonly ModelFile[]): Listing {
  const bases = new Map<string, Fields>()
  const entries: Entry[] = []
  const leftOut: LeftOut[] = []
  for (const { path, document } of files) {
    const [, provider, id] = /(?:^|\/)providers\/([^/]+)\/models\/(.+)\.toml$/.exec(path) ?? []
    const [, base] = /(?:^|\/)models\/([^/]+\/.+)\.toml$/.exec(path) ?? []
    const fields = fieldsOf(document)
    if (fields === undefined) leftOut.push({ key: path, reason: 'no TOML' })
    else if (provider !== undefined && id !== undefined)
      entries.push({ provider, id, entry: fields })
    else if (base !== undefined) bases.set(base, fields)
  }
  const listing = listingOf(
    entries.map((one) => listed({ ...one, entry: inherited(one.entry, bases, 8) })),
  )
  return { ...listing, leftOut: [...leftOut, ...listing.leftOut] }
}

function inherited(value: unknown, bases: ReadonlyMap<string, Fields>, depth: number): Fields {
  const own = fieldsOf(value) ?? {}
  const name = textOf(fieldOf(own, 'base_model'))
  const base = name === undefined ? undefined : bases.get(name)
  if (base === undefined || depth === 0) return own
  const omitted = fieldOf(own, 'base_model_omit')
  let from = inherited(base, bases, depth - 1)
  for (const path of Array.isArray(omitted) ? omitted : []) {
    if (typeof path === 'string') from = without(from, path.split('.'))
  }
  return merged(from, own)
}

function without(fields: Fields, [name = '', ...rest]: readonly string[]): Fields {
  if (rest.length === 0)
    return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))
  const inner = fieldsOf(fieldOf(fields, name))
  return inner === undefined ? fields : { ...fields, [name]: without(inner, rest) }
}

function merged(from: Fields, own: Fields): Fields {
  const all: [string, unknown][] = Object.entries(from)
  for (const [key, value] of Object.entries(own)) {
    const [before, after] = [fieldsOf(fieldOf(from, key)), fieldsOf(value)]
    all.push([key, before !== undefined && after !== undefined ? merged(before, after) : value])
  }
  return Object.fromEntries(all)
}

interface Entry {
  readonly provider: string
  readonly id: string
  readonly entry: unknown
}

function listed({ provider, id, entry }: Entry): readonly [string, ListedModel | undefined] {
  const fields = fieldsOf(entry)
  return [`${provider}/${id}`, fields === undefined ? undefined : modelOf(provider, id, fields)]
}

const rowNames: ReadonlyMap<string, PriceBucket> = new Map([
  ['input', 'input'],
  ['output', 'output'],
  ['reasoning', 'reasoning'],
  // Some of its files spell them otherwise; the name of its schema comes last, and wins.
  ['cache_input', 'cache-read'],
  ['cached_input', 'cache-read'],
  ['cache_read', 'cache-read'],
  ['cached_write', 'cache-write'],
  ['cache_write', 'cache-write'],
  ['input_audio', 'audio-input'],
  ['output_audio', 'audio-output'],
  ['image', 'image'],
  ['request', 'request'],
])

function modelOf(provider: string, id: string, fields: Fields): ListedModel {
  const cost = fieldsOf(fieldOf(fields, 'cost')) ?? {}
  const limit = fieldsOf(fieldOf(fields, 'limit'))
  const plain = rowsOf(cost)
  const steps = [
    { size: 200_000, rows: fieldsOf(fieldOf(cost, 'context_over_200k')) },
    ...listOf(fieldOf(cost, 'tiers')).map((tier) => ({
      size: tokenCount(fieldOf(fieldsOf(fieldOf(fieldsOf(tier), 'tier')), 'size')),
      rows: fieldsOf(tier),
    })),
  ]
  const cards = new Map<number, ListedCard>([
    [0, { aboveTokens: 0, serviceTier: null, rows: plain }],
  ])
  for (const { size, rows } of steps) {
    if (size === undefined || rows === undefined) continue
    cards.set(size, { aboveTokens: size, serviceTier: null, rows: { ...plain, ...rowsOf(rows) } })
  }
  const modes = modeCards(fieldsOf(fieldOf(fieldsOf(fieldOf(fields, 'experimental')), 'modes')), plain)
  const unsized = steps.filter(({ size }) => size === undefined).length
  return {
    key: `${provider}/${id}`,
    provider,
    spellings: [`${provider}/${id}`],
    accepts: modalitiesOf(fieldOf(fieldsOf(fieldOf(fields, 'modalities')), 'input')),
    contextTokens: tokenCount(fieldOf(limit, 'context')),
    maxOutputTokens: tokenCount(fieldOf(limit, 'output')),
    cacheMinimumTokens: undefined,
    cards: [...[...cards.values()].sort((a, b) => a.aboveTokens - b.aboveTokens), ...modes.cards],
    said: [cost, ...steps.flatMap(({ size, rows }) => (size === undefined ? [] : [rows])), ...modes.costs]
      .map(saidIn)
      .reduce((sum, count) => sum + count, 0),
    unsaid: [
      ...Object.entries(cost).flatMap(([field, value]) =>
        isUnsaid(field, value) ? [`cost.${field}`] : [],
      ),
      ...(unsized === 0 ? [] : ['cost.tiers without a size']),
      ...modes.unsaid,
    ],
  }
}

/** Modes with a price of their own: the service tier or the speed that a request asks for. */
function modeCards(
  modes: Fields | undefined,
  plain: ListedCard['rows'],
): { readonly cards: readonly ListedCard[]; readonly costs: readonly Fields[]; readonly unsaid: readonly string[] } {
  const cards: ListedCard[] = []
  const costs: Fields[] = []
  const unsaid: string[] = []
  for (const [name, value] of Object.entries(modes ?? {})) {
    const mode = fieldsOf(value)
    const cost = fieldsOf(fieldOf(mode, 'cost'))
    if (cost === undefined) continue
    const body = fieldsOf(fieldOf(fieldsOf(fieldOf(mode, 'provider')), 'body'))
    const serviceTier = textOf(fieldOf(body, 'service_tier')) ?? textOf(fieldOf(body, 'speed'))
    if (serviceTier === undefined) unsaid.push(`experimental.modes.${name}`)
    else {
      cards.push({ aboveTokens: 0, serviceTier, rows: { ...plain, ...rowsOf(cost) } })
      costs.push(cost)
    }
  }
  return { cards, costs, unsaid }
}

function rowsOf(cost: Fields): { readonly [bucket in PriceBucket]?: Decimal } {
  const rows: { [bucket in PriceBucket]?: Decimal } = {}
  for (const [field, bucket] of rowNames) {
    const price = number(fieldOf(cost, field))
    // A cache that costs nothing to write has no price of its own: the tokens are input.
    if (price !== undefined && !(bucket === 'cache-write' && isZero(price))) rows[bucket] = price
  }
  return rows
}

/** Prices other than nothing that have a row. */
function saidIn(cost: Fields | undefined): number {
  return [...rowNames.keys()].filter((field) => {
    const price = number(fieldOf(cost, field))
    return price !== undefined && !isZero(price)
  }).length
}

function isUnsaid(field: string, value: unknown): boolean {
  if (rowNames.has(field) || field === 'tiers' || field === 'context_over_200k') return false
  const price = number(value)
  return price === undefined || !isZero(price)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
