import { failureOfException } from '../exception-class.ts'
import { microsOfUtc } from '../instant.ts'
import { known } from '../known.ts'
import type { LoggedCall } from '../logged-call.ts'
import type { CountsReading } from '../provider-usage.ts'
import type { Cell } from '../read-csv.ts'
import { scaledDecimal } from '../scaled-decimal.ts'
import type { ColumnIn, CostUnit, TableMapping, TimeUnit } from './mapping.ts'

const longestName = 256
const longestWords = 10_000
/** A trillion dollars; no bill of one call has more. */
const mostPicoUsd = 10n ** 24n

/** One row as a call. What a cell cannot mean goes to `problem`, and the fact is unknown. */
export function callOfRow(
  mapping: TableMapping,
  cell: Cell,
  line: number,
  problem: (reason: string) => void,
): LoggedCall {
  const { columns, fixed = {} } = mapping
  const text = (name: string | undefined): string | undefined => (name === undefined ? undefined : valueIn(cell(name)))
  const named = (name: string | undefined): string | undefined => {
    const value = text(name)
    if (value === undefined || value.length <= longestName) return value
    problem(`\`${name ?? ''}\` has more than ${longestName} characters`)
    return undefined
  }
  const micros = (column: ColumnIn<TimeUnit | 'iso'> | undefined): number | undefined => {
    const value = text(column?.name)
    if (column === undefined || value === undefined) return undefined
    const read = column.unit === 'iso' ? microsOfUtc(value) : unitsIn(value, microDigits[column.unit])
    if (read === undefined) problem(`\`${column.name}\` holds no time in ${column.unit}`)
    return read
  }
  const startMicros = micros(columns.start)
  const after = (column: ColumnIn<TimeUnit> | undefined): number | undefined => {
    const took = micros(column)
    return startMicros === undefined || took === undefined ? undefined : startMicros + took
  }
  const { team, user } = { team: named(columns.team), user: named(columns.user) }
  const model = named(columns.model) ?? fixed.model
  return {
    line,
    session: named(columns.session),
    id: named(columns.id),
    startMicros,
    firstTokenMicros: micros(columns.firstToken) ?? after(columns.timeToFirstToken),
    endMicros: micros(columns.end) ?? after(columns.duration),
    ...(mapping.timeQuality === undefined ? {} : { timeQuality: mapping.timeQuality }),
    requested: named(columns.requested) ?? model,
    model,
    provider: named(columns.provider) ?? fixed.provider,
    region: named(columns.region) ?? fixed.region,
    serviceTier: named(columns.serviceTier) ?? fixed.serviceTier,
    counts: countsOf(mapping, text),
    cost: costOf(mapping, text, problem),
    failure: failureOf(text(columns.status), text(columns.error)),
    finish: named(columns.finish),
    signals: team === undefined && user === undefined ? undefined : known({ team, user }),
  }
}

/** What databases and data frames write where there is nothing. */
function valueIn(text: string | undefined): string | undefined {
  return text === undefined || /^(|null|none|nan|nat|\\n)$/i.test(text) ? undefined : text
}

const microDigits: Readonly<Record<TimeUnit, number>> = { s: 6, ms: 3, us: 0, ns: -3 }
const picoDigits: Readonly<Record<CostUnit, number>> = {
  usd: 12,
  'us-cents': 10,
  'micro-usd': 6,
  'nano-usd': 3,
  'pico-usd': 0,
}

function unitsIn(text: string, digits: number): number | undefined {
  const units = scaledDecimal(text, digits)
  return units === undefined || units > Number.MAX_SAFE_INTEGER ? undefined : Number(units)
}

type Text = (name: string | undefined) => string | undefined

function countsOf({ columns, ...mapping }: TableMapping, text: Text): CountsReading {
  const bad: string[] = []
  const count = (name: string | undefined): number | undefined => {
    const value = text(name)
    if (name === undefined || value === undefined) return undefined
    // A data frame with gaps keeps its counts as floats.
    if (/^\d{1,16}(\.0*)?$/.test(value)) return Number.parseInt(value, 10)
    bad.push(name)
    return undefined
  }
  const input = count(columns.input)
  const output = count(columns.output)
  const counts = {
    input: input ?? 0,
    inputHoldsCached: mapping.inputHoldsCached ?? true,
    cacheRead: count(columns.cacheRead),
    cacheWrite5m: count(columns.cacheWrite5m),
    cacheWrite1h: count(columns.cacheWrite1h),
    cacheWriteOther: count(columns.cacheWriteOther),
    output: output ?? 0,
    outputHoldsReasoning: holdsReasoning(mapping.outputHoldsReasoning ?? true, text),
    reasoning: count(columns.reasoning),
    outputQuality: output === undefined ? ('lower-bound' as const) : (mapping.outputQuality ?? ('exact' as const)),
    kinds: {
      audioInput: count(columns.audioInput),
      imageInput: count(columns.imageInput),
      videoInput: count(columns.videoInput),
      audioCacheRead: count(columns.audioCacheRead),
      imageCacheRead: count(columns.imageCacheRead),
      audioOutput: count(columns.audioOutput),
      imageOutput: count(columns.imageOutput),
      videoOutput: count(columns.videoOutput),
      generatedImages: count(columns.generatedImages),
      webSearches: count(columns.webSearches),
    },
  }
  const [first] = bad
  if (first !== undefined) return { ok: false, reason: `usage: \`${first}\` is not a count` }
  return { ok: true, counts: input === undefined ? undefined : counts }
}

function holdsReasoning(said: NonNullable<TableMapping['outputHoldsReasoning']>, text: Text): boolean {
  return typeof said === 'boolean' ? said : !said.notFor.includes(text(said.column) ?? '')
}

function costOf(
  { columns, costSource }: TableMapping,
  text: Text,
  problem: (reason: string) => void,
): LoggedCall['cost'] {
  const value = text(columns.cost?.name)
  if (columns.cost === undefined || costSource === undefined || value === undefined) return undefined
  const picoUsd = scaledDecimal(value, picoDigits[columns.cost.unit])
  if (picoUsd !== undefined && picoUsd <= mostPicoUsd) return { picoUsd: picoUsd.toString(), source: costSource }
  problem(`\`${columns.cost.name}\` holds no cost`)
  return undefined
}

function failureOf(status: string | undefined, words: string | undefined): LoggedCall['failure'] {
  const failed = status !== undefined && /^[45]\d\d$/.test(status)
  if (!failed && words === undefined) return undefined
  return failureOfException(undefined, failed ? status : undefined, words?.slice(0, longestWords))
}
