import type { Endpoint, Model, Policy, PriceCard, ServeLines } from '../../policy/core.ts'
import { canonicalText } from '../../policy/digest.ts'
import type { Affected, NamedChange } from './meaning.ts'
import { fieldText, textOf } from './value-text.ts'

/**
 * What two policies say differently outside of their rules and filters. Whether that changes who is
 * chosen is told by the regions; this names it, and what else it can change.
 */
export function namedChanges(older: Policy, newer: Policy): readonly NamedChange[] {
  return [
    ...declared('provider', older.providers, newer.providers, ['host', 'cost'], {
      family: ['context'], region: ['host'], account: ['host'], data: ['host'], limits: ['failover'],
    }),
    ...declared('model', older.models, newer.models, ['model', 'cost'], {
      tier: ['model'], accepts: ['model'], contextTokens: ['model'], maxOutputTokens: ['cost'], relative: ['model'],
      tokenizer: ['model', 'cost'], tags: ['model'], knownAs: ['recorded names'], prices: ['cost', 'model'], cache: ['cost'],
    }),
    ...hosts(older, newer),
    ...declared('pool', older.pools, newer.pools, ['model', 'draws'], { models: ['model', 'draws'] }),
    ...declared('phrases', older.phraseLists, newer.phraseLists, ['model'], { phrases: ['model', 'recorded names'] }),
    ...declared('hours', older.hours, newer.hours, ['model'], {
      days: ['model'], fromMinute: ['model'], toMinute: ['model'], zone: ['model'],
    }),
    ...declared('classifier', older.classifiers, newer.classifiers, ['model', 'cost'], {
      model: ['cost', 'recorded names'], verdict: ['model'], timeoutMicros: ['later calls'], maxOutputTokens: ['cost'],
      windowChars: ['cost'], promptTokens: ['cost'], typicalOutputTokens: ['cost'], typicalLatencyMicros: ['later calls'],
    }),
    ...declared('state', older.memories, newer.memories, ['later calls'], {
      kind: ['later calls'], upTo: ['later calls'], lifetime: ['later calls'], perChoice: ['later calls'], scale: ['later calls'],
    }),
    ...serving(older, newer),
    ...fields('switch', older.switching, newer.switching, {
      sameProvider: ['context', 'cost'], otherProvider: ['context', 'cost'], sameFamily: ['context', 'cost'],
      otherFamily: ['context', 'cost'], router: ['later calls'], concrete: ['later calls'],
    }),
    ...declared('budget', older.budgets, newer.budgets, ['model', 'cost'], {
      limitPicoUsd: ['model', 'cost'], per: ['model', 'cost'], scope: ['model', 'cost'], window: ['model', 'cost'], actions: ['model', 'cost'],
    }),
    ...whole('assume', older.assumptions, newer.assumptions),
    ...whole('claim', older.invariants, newer.invariants),
    ...whole('expect', older.expectations, newer.expectations),
  ]
}

interface Named {
  readonly name: string
}

/** What each field can change. */
type Fields = { readonly [field: string]: readonly Affected[] | undefined }

/** By name: what came, what went, and in which fields the others differ. */
function declared<T extends Named>(
  kind: string,
  olds: readonly T[],
  news: readonly T[],
  affected: readonly Affected[],
  inFields: Fields,
): readonly NamedChange[] {
  return [
    ...olds.flatMap((old): readonly NamedChange[] => {
      const now = news.find(({ name }) => name === old.name)
      const place = `${kind} ${old.name}`
      return now === undefined ? [{ place, change: 'dropped', affects: affected }] : fields(place, old, now, inFields)
    }),
    ...news
      .filter(({ name }) => !olds.some((old) => old.name === name))
      .map(({ name }): NamedChange => ({ place: `${kind} ${name}`, change: 'added', affects: affected })),
  ]
}

function whole<T extends Named>(kind: string, olds: readonly T[], news: readonly T[]): readonly NamedChange[] {
  const change = (name: string, text: string): NamedChange => ({ place: `${kind} ${name}`, change: text, affects: ['claims'] })
  return [
    ...olds.flatMap((old) => {
      const now = news.find(({ name }) => name === old.name)
      if (now === undefined) return [change(old.name, 'dropped')]
      return canonicalText(old) === canonicalText(now) ? [] : [change(old.name, 'says something else')]
    }),
    ...news.filter(({ name }) => !olds.some((old) => old.name === name)).map(({ name }) => change(name, 'added')),
  ]
}

function fields(place: string, old: object, now: object, of: Fields): readonly NamedChange[] {
  return Object.entries(of).flatMap(([field, affects]): readonly NamedChange[] => {
    const [before, after] = [read(old, field), read(now, field)]
    if (affects === undefined || canonicalText(before) === canonicalText(after)) return []
    return [{ place, change: `${fieldText(field)}: ${changeText(before, after)}`, affects }]
  })
}

function read(from: object, field: string): unknown {
  return Object.entries(from).find(([key]) => key === field)?.[1]
}

// --- hosts

/** Prices and caches that a host has from its model are told of the model. */
function hosts(older: Policy, newer: Policy): readonly NamedChange[] {
  return older.models.flatMap((old) => {
    const now = newer.models.find(({ name }) => name === old.name)
    if (now === undefined) return []
    const own = (model: Model): readonly HostFacts[] => model.endpoints.map((host) => hostFacts(model, host))
    const names = (model: Model): readonly string[] => model.endpoints.map(({ provider }) => provider)
    const served = fields(`model ${old.name}`, { endpoints: names(old) }, { endpoints: names(now) }, {
      endpoints: ['host', 'failover', 'cost'],
    })
    const inBoth = own(old).flatMap((host) => {
      const other = own(now).find(({ provider }) => provider === host.provider)
      return other === undefined
        ? []
        : fields(`model ${old.name} at ${host.provider}`, host, other, {
            region: ['host', 'context'], account: ['host'], quantization: ['host'], data: ['host'], latencyMicros: ['host'],
            tokensPerSecond: ['host'], limits: ['failover'], prices: ['cost', 'host'], cache: ['cost'],
          })
    })
    return [...served, ...inBoth]
  })
}

type HostFacts = Omit<Endpoint, 'prices'> & { readonly prices: readonly PriceCard[] | undefined }

function hostFacts(model: Model, host: Endpoint): HostFacts {
  const same = (one: unknown, other: unknown): boolean => canonicalText(one ?? null) === canonicalText(other ?? null)
  return {
    ...host,
    prices: same(host.prices, model.prices) ? undefined : host.prices,
    cache: same(host.cache, model.cache) ? undefined : host.cache,
  }
}

// --- serving

const servingAffects: { readonly [line in keyof ServeLines]: readonly Affected[] } = {
  order: ['host', 'failover', 'cost'],
  orderBy: ['host', 'failover', 'cost'],
  strategy: ['host', 'draws', 'cost'],
  weights: ['host', 'draws', 'cost'],
  prefer: ['host', 'failover', 'cost'],
  require: ['host', 'failover', 'model'],
  serviceTier: ['cost'],
  sticky: ['host', 'cost'],
  retry: ['failover', 'cost'],
  timeoutMicros: ['failover'],
  failover: ['failover', 'cost'],
  fallbacks: ['failover', 'model', 'cost'],
  maxFallbacks: ['failover'],
  maxAttempts: ['failover'],
  error: ['failover'],
  cooldown: ['failover'],
  breaker: ['failover'],
  dedicated: ['host', 'cost'],
  limits: ['failover'],
}

function serving(older: Policy, newer: Policy): readonly NamedChange[] {
  const placed = ({ serving: all, profiles }: Policy): ReadonlyMap<string, ServeLines> => {
    const found = new Map<string, ServeLines>()
    for (const { scope, lines } of all) {
      const of = scope.kind === 'any' ? 'any' : scope.kind === 'pool' ? scope.pool : scope.model
      found.set(`serve ${of}`, { ...found.get(`serve ${of}`), ...lines })
    }
    for (const { name, lines } of profiles) found.set(`profile ${name}`, lines)
    return found
  }
  const [olds, news] = [placed(older), placed(newer)]
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((place) =>
    fields(place, olds.get(place) ?? {}, news.get(place) ?? {}, servingAffects),
  )
}

// --- texts

function changeText(before: unknown, after: unknown): string {
  if (before === undefined || before === null) return `${textOf(after)} added`
  if (after === undefined || after === null) return `${textOf(before)} dropped`
  if (Array.isArray(before) && Array.isArray(after)) return listChange(before, after)
  return `${textOf(before)} becomes ${textOf(after)}`
}

function listChange(before: readonly unknown[], after: readonly unknown[]): string {
  const [old, now] = [before.flat().map(textOf), after.flat().map(textOf)]
  const dropped = old.filter((each) => !now.includes(each))
  const added = now.filter((each) => !old.includes(each))
  if (dropped.length === 0 && added.length === 0) return `${groupsText(before)} becomes ${groupsText(after)}`
  return [
    ...(dropped.length > 0 ? [`${dropped.join(', ')} dropped`] : []),
    ...(added.length > 0 ? [`${added.join(', ')} added`] : []),
  ].join(', ')
}

function groupsText(list: readonly unknown[]): string {
  if (!list.some(Array.isArray)) return `[${list.map(textOf).join(', ')}]`
  return list.map((group) => `[${[group].flat().map(textOf).join(', ')}]`).join(' then ')
}
