import type { PriceBucket } from '../../policy/core.ts'
import { priceRows } from '../../language/price-rows.ts'
import { decimalsOf } from './buckets.ts'
import { dollarsText, isEqual, plainText, rounded, type Decimal } from './decimal.ts'
import type { LeftOut, ListedCard, ListedModel, Listing } from './listing.ts'
import { laidOut, quoted, tokensText } from './card-text.ts'
import { routeName } from './route-name.ts'
import { unsaidField, type Unsaid } from './unsaid.ts'

/** A price list as it stood on a day (`2026-07-24`); `undefined`: the day is not known. */
export interface DatedListing {
  readonly source: string
  readonly day: string | undefined
  readonly listing: Listing
}

export interface CatalogueReport {
  readonly models: number
  /** Models whose prices differ between the lists. */
  readonly changed: number
  /** In an older list only; they keep their last prices. */
  readonly gone: readonly string[]
  /** Two names of the list that come to the same name here; the later one has a number. */
  readonly collisions: readonly { readonly key: string; readonly name: string }[]
  /** Spellings that would have meant two models. */
  readonly droppedSpellings: readonly string[]
  /** Fields about money of these models, nothing apart: those that are said here, and all. */
  readonly priceFields: { readonly said: number; readonly all: number }
  /** What the language cannot say, with how many models have it, and why. */
  readonly unsaid: readonly (Unsaid & { readonly models: number })[]
  /** Models with a price of more digits than the language holds: whole pico-dollars a token. */
  readonly rounded: readonly string[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * A library of models and prices in the one layout there is. `lists` are in the order of their days;
 * prices of the first hold from ever, prices that a later one changes hold from its day. `wanted`
 * picks models by the list's own name or by their name here.
 */
export function catalogueText(
  title: string,
  lists: readonly DatedListing[],
  wanted: (key: string, name: string) => boolean,
  split?: Split,
): {
  readonly text: string
  /** What the text imports. */
  readonly others: readonly CataloguePart[]
  readonly report: CatalogueReport
} {
  const histories = historiesOf(lists, wanted)
  const names = namesOf(histories.map(({ latest }) => latest))
  const spellings = spellingsOf(
    histories.map(({ latest }) => latest),
    names,
  )
  const providers = providersOf(histories.map(({ latest }) => latest))
  const unsaid = new Map<string, number>()
  for (const { latest } of histories) {
    for (const field of latest.unsaid) unsaid.set(field, (unsaid.get(field) ?? 0) + 1)
  }
  const hosts = [...providers.values()]
    .sort(byCodeUnit)
    .map((name) => `provider ${name} {\n  family ${name}\n}`)
  const models = histories.map((history) => {
    const { key, provider } = history.latest
    const name = names.byKey.get(key) ?? routeName(key)
    const host = provider === undefined ? undefined : providers.get(provider)
    return modelText(name, host, spellings.byKey.get(key) ?? [], history)
  })
  const [first = [], ...rest] = inParts([...hosts, ...models], split)
  const others = rest.map((texts, index) => ({
    name: split?.nameOf(index + 2) ?? '',
    text: laidOut(`/// ${commentText(title)} Part ${index + 2}.\n\n${texts.join('\n\n')}\n`),
  }))
  const imports = others.map(({ name }) => `import ${quoted(name)}`)
  const head = [headText(title, lists), ...(imports.length === 0 ? [] : [imports.join('\n')])]
  const last = lists.at(-1)
  const said = histories.reduce((sum, { latest }) => sum + latest.said, 0)
  const left = histories.reduce((sum, { latest }) => sum + latest.unsaid.length, 0)
  return {
    text: laidOut(`${[...head, ...first].join('\n\n')}\n`),
    others,
    report: {
      models: histories.length,
      changed: histories.filter(({ cards }) => cards.some(({ day }) => day !== undefined)).length,
      gone: histories.flatMap(({ latest, list }) => (list === last ? [] : [latest.key])),
      collisions: names.collisions,
      droppedSpellings: spellings.dropped,
      priceFields: { said, all: said + left },
      unsaid: [...unsaid]
        .map(([field, models]) => ({ ...unsaidField(field), models }))
        .sort((a, b) => b.models - a.models || byCodeUnit(a.field, b.field)),
      rounded: histories.flatMap(({ latest, cards }) =>
        cards.some(({ card }) => roundedRows(card).length > 0) ? [latest.key] : [],
      ),
      leftOut: (last?.listing.leftOut ?? []).filter(({ key }) => wanted(key, routeName(key))),
    },
  }
}

/** How a catalogue that is too long for one file goes into several, which the first imports. */
export interface Split {
  readonly maxChars: number
  /** The name of a part, counting from 2, beside the first. */
  readonly nameOf: (part: number) => string
}

export interface CataloguePart {
  readonly name: string
  readonly text: string
}

function inParts(texts: readonly string[], split: Split | undefined): readonly (readonly string[])[] {
  if (split === undefined) return [texts]
  const parts: string[][] = [[]]
  let chars = 0
  for (const text of texts) {
    if (chars > 0 && chars + text.length > split.maxChars) {
      parts.push([])
      chars = 0
    }
    parts.at(-1)?.push(text)
    chars += text.length + 2
  }
  return parts
}

interface DatedCard {
  readonly day: string | undefined
  readonly card: ListedCard
}

interface History {
  readonly latest: ListedModel
  readonly list: DatedListing
  readonly cards: readonly DatedCard[]
}

/** By the list's name. The cards of a service tier are written again where one of them changes. */
function historiesOf(
  lists: readonly DatedListing[],
  wanted: (key: string, name: string) => boolean,
): readonly History[] {
  const found = new Map<
    string,
    { latest: ListedModel; list: DatedListing; cards: DatedCard[]; inForce: Map<string, string> }
  >()
  for (const list of lists) {
    for (const model of list.listing.models) {
      if (!wanted(model.key, routeName(model.key))) continue
      const known = found.get(model.key)
      const history = known ?? {
        latest: model,
        list,
        cards: [],
        inForce: new Map<string, string>(),
      }
      history.latest = model
      history.list = list
      for (const tier of new Set(model.cards.map(({ serviceTier }) => serviceTier))) {
        const cards = thinned(model.cards.filter(({ serviceTier }) => serviceTier === tier))
        const text = cards.map(cardBody).join('\n')
        if (history.inForce.get(tier ?? '') === text) continue
        history.inForce.set(tier ?? '', text)
        history.cards.push(
          ...cards.map((card) => ({ day: known === undefined ? undefined : list.day, card })),
        )
      }
      found.set(model.key, history)
    }
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.latest.key, b.latest.key))
}

/** A size that changes nothing over the one below it is no size. */
function thinned(cards: readonly ListedCard[]): readonly ListedCard[] {
  return cards.filter((card, index) => {
    const below = cards[index - 1]
    return below === undefined || rowsText(below) !== rowsText(card)
  })
}

interface Names {
  readonly byKey: ReadonlyMap<string, string>
  readonly collisions: readonly { readonly key: string; readonly name: string }[]
}

function namesOf(models: readonly ListedModel[]): Names {
  const byKey = new Map<string, string>()
  const taken = new Set<string>()
  const collisions: { key: string; name: string }[] = []
  // Who is called so already keeps the name.
  const ordered = [...models].sort(
    (a, b) => Number(routeName(b.key) === b.key) - Number(routeName(a.key) === a.key),
  )
  for (const { key } of ordered) {
    const wanted = routeName(key)
    let name = wanted
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`
    if (name !== wanted) collisions.push({ key, name })
    taken.add(name)
    byKey.set(key, name)
  }
  return { byKey, collisions }
}

function spellingsOf(
  models: readonly ListedModel[],
  names: Names,
): { readonly byKey: ReadonlyMap<string, readonly string[]>; readonly dropped: readonly string[] } {
  const owners = new Map<string, string>()
  for (const { key } of models) owners.set(names.byKey.get(key) ?? key, key)
  for (const { key } of models) if (!owners.has(key)) owners.set(key, key)
  const byKey = new Map<string, readonly string[]>()
  const dropped: string[] = []
  for (const { key, spellings } of models) {
    const own = [...new Set(spellings)].filter((spelling) => spelling !== names.byKey.get(key))
    for (const spelling of own) {
      if (!owners.has(spelling)) owners.set(spelling, key)
      else if (owners.get(spelling) !== key) dropped.push(spelling)
    }
    byKey.set(
      key,
      own.filter((spelling) => owners.get(spelling) === key),
    )
  }
  return { byKey, dropped }
}

/** Names here by the list's names of hosts. */
function providersOf(models: readonly ListedModel[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Map<string, number>()
  const hosts = [...new Set(models.flatMap(({ provider }) => provider ?? []))].sort(byCodeUnit)
  for (const host of hosts) {
    const name = routeName(host)
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    names.set(host, count === 1 ? name : `${name}-${count}`)
  }
  return names
}

// --- text

function headText(title: string, lists: readonly DatedListing[]): string {
  const from = lists.map(({ source, day }) => (day === undefined ? source : `${source} of ${day}`))
  return [
    `/// ${commentText(title)}`,
    `/// From ${from.map(commentText).join(', ')}.`,
    ...(lists.length > 1
      ? [
          '/// A price changed on some day up to the one that it is dated by; before its first list it is taken to have held.',
        ]
      : []),
  ].join('\n')
}

/** One line, whatever the text holds. */
function commentText(text: string): string {
  return text.replace(/[^\u0020-\u007e\u00a0-\uffff]+/g, ' ').replace(/[\u2028\u2029]/g, ' ')
}

function modelText(
  name: string,
  host: string | undefined,
  spellings: readonly string[],
  { latest, cards }: History,
): string {
  const { accepts, contextTokens, maxOutputTokens, cacheMinimumTokens, unsaid } = latest
  const rows = [...new Set(cards.flatMap(({ card }) => roundedRows(card)))]
  return [
    ...(unsaid.length === 0
      ? []
      : [`/// The list also has, and the language cannot say: ${commentText(unsaid.join(', '))}.`]),
    ...(rows.length === 0 ? [] : [`/// Rounded to whole pico-dollars: ${rows.join(', ')}.`]),
    `model ${name} {`,
    ...(spellings.length === 0 ? [] : [`  known-as [${spellings.map(quoted).join(', ')}]`]),
    `  accepts [${accepts.join(', ')}]`,
    ...(contextTokens === undefined ? [] : [`  context ${tokensText(contextTokens)} tokens`]),
    ...(maxOutputTokens === undefined
      ? []
      : [`  max-output ${tokensText(maxOutputTokens)} tokens`]),
    ...(host === undefined ? [] : [`  served-by [${host}]`]),
    ...cards.map(({ day, card }) => {
      const { aboveTokens, serviceTier } = card
      const conditions = [
        ...(day === undefined ? [] : [`from ${day} `]),
        ...(aboveTokens === 0 ? [] : [`above ${tokensText(aboveTokens)} tokens `]),
        ...(serviceTier === null ? [] : [`for ${routeName(serviceTier)} `]),
      ]
      return `  price per 1M tokens ${conditions.join('')}{\n${rowsText(card)}\n  }`
    }),
    ...(cacheMinimumTokens === undefined
      ? []
      : [
          `  cache {\n    lifetime [5min, 1h]\n    minimum ${tokensText(cacheMinimumTokens)} tokens\n  }`,
        ]),
    '}',
  ].join('\n')
}

function rowsText({ rows, regions = [] }: ListedCard): string {
  const prices = priceRows.flatMap((bucket) => {
    const price: Decimal | undefined = rows[bucket]
    return price === undefined
      ? []
      : [`    ${bucket} ${dollarsText(rounded(price, decimalsOf(bucket)))}`]
  })
  const factors = regions.map(({ region, factor }) => `    in ${region} ${plainText(factor)}x`)
  return [...prices, ...factors].join('\n')
}

function roundedRows({ rows }: ListedCard): readonly PriceBucket[] {
  return priceRows.filter((bucket) => {
    const price = rows[bucket]
    return price !== undefined && !isEqual(price, rounded(price, decimalsOf(bucket)))
  })
}

function cardBody(card: ListedCard): string {
  return `${card.aboveTokens}\n${rowsText(card)}`
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
