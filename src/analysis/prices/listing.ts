import type { PriceBucket } from '../../policy/core.ts'
import { isPerPiece } from '../../language/price-rows.ts'
import { decimalOf, exceeds, isZero, shifted, type Decimal } from './decimal.ts'

/** Dollars of a million tokens, of one image or of one request. */
export type Rows = { readonly [bucket in PriceBucket]?: Decimal }

export type Regions = readonly { readonly region: string; readonly factor: Decimal }[]

export interface ListedCard {
  readonly aboveTokens: number
  /** `null`: the plain one. */
  readonly serviceTier: string | null
  readonly rows: Rows
  /** Factors of the prices of tokens, by the region of a request. */
  readonly regions?: Regions
}

/** A model of somebody's price list, in no one's format. */
export interface ListedModel {
  /** What the list calls it. */
  readonly key: string
  readonly provider: string | undefined
  readonly spellings: readonly string[]
  readonly accepts: readonly string[]
  readonly contextTokens: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly cacheMinimumTokens: number | undefined
  /** The plain card first. */
  readonly cards: readonly ListedCard[]
  /** How many of the entry's fields about money the cards say. */
  readonly said: number
  /** Fields about money that the language has no words for. */
  readonly unsaid: readonly string[]
}

export interface Listing {
  readonly models: readonly ListedModel[]
  readonly leftOut: readonly LeftOut[]
}

export interface LeftOut {
  readonly key: string
  readonly reason: string
}

/** Entries of a list by their own names, those apart that cannot be taken; `undefined`: no entry of a model. */
export function listingOf(
  entries: Iterable<readonly [key: string, model: ListedModel | undefined]>,
): Listing {
  const models: ListedModel[] = []
  const leftOut: LeftOut[] = []
  for (const [key, model] of entries) {
    const reason = model === undefined ? 'no entry of a model' : refusalOf(model.cards)
    if (model !== undefined && reason === undefined) models.push(model)
    else leftOut.push({ key, reason: reason ?? '' })
  }
  return { models, leftOut }
}

/** Beyond this many dollars for a million tokens the list has another unit in mind. */
const mostPerMillion = 10_000n

/** A price of one token; `undefined`: none is written. */
export function perToken(text: unknown): Decimal | undefined {
  const price = number(text)
  return price === undefined ? undefined : shifted(price, 6)
}

/** A number in a list, whatever way it is held. */
export function number(text: unknown): Decimal | undefined {
  if (typeof text === 'number') return decimalOf(String(text))
  return typeof text === 'string' ? decimalOf(text) : undefined
}

/** A count of tokens. */
export function tokenCount(text: unknown): number | undefined {
  const count = number(text)
  if (count === undefined || isZero(count)) return undefined
  const value = Number(count.digits) / 10 ** count.places
  return Number.isSafeInteger(value) ? value : undefined
}

/** Why these cards cannot be taken; `undefined`: they can. */
function refusalOf(cards: readonly ListedCard[]): string | undefined {
  const [plain] = cards
  if (plain?.rows.input === undefined && plain?.rows.output === undefined)
    return 'no price per token'
  const dear = cards.some(({ rows }) =>
    Object.entries(rows).some(
      ([bucket, price]) =>
        !isPerPiece(bucket as PriceBucket) && exceeds(price, mostPerMillion),
    ),
  )
  return dear
    ? `more than $${mostPerMillion} for a million tokens: another unit is meant`
    : undefined
}

export type Fields = { readonly [field: string]: unknown }

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined
}

export function fieldOf(fields: Fields | undefined, name: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function modalitiesOf(values: unknown): readonly string[] {
  const words = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
  const known = words.flatMap((word) => (word === 'file' ? ['pdf'] : [word]))
  return ['text', 'image', 'pdf', 'audio', 'video'].filter(
    (word) => word === 'text' || known.includes(word),
  )
}
