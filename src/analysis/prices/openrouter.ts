import type { PriceBucket } from '../../policy/core.ts'
import { isPerPiece } from '../../language/price-rows.ts'
import { dollarsText, isEqual, isZero, type Decimal } from './decimal.ts'
import {
  fieldOf,
  fieldsOf,
  listingOf,
  modalitiesOf,
  number,
  perToken,
  textOf,
  tokenCount,
  type ListedModel,
  type Listing,
} from './listing.ts'

/**
 * The list of models of OpenRouter, which models.dev keeps a copy of: `data`, each with `pricing` in
 * dollars of one token, as strings.
 */
export function openRouterListing(document: unknown): Listing | undefined {
  const data = fieldOf(fieldsOf(document), 'data')
  if (!Array.isArray(data)) return undefined
  return listingOf(
    data.map((value, index) => {
      const key = textOf(fieldOf(fieldsOf(value), 'id'))
      return key === undefined ? [`number ${index + 1}`, undefined] : [key, modelOf(key, value)]
    }),
  )
}

const rowNames: ReadonlyMap<string, PriceBucket> = new Map([
  ['prompt', 'input'],
  ['completion', 'output'],
  ['internal_reasoning', 'reasoning'],
  ['input_cache_read', 'cache-read'],
  ['input_cache_write', 'cache-write'],
  ['input_cache_write_1h', 'cache-write-1h'],
  ['audio', 'audio-input'],
  ['image', 'image'],
  ['web_search', 'web-search'],
  ['request', 'request'],
])

function modelOf(key: string, value: unknown): ListedModel {
  const fields = fieldsOf(value)
  const pricing = fieldsOf(fieldOf(fields, 'pricing')) ?? {}
  const rows: { [bucket in PriceBucket]?: Decimal } = {}
  const unsaid: string[] = []
  let said = 0
  for (const [field, price] of Object.entries(pricing)) {
    const each = perToken(price)
    const bucket = field === 'image' && isSame(each, pricing['prompt']) ? 'image-input' : rowNames.get(field)
    const written = bucket !== undefined && isPerPiece(bucket) ? number(price) : each
    const isFree = written !== undefined && isZero(written)
    if (written !== undefined && bucket !== undefined) {
      // Nothing is written as 0 here.
      if (bucket === 'input' || bucket === 'output' || !isFree) rows[bucket] = written
      said += isFree ? 0 : 1
    } else if (!isFree) unsaid.push(`pricing.${field}`)
  }
  const { reasoning, output } = rows
  if (
    reasoning !== undefined &&
    output !== undefined &&
    dollarsText(reasoning) === dollarsText(output)
  ) {
    delete rows.reasoning
  }
  const slug = textOf(fieldOf(fields, 'canonical_slug'))
  return {
    key,
    provider: 'openrouter',
    spellings: [key, ...(slug === undefined ? [] : [slug])],
    accepts: modalitiesOf(fieldOf(fieldsOf(fieldOf(fields, 'architecture')), 'input_modalities')),
    contextTokens: tokenCount(fieldOf(fields, 'context_length')),
    maxOutputTokens: tokenCount(
      fieldOf(fieldsOf(fieldOf(fields, 'top_provider')), 'max_completion_tokens'),
    ),
    cacheMinimumTokens: undefined,
    cards: [{ aboveTokens: 0, serviceTier: null, rows }],
    said,
    unsaid,
  }
}

/** Images at the price of a token of the prompt are tokens of images. */
function isSame(price: Decimal | undefined, prompt: unknown): boolean {
  const token = perToken(prompt)
  return price !== undefined && token !== undefined && isEqual(price, token)
}
