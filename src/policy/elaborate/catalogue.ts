import type { Source } from '../../language/source.ts'
import type * as syntax from '../../language/syntax.ts'
import type { Cache, Endpoint, Model, PriceCard, Provider, RateLimit } from '../core.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { wordSets } from './core-words.ts'
import { distinct, lineOf, oneOf, onceEach } from './lines.ts'
import type { LineOf } from './lines.ts'
import { lookUp } from './names.ts'
import type { Declared } from './names.ts'
import { elaboratePrices } from './prices.ts'
import { defined } from './record.ts'
import { durationMicros, exact, factor, sizeOf, wholeNumber } from './units.ts'

/** A line with the file it stands in: an override may stand in another file than what it overrides. */
interface Placed<L> {
  readonly line: L
  readonly source: Source
}

export interface Catalogue {
  readonly providers: readonly Provider[]
  readonly models: readonly Model[]
}

/** Providers and models with their overrides merged in. */
export function elaborateCatalogue(context: Context): Catalogue {
  const { names } = context
  for (const override of names.overrides) {
    const into = override.declaration.kind === 'model' ? names.models : names.providers
    lookUp<unknown>(into, override.name, override.source, context.report)
  }
  const providers = new Map<string, Provider>()
  for (const declared of names.providers.entries.values()) {
    providers.set(declared.name.text, elaborateProvider(context, declared))
  }
  const models = [...names.models.entries.values()].map((declared) =>
    elaborateModel(context, declared, providers),
  )
  checkSpellings(context, models)
  return { providers: [...providers.values()], models }
}

/**
 * The lines of an entry: each override replaces all lines of the kinds that it writes. `at` blocks
 * are merged host by host.
 */
function mergedLines<L extends { readonly kind: string }>(
  base: Declared<{ readonly lines: readonly L[] }>,
  overrides: readonly {
    readonly declaration: { readonly lines: readonly L[] }
    readonly source: Source
  }[],
): readonly Placed<L>[] {
  let lines: readonly Placed<L>[] = base.declaration.lines.map((line) => ({
    line,
    source: base.source,
  }))
  for (const { declaration, source } of overrides) {
    const kinds = new Set(declaration.lines.map((line) => line.kind))
    kinds.delete('at')
    lines = [
      ...lines.filter(({ line }) => !kinds.has(line.kind)),
      ...declaration.lines.map((line) => ({ line, source })),
    ]
  }
  return lines
}

function find<L extends { readonly kind: string }, K extends L['kind']>(
  lines: readonly Placed<L>[],
  kind: K,
): Placed<LineOf<L, K>> | undefined {
  return lines.find((each) => each.line.kind === kind) as Placed<LineOf<L, K>> | undefined
}

// --- providers

function elaborateProvider(
  context: Context,
  declared: Declared<syntax.ProviderDeclaration>,
): Provider {
  const { report } = context
  const name = declared.name.text
  const overrides = context.names.overrides.flatMap(({ declaration, source }) =>
    declaration.kind === 'provider' && declaration.name.text === name
      ? [{ declaration, source }]
      : [],
  )
  for (const { declaration, source } of [declared, ...overrides]) {
    onceEach(declaration.lines, ['limit'], source, report)
  }
  if (declared.declaration.lines.length === 0) {
    report(
      'RT0229',
      at(declared.source, declared.declaration),
      `nothing is said of the provider \`${name}\``,
      {
        help: 'write at least its `region` or `family`',
      },
    )
  }
  const lines = mergedLines<syntax.ProviderLine>(declared, overrides)
  const data = find(lines, 'data')
  return {
    name,
    location: at(declared.source, declared.declaration),
    family: find(lines, 'family')?.line.value.text ?? name,
    region: find(lines, 'region')?.line.value.text ?? null,
    account: find(lines, 'account')?.line.value.text ?? null,
    data: data === undefined ? [] : texts(distinct(data.line.terms, 'term', data.source, report)),
    limits: rateLimits(context, lines),
  }
}

function texts(names: readonly syntax.Name[]): string[] {
  return names.map((each) => each.text)
}

const limitWindows = [
  'sliding',
  'fixed',
  'token-bucket',
  'calendar-minute',
  'calendar-hour',
  'calendar-day',
] as const

function rateLimits(
  context: Context,
  lines: readonly Placed<{ readonly kind: string }>[],
): RateLimit[] {
  return lines.flatMap(({ line, source }) => {
    if (!isLimit(line)) return []
    const limit = rateLimit(context, line, source)
    return limit === undefined ? [] : [limit]
  })
}

function isLimit(line: { readonly kind: string }): line is syntax.LimitLine {
  return line.kind === 'limit'
}

/** `limit 500k tokens per 60s as calendar-minute` */
export function rateLimit(
  context: Context,
  line: syntax.LimitLine,
  source: Source,
): RateLimit | undefined {
  const { report } = context
  const count = wholeNumber(line.count, source, report, { from: 1, to: 1_000_000_000_000 })
  const perMicros = durationMicros(line.per, source, report)
  const as =
    line.as === undefined ? null : oneOf(line.as, limitWindows, 'window of a limit', source, report)
  if (count === undefined || perMicros === undefined || as === undefined) return undefined
  return { count, of: line.of, perMicros, as }
}

// --- models

function elaborateModel(
  context: Context,
  declared: Declared<syntax.ModelDeclaration>,
  providers: ReadonlyMap<string, Provider>,
): Model {
  const { report, names } = context
  const name = declared.name.text
  const overrides = names.overrides.flatMap(({ declaration, source }) =>
    declaration.kind === 'model' && declaration.name.text === name ? [{ declaration, source }] : [],
  )
  for (const { declaration, source } of [declared, ...overrides]) {
    onceEach(declaration.lines, ['price', 'at'], source, report)
  }
  const lines = mergedLines<syntax.ModelLine>(declared, overrides)
  const tier = find(lines, 'tier')
  const context_ = find(lines, 'context')
  const maxOutput = find(lines, 'max-output')
  const relative = find(lines, 'relative')
  const tokenizer = find(lines, 'tokenizer')
  const accepts = find(lines, 'accepts')
  const tags = find(lines, 'tags')
  const knownAs = find(lines, 'known-as')
  const cacheLine = find(lines, 'cache')
  const cache = cacheLine && elaborateCache(context, cacheLine.line, cacheLine.source)
  const prices = elaboratePrices(context, pricesOf(lines))
  const location = at(declared.source, declared.declaration)
  if (tier !== undefined) checkTier(context, tier.line.value, tier.source)
  return {
    name,
    location,
    tier: tier?.line.value.text ?? null,
    knownAs: knownAs === undefined ? [] : spellings(context, knownAs.line.values, knownAs.source),
    accepts:
      accepts === undefined ? ['text'] : modalities(context, accepts.line.values, accepts.source),
    contextTokens: context_ && sizeOf(context_.line.amount, 'tokens', context_.source, report),
    maxOutputTokens: maxOutput && sizeOf(maxOutput.line.amount, 'tokens', maxOutput.source, report),
    relative: relative && factor(relative.line.factor, relative.source, report),
    tokenizer: tokenizer && factor(tokenizer.line.factor, tokenizer.source, report),
    tags: tags === undefined ? [] : texts(distinct(tags.line.values, 'tag', tags.source, report)),
    endpoints: elaborateEndpoints(context, declared, lines, { prices, cache, providers }),
    prices,
    cache,
  }
}

function pricesOf(lines: readonly Placed<{ readonly kind: string }>[]): Placed<syntax.PriceLine>[] {
  return lines.filter((each): each is Placed<syntax.PriceLine> => each.line.kind === 'price')
}

function checkTier(context: Context, word: syntax.Name, source: Source): void {
  const scale = context.names.scales.entries.get('tier')
  if (scale === undefined) {
    context.report('RT0212', at(source, word), `there is no scale for the tier \`${word.text}\``, {
      help: 'declare one: `scale tier = [standard, premium]`, lowest first',
    })
    return
  }
  oneOf(word, texts(scale.declaration.words), 'word of `tier`', source, context.report)
}

function modalities(context: Context, values: readonly syntax.Name[], source: Source): string[] {
  const words = wordSets.get('modality') ?? []
  return distinct(values, 'kind of content', source, context.report).flatMap((value) => {
    const word = oneOf(value, words, 'kind of content', source, context.report)
    return word === undefined ? [] : [word]
  })
}

function spellings(context: Context, values: readonly syntax.Text[], source: Source): string[] {
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value.value)) {
      context.report('RT0202', at(source, value), `${value.raw} is listed twice`, {
        help: 'name each spelling once',
      })
    }
    seen.add(value.value)
  }
  return [...seen]
}

/** A spelling of a log that means two models would make the import depend on their order. */
function checkSpellings(context: Context, models: readonly Model[]): void {
  const owners = new Map<string, Model>(models.map((model) => [model.name, model]))
  for (const model of models) {
    for (const spelling of model.knownAs) {
      const owner = owners.get(spelling)
      owners.set(spelling, owner ?? model)
      if (owner === undefined || owner === model) continue
      context.report(
        'RT0202',
        model.location,
        `"${spelling}" is known as \`${owner.name}\` and as \`${model.name}\``,
        {
          help: 'a spelling means one model',
          related: [{ location: owner.location, message: `\`${owner.name}\` stands here` }],
        },
      )
    }
  }
}

function elaborateCache(
  context: Context,
  cache: syntax.CacheLine,
  source: Source,
): Cache | undefined {
  const { report } = context
  onceEach(cache.lines, [], source, report)
  const lifetime = lineOf(cache.lines, 'lifetime')
  const minimum = lineOf(cache.lines, 'minimum')
  const step = lineOf(cache.lines, 'step')
  if (lifetime === undefined) {
    report('RT0212', at(source, cache), 'the cache has no `lifetime`', {
      help: 'write one, as in `lifetime [5min]`',
    })
    return undefined
  }
  return {
    lifetimesMicros: defined(
      lifetime.durations.map((each) => durationMicros(each, source, report)),
    ),
    minimumTokens: (minimum && sizeOf(minimum.amount, 'tokens', source, report, true)) ?? 0,
    stepTokens: (step && sizeOf(step.amount, 'tokens', source, report)) ?? 1,
    refreshedOnUse: lineOf(cache.lines, 'refreshed-on-use') !== undefined,
  }
}

// --- endpoints

interface Inherited {
  readonly prices: readonly PriceCard[]
  readonly cache: Cache | undefined
  readonly providers: ReadonlyMap<string, Provider>
}

function elaborateEndpoints(
  context: Context,
  declared: Declared<syntax.ModelDeclaration>,
  lines: readonly Placed<syntax.ModelLine>[],
  inherited: Inherited,
): Endpoint[] {
  const { report, names } = context
  const atLines = lines.filter(
    (each): each is Placed<syntax.EndpointLine> => each.line.kind === 'at',
  )
  for (const { line, source } of atLines) lookUp(names.providers, line.provider, source, report)
  const servedBy = find(lines, 'served-by')
  const hosts = new Set<string>()
  if (servedBy === undefined) for (const { line } of atLines) hosts.add(line.provider.text)
  else {
    for (const host of distinct(servedBy.line.values, 'provider', servedBy.source, report)) {
      if (lookUp(names.providers, host, servedBy.source, report) !== undefined) hosts.add(host.text)
    }
    // An override may drop a host whose `at` block the catalogue has; only the author's own pair clash.
    for (const { line, source } of atLines) {
      const sameEntry = source === servedBy.source
      if (
        hosts.has(line.provider.text) ||
        !sameEntry ||
        !names.providers.entries.has(line.provider.text)
      )
        continue
      report(
        'RT0221',
        at(source, line.provider),
        `\`${line.provider.text}\` does not serve \`${declared.name.text}\``,
        {
          help: 'add it to `served-by`',
          related: [{ location: at(source, servedBy.line), message: '`served-by` stands here' }],
        },
      )
    }
  }
  return [...hosts].flatMap((host) => {
    const provider = inherited.providers.get(host)
    if (provider === undefined) return []
    const own = atLines.filter(({ line }) => line.provider.text === host)
    return [elaborateEndpoint(context, declared.name.text, provider, own, inherited)]
  })
}

function elaborateEndpoint(
  context: Context,
  model: string,
  provider: Provider,
  blocks: readonly Placed<syntax.EndpointLine>[],
  inherited: Inherited,
): Endpoint {
  const { report } = context
  let lines: readonly Placed<syntax.EndpointProperty>[] = []
  for (const { line, source } of blocks) {
    onceEach(line.lines, ['price', 'limit'], source, report)
    const kinds = new Set(line.lines.map((each) => each.kind))
    lines = [
      ...lines.filter((each) => !kinds.has(each.line.kind)),
      ...line.lines.map((each) => ({ line: each, source })),
    ]
  }
  const prices = elaboratePrices(context, pricesOf(lines))
  const cache = find(lines, 'cache')
  const latency = find(lines, 'latency')
  const throughput = find(lines, 'throughput')
  return {
    model,
    provider: provider.name,
    family: provider.family,
    region: find(lines, 'region')?.line.value.text ?? provider.region,
    account: find(lines, 'account')?.line.value.text ?? provider.account,
    quantization: find(lines, 'quantization')?.line.value.text ?? null,
    data: provider.data,
    prices: prices.length > 0 ? prices : inherited.prices,
    cache:
      cache === undefined ? inherited.cache : elaborateCache(context, cache.line, cache.source),
    latencyMicros: latency && durationMicros(latency.line.duration, latency.source, report),
    tokensPerSecond: throughput && tokensPerSecond(context, throughput.line, throughput.source),
    limits: rateLimits(context, lines),
  }
}

function tokensPerSecond(
  context: Context,
  line: Extract<syntax.EndpointProperty, { kind: 'throughput' }>,
  source: Source,
): Endpoint['tokensPerSecond'] {
  const tokens = sizeOf(line.amount, 'tokens', source, context.report)
  const micros = durationMicros(line.per, source, context.report)
  if (tokens === undefined || micros === undefined) return undefined
  return exact(BigInt(tokens) * 1_000_000n, BigInt(micros))
}
