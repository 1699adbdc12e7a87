import type { Expression, PriceCard } from '../../policy/core.ts'
import { dateOfDay } from '../../replay/day.ts'
import { conditionText } from '../coverage/condition-text.ts'

/** Fields that the language calls otherwise. */
const words: { readonly [field: string]: string } = {
  contextTokens: 'context',
  maxOutputTokens: 'max-output',
  knownAs: 'known-as',
  endpoints: 'served-by',
  timeoutMicros: 'timeout',
  windowChars: 'window',
  limitPicoUsd: 'limit',
  upTo: 'up to',
  perChoice: 'per choice',
  orderBy: 'order by',
  fallbacks: 'fallback',
  serviceTier: 'service-tier',
}

function spaced(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** A field of the core form as the language calls it. */
export function fieldText(field: string): string {
  return words[field] ?? spaced(field)
}

/** A part of the core form on one line, close to the language; a place in a file does not show. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  if (typeof value === 'bigint') return dollars(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`
  if (isExpression(value)) return conditionText(value)
  if ('picoUsd' in value) return cardText(value as PriceCard)
  if ('model' in value && 'weight' in value) return value.weight === 1 ? String(value.model) : `${String(value.model)} weight ${String(value.weight)}`
  if ('numerator' in value && 'denominator' in value) {
    const { numerator, denominator } = value as { numerator: bigint; denominator: bigint }
    return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`
  }
  if ('text' in value && Object.keys(value).length <= 2) return JSON.stringify(value.text)
  const parts = Object.entries(value).filter(([key, each]) => key !== 'location' && each !== undefined)
  return `{ ${parts.map(([key, each]) => `${fieldText(key)} ${textOf(each)}`).join(', ')} }`
}

function isExpression(value: object): value is Expression {
  return 'kind' in value && 'type' in value && 'location' in value
}

function cardText({ fromDay, aboveTokens, serviceTier, picoUsd }: PriceCard): string {
  const rows = Object.entries(picoUsd).map(([bucket, price]) => `${bucket} ${price === undefined ? 'none' : perMillion(price)}`)
  return [
    `{ ${rows.join(' ')} }`,
    ...(fromDay === null ? [] : [`from ${dateOfDay(fromDay)}`]),
    ...(aboveTokens === 0 ? [] : [`above ${aboveTokens} tokens`]),
    ...(serviceTier === null ? [] : [`for ${serviceTier}`]),
  ].join(' ')
}

/** Pico-dollars a token are dollars a million tokens and a millionth of that. */
function perMillion(picoUsd: bigint): string {
  return `$${decimal(picoUsd, 6)}`
}

function dollars(picoUsd: bigint): string {
  return `$${decimal(picoUsd, 12)}`
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0')
  const rest = digits.slice(-places).replace(/0+$/, '')
  return `${digits.slice(0, -places)}${rest === '' ? '' : `.${rest.padEnd(2, '0')}`}`
}
