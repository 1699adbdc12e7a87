import { readFileSync } from 'node:fs'
import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { CallRecord, LoggedCost } from '../../record.ts'
import { explainSchemaError, fieldPath, got } from '../../schema-message.ts'

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'
export type CostUnit = 'usd' | 'us-cents' | 'micro-usd' | 'nano-usd' | 'pico-usd'

export interface ColumnIn<Unit> {
  readonly name: string
  readonly unit: Unit
}

/** Which column of a table holds which fact of a call; `traces/schema/mapping-1.schema.json`. */
export interface TableMapping {
  readonly mapping: 1
  readonly columns: {
    readonly session?: string
    readonly id?: string
    readonly start?: ColumnIn<TimeUnit | 'iso'>
    readonly firstToken?: ColumnIn<TimeUnit | 'iso'>
    readonly end?: ColumnIn<TimeUnit | 'iso'>
    readonly duration?: ColumnIn<TimeUnit>
    readonly timeToFirstToken?: ColumnIn<TimeUnit>
    readonly requested?: string
    readonly model?: string
    readonly provider?: string
    readonly region?: string
    readonly serviceTier?: string
    readonly input?: string
    readonly cacheRead?: string
    readonly cacheWrite5m?: string
    readonly cacheWrite1h?: string
    readonly cacheWriteOther?: string
    readonly output?: string
    readonly reasoning?: string
    readonly audioInput?: string
    readonly imageInput?: string
    readonly videoInput?: string
    readonly audioCacheRead?: string
    readonly imageCacheRead?: string
    readonly audioOutput?: string
    readonly imageOutput?: string
    readonly videoOutput?: string
    readonly generatedImages?: string
    readonly webSearches?: string
    readonly cost?: ColumnIn<CostUnit>
    readonly status?: string
    readonly error?: string
    readonly finish?: string
    readonly team?: string
    readonly user?: string
  }
  readonly fixed?: {
    readonly model?: string
    readonly provider?: string
    readonly region?: string
    readonly serviceTier?: string
  }
  readonly inputHoldsCached?: boolean
  /** For every row, or for those whose cell in a column is none of these texts. */
  readonly outputHoldsReasoning?: boolean | { readonly column: string; readonly notFor: readonly string[] }
  readonly outputQuality?: 'exact' | 'lower-bound'
  readonly costSource?: LoggedCost['source']
  readonly order?: 'start' | 'file'
  readonly timeQuality?: NonNullable<CallRecord['timeQuality']>
}

export type MappingReading =
  | { readonly ok: true; readonly mapping: TableMapping }
  | { readonly ok: false; readonly reason: string }

const schemaFile = new URL('../../../../traces/schema/mapping-1.schema.json', import.meta.url)

let compiled: ValidateFunction | undefined

/** Checks the text of a mapping file against its schema, and that it says how its counts are meant. */
export function readMapping(text: string): MappingReading {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, reason: `not JSON: ${(error as Error).message}` }
  }
  compiled ??= new Ajv2020({ verbose: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as AnySchemaObject)
  if (!compiled(value)) return { ok: false, reason: reasonOf((compiled.errors as ErrorObject[])[0]) }
  const mapping = value as TableMapping
  const unsaid = unsaidOf(mapping)
  return unsaid === undefined ? { ok: true, mapping } : { ok: false, reason: unsaid }
}

function reasonOf(error: ErrorObject | undefined): string {
  if (error?.keyword !== 'additionalProperties') return explainSchemaError(error).reason
  const { additionalProperty: name } = error.params as { additionalProperty?: unknown }
  const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
  const where = fieldPath(error.instancePath)
  return `${where === '' ? '' : `\`${where}\`: `}got the field ${got(name)}, expected one of ${known.join(', ')}`
}

/** What a column needs to be understood: a guess here would be a wrong bill. */
function unsaidOf(mapping: TableMapping): string | undefined {
  const { columns } = mapping
  const cached = columns.cacheRead ?? columns.cacheWrite5m ?? columns.cacheWrite1h ?? columns.cacheWriteOther
  if (cached !== undefined && mapping.inputHoldsCached === undefined) {
    return '`inputHoldsCached`: missing, expected true or false: whether `input` counts the cached tokens too'
  }
  if (columns.reasoning !== undefined && mapping.outputHoldsReasoning === undefined) {
    return '`outputHoldsReasoning`: missing, expected true or false: whether `output` counts the reasoning too'
  }
  if (columns.cost !== undefined && mapping.costSource === undefined) {
    return '`costSource`: missing, expected "provider", "gateway" or "estimate": whose figure the cost is'
  }
  if (columns.end !== undefined && columns.duration !== undefined) return '`columns`: got both `end` and `duration`, expected one'
  if (columns.firstToken !== undefined && columns.timeToFirstToken !== undefined) {
    return '`columns`: got both `firstToken` and `timeToFirstToken`, expected one'
  }
  return undefined
}

/** Every column that the mapping names, each once. */
export function columnNames({ columns, outputHoldsReasoning }: TableMapping): readonly string[] {
  const names = Object.values(columns).map((column) => (typeof column === 'string' ? column : column.name))
  const more = typeof outputHoldsReasoning === 'object' ? [outputHoldsReasoning.column] : []
  return [...new Set([...names, ...more])]
}
